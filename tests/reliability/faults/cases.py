"""A small archive, and the commands whose file operations are made to fail on copies of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.intake.ingest import ingest
from archive.store.articles import ArticleStore
from tests.reliability.victim.author import Author
from tests.reliability.victim.checks import open_archive, read_state
from tests.reliability.victim.ledger import Item, State, put
from tests.support.fakes import make_item
from web.upkeep.backups import make_backup


@dataclass(frozen=True, slots=True)
class Case:
    """A command, what the archive holds before and after it, and what must work afterwards.

    `fresh` begins with no archive at all.
    """

    name: str
    arguments: tuple[str, ...]
    before: State
    after: State
    then: tuple[tuple[str, ...], ...] = (("index",),)
    tier: int = 8
    fresh: bool = False


def make_model(folder: Path, author: Author) -> tuple[State, tuple[Item, ...]]:
    """A small archive of several segments, one backup of it, and something yet to index."""
    home = folder / "place" / "home"
    services = open_archive(home)
    for _ in range(3):
        put_items(services.store, [author.write() for _ in range(3)])
        services.index()
    put_items(services.store, [author.write("https://a.example/2")])
    before = read_state(services.store)
    make_backup(services, folder / "backups")
    services.close()
    return before, (author.write(), author.write("https://a.example/3"), author.write())


def make_cases(live: Path, scratch: Path, before: State, new: tuple[Item, ...]) -> list[Case]:
    incoming = scratch / "incoming.jsonl"
    lines = [json.dumps({"url": i.url, "title": i.title, "text": i.text}) for i in new]
    incoming.write_text("\n".join(lines))
    backup = ("backup", str(live / "backups"))
    restore = ("restore", str(live / "backups"), "--force")
    without = {u: held for u, held in before.items() if u != "https://a.example/1"}
    added = put(before, new)
    return [
        Case("add", ("add", str(incoming), "--json"), before, added),
        Case("delete", ("delete", "1", "--yes", "--json"), before, without),
        Case("index", ("index",), before, before),
        Case("merge", ("index",), before, before, tier=2),
        Case("rebuild", ("index", "--rebuild"), before, before),
        Case("repair", ("doctor", "--repair"), before, before),
        Case("search", ("search", "missiles", "--json"), before, before),
        Case("backup", backup, before, before, ((*backup, "--keep", "1"),)),
        Case("restore", restore, before, before, (restore,)),
        Case("first", ("add", str(incoming), "--json"), {}, put({}, new), fresh=True),
    ]


def put_items(store: ArticleStore, items: Sequence[Item]) -> None:
    made = [make_item(item.title, item.text, url=item.url, language="fr") for item in items]
    list(ingest(made, store))
