"""Hostile input through every place the application takes any, and what came of it.

    python -m tests.reliability.hostile.run folder/of/strings

Below the folder: `blns.json`, `xss/`, `tokenizer/*.test`, whichever are there. Prints figures; ends
with status 1 where anything was logged with a traceback, answered 5xx, run or loaded by a browser.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.reliability.fuzz.targets import TARGETS
from tests.reliability.hostile.api import Exercised, exercise_api
from tests.reliability.hostile.attacks import Attack, try_attacks
from tests.reliability.hostile.browser import Seen, list_pages, open_pages
from tests.reliability.hostile.files import follow_feeds, send_files
from tests.reliability.hostile.formats import TEXT
from tests.reliability.hostile.site import Site, Tally, open_site
from tests.reliability.hostile.strings import OWN, read_collections
from tests.reliability.hostile.walk import Walk

SHOWN_FAULTS = 40
FOR_ACCOUNTS = ("/account", "/admin", "/sign", "/api/v1/admin", "/saved", "/feeds")


def try_everything(site: Site, strings: Sequence[str], per_place: int, files: int) -> Tally:
    """Walk all routes, send files and feeds, walk again signed in; then everything is indexed."""
    walk = Walk(site, per_place)
    walk.run(strings)
    chosen = spread(strings, files)
    send_files(site, chosen, walk.tally)
    follow_feeds(site, chosen, walk.tally)
    site.add_accounts()
    walk.run(strings, below=FOR_ACCOUNTS)
    site.services.index()
    return walk.tally


def read_everything(strings: Iterable[str]) -> tuple[int, list[str]]:
    """Each string as a query, a page and a feed; how many readings, and which of them failed."""
    faults, number = [], 0
    for text in strings:
        page = f"<title>{text}</title><article><h1>{text}</h1><p>{TEXT}</p>{text}<p>{TEXT}</p>"
        for name, given in (("query", text), ("feed", text), ("page", page)):
            number += 1
            try:
                TARGETS[name](given.encode("utf-8", "replace"))
            except Exception as exc:
                faults.append(f"{name} of {given!r:.120}: {exc!r:.200}")
    return number, faults


def spread(strings: Sequence[str], number: int) -> list[str]:
    """Our own, then evenly chosen of the others, so many together."""
    own, others = list(strings[: min(len(OWN), number)]), strings[len(OWN) :]
    step = max(1, len(others) // max(1, number - len(own)))
    return [*own, *others[::step]][:number]


def main() -> int:
    given = _read_arguments()
    strings = read_collections(given.folder)
    print(f"strings: {len(strings)}, {len(OWN)} of them our own")
    number, faults = read_everything(strings)
    print(f"readings as query, feed and page: {number}, failed: {len(faults)}")
    with tempfile.TemporaryDirectory() as folder, open_site(Path(folder)) as site:
        exercised = exercise_api(site, given.examples)
        _print_exercised(exercised)
        faults += [*exercised.faults, *site.errors.lines]
    with tempfile.TemporaryDirectory() as folder, open_site(Path(folder) / "home") as site:
        attacks = list(try_attacks(site, Path(folder)))
        _print_attacks(attacks)
        faults += [f"{attack.name}: {attack.figures}" for attack in attacks if attack.got_through]
    with tempfile.TemporaryDirectory() as folder, open_site(Path(folder)) as site:
        started = time.monotonic()
        tally = try_everything(site, strings, given.per_place, given.files)
        _print_tally(tally, site, time.monotonic() - started)
        faults += [*tally.faults, *site.errors.lines]
        if given.browser:
            started = time.monotonic()
            seen = open_pages(site, [*list_pages(site, spread(strings, given.browser), 400)])
            _print_seen(seen, time.monotonic() - started)
            faults += [*seen.faults, *site.errors.lines]
    for fault in list(dict.fromkeys(faults))[:SHOWN_FAULTS]:
        print(f"FAULT {fault}")
    return 1 if faults else 0


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per-place", type=int, default=60, help="strings for each field")
    parser.add_argument("--files", type=int, default=150, help="strings as files and feeds")
    parser.add_argument("--examples", type=int, default=60, help="requests of each API operation")
    parser.add_argument("--browser", type=int, default=60, help="strings in the browser; 0: none")
    return parser.parse_args()


def _print_tally(tally: Tally, site: Site, seconds: float) -> None:
    print(f"inputs: {sum(tally.tried.values())} in {seconds:.0f} s:")
    print(f"  {_list(tally.tried.most_common())}")
    print(f"answers: {_list(sorted(tally.statuses.items()))}")
    failed = sum(number for status, number in tally.statuses.items() if status >= 500)
    print(f"5xx: {failed}; logged: {len(site.errors.lines)}; all faults: {len(tally.faults)}")
    print(f"pages looked through for foreign markup: {tally.checked_pages}")
    seconds, what = tally.slowest
    print(f"slowest answer: {seconds:.1f} s, {what:.200}")
    print(f"articles held: {site.services.store.count()}")


def _print_exercised(done: Exercised) -> None:
    print(
        f"requests made from the API's description: {sum(done.requests.values())} of "
        f"{len(done.requests)} operations, not as described: {len(done.faults)}"
    )
    print(f"  answers: {_list(sorted(done.statuses.items()))}")


def _print_attacks(attacks: Sequence[Attack]) -> None:
    print(f"attacks: {len(attacks)}, got through: {sum(a.got_through for a in attacks)}")
    for attack in attacks:
        print(f"  {attack.name}: {attack.figures}")


def _print_seen(seen: Seen, seconds: float) -> None:
    print(f"pages in the browser: {sum(seen.opened.values())} in {seconds:.0f} s:")
    print(f"  {_list(seen.opened.most_common())}")
    print(
        f"scripts executed: {len(seen.executed)}; armed addresses: {len(seen.armed)}; "
        f"stopped by the policy: {len(seen.stopped)}; requests elsewhere: {len(seen.foreign)}; "
        f"errors: {len(seen.errors)}; of the browser's own XML view: {seen.of_the_viewer}"
    )


def _list(pairs: Iterable[tuple[object, int]]) -> str:
    return ", ".join(f"{name} {number}" for name, number in pairs)


if __name__ == "__main__":
    sys.exit(main())
