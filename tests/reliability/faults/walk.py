"""Every command with every one of its file operations failing in turn, and what follows.

Run after the kills by `make crash`; test_faults.py is its short form.
"""

import argparse
import errno
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError
from tests.reliability.faults.cases import Case, make_cases, make_model, put_items
from tests.reliability.victim.author import Author
from tests.reliability.victim.checks import (
    QUERIES,
    index_problems,
    open_archive,
    read_backup,
    read_state,
    strange_files,
)
from tests.reliability.victim.faults import EVERYTHING, Action, Fault, build_library
from tests.reliability.victim.ledger import Item, Operation
from tests.reliability.victim.victims import Report, Task, Victims
from web.errors import STATUSES
from web.upkeep.backup_files import verify_backup
from web.upkeep.backups import UNFINISHED, list_backups

# At one operation alone, or from it on for all that follow, as on a full or a broken disk; and the
# end of the process, for which no error code stands.
FAULTS = (
    (Action.FAIL, errno.ENOSPC, False),
    (Action.FAIL, errno.EIO, False),
    (Action.FAIL, errno.ENOSPC, True),
    (Action.SHORT, errno.ENOSPC, True),
    (Action.KILL_BEFORE, 0, False),
    (Action.KILL_TORN, 0, False),
)
KNOWN_CODES = {code for _, code in STATUSES.values()}
# A restored archive whose backup was made while something waited for the index says so.
WAITING = (1, "restore")
LAST = Item("https://a.example/last", "Le dernier", "Le texte commun du dernier.")


@dataclass(slots=True)
class Figures:
    """What a walk counted: faults by command, how the commands ended, what was not right."""

    faults: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def report(self) -> str:
        faults = ", ".join(f"{name} {number}" for name, number in sorted(self.faults.items()))
        ended = ", ".join(f"{how} {number}" for how, number in self.ended.most_common())
        return "\n".join(
            [
                f"faults {self.faults.total()}: {faults}",
                f"the command ended: {ended}",
                f"lost or wrong {len(self.problems)}",
                *self.problems,
                f"seconds {self.seconds:.0f}",
            ]
        )


class FaultWalk:
    """Commands on copies of one small archive, made below the folder."""

    def __init__(self, folder: Path, victims: Victims) -> None:
        self.folder, self.victims = folder, victims
        self.model = folder / "model"
        self.live = folder / "live"
        self.scratch = folder / "scratch"
        self.figures = Figures()
        self.scratch.mkdir()
        self.before, new = make_model(self.model, Author(3))
        self.cases = make_cases(self.live, self.scratch, self.before, new)

    def run(self, points: int | None = None) -> Figures:
        """At so many points of each command, spread evenly, or at all; the faults take turns."""
        started = time.monotonic()
        for case in self.cases:
            for turn, nth in enumerate(self._points(case, points)):
                self.fail(case, nth, FAULTS[turn % len(FAULTS)])
            self._tell(case, started)
        return self.figures

    def run_all(self) -> Figures:
        """Every fault at every point."""
        started = time.monotonic()
        for case in self.cases:
            for nth in self._points(case, None):
                for fault in FAULTS:
                    self.fail(case, nth, fault)
            self._tell(case, started)
        return self.figures

    def _tell(self, case: Case, started: float) -> None:
        self.figures.seconds = time.monotonic() - started
        number, found = self.figures.faults[case.name], len(self.figures.problems)
        print(f"{case.name}: {number} faults, {found} problems so far", file=sys.stderr)

    def fail(
        self,
        case: Case,
        nth: int,
        how: tuple[int, int, bool],
        below: str = "",
        kinds: int = EVERYTHING,
    ) -> None:
        """The command with this fault, the commands that follow without, and the comparison.

        Operations of these kinds count on paths that begin so.
        """
        report = self._do(case, Fault(nth, *how, kinds), below)
        if report.hit is None:
            return
        self.figures.faults[case.name] += 1
        call, path = report.hit
        fault = f"{Action(how[0]).name} {how[1]}{how[2] * '+'}"
        name = f"{case.name} {nth} {call} {Path(path).name} {fault}"
        problems = [*self._ending_problems(case, report), *self._state_problems(case, report)]
        self.figures.problems += [f"{name}: {problem}" for problem in problems]

    def _points(self, case: Case, most: int | None) -> Iterator[int]:
        report = self._do(case, Fault())
        steps = report.done[0]["steps"]
        yield from range(1, steps + 1, 1 if most is None else max(1, steps // most))

    def _do(self, case: Case, fault: Fault, below: str = "") -> Report:
        """The command on a fresh copy, and what follows; by another child where that one died."""
        shutil.rmtree(self.live, ignore_errors=True)
        if case.fresh:
            self.live.mkdir()
        else:
            shutil.copytree(self.model, self.live)
        report = self._run((case.arguments, *case.then), case.tier, fault, below)
        if report.killed:
            self.figures.ended["killed"] += 1
            follower = self._run(case.then, case.tier, Fault())
            report.status = follower.status
            report.failed = {at + 1: told for at, told in follower.failed.items()}
            report.acknowledged = {at + 1: told for at, told in follower.acknowledged.items()}
        return report

    def _run(
        self, commands: Sequence[tuple[str, ...]], tier: int, fault: Fault, below: str = ""
    ) -> Report:
        operations = [Operation("command", arguments=arguments) for arguments in commands]
        home, target = self.live / "place" / "home", self.live / "backups"
        return self.victims.run(
            Task(home, target, operations, self.live / below, 0, fault, tier=tier)
        )

    def _ending_problems(self, case: Case, report: Report) -> Iterator[str]:
        for place, failed in report.failed.items():
            yield f"command {place} ended in {failed['text'].strip().splitlines()[-1]}"
        if report.status:
            yield f"the process ended with {report.status}"
        for place, told in sorted(report.acknowledged.items()):
            code, err = told[0]["code"], told[0]["err"].strip()
            if place == 0:
                self.figures.ended[str(code)] += 1
                said = "hemero: " in err
                clear = code in KNOWN_CODES and said and "Traceback" not in err
                if code != 0 and not clear and (code, case.name) != WAITING:
                    yield f"exit code {code}: {err}"
            elif code != 0 and (code, case.name) != WAITING:
                yield f"then {' '.join(case.then[place - 1])} ended with {code}: {err}"

    def _state_problems(self, case: Case, report: Report) -> Iterator[str]:
        """The archive holds what it did or will, all if that was told, and the index the same."""
        services = open_archive(self.live / "place" / "home")
        state = read_state(services.store)
        told = report.acknowledged.get(0)
        done = bool(told) and told[0]["code"] == 0
        if state != case.after and (done or state != case.before):
            yield "the archive holds something else"
        if told and _acknowledged(told[0]) and state != case.after:
            yield "what was acknowledged is gone"
        services.index()
        yield from index_problems(services, QUERIES[:2], self.scratch)
        put_items(services.store, [LAST])  # its commit clears away what failed ones left
        services.index()
        yield from strange_files(services.settings.index_folder)
        services.close()
        yield from self._folder_problems()

    def _folder_problems(self) -> Iterator[str]:
        target = self.live / "backups"
        for folder in list_backups(target) if target.is_dir() else []:
            try:
                verify_backup(folder)
            except ArchiveError as exc:
                yield str(exc)
            if read_backup(folder, self.scratch) != self.before:
                yield "a backup holds something else"
        for left in self.live.rglob(f"{UNFINISHED}*"):
            yield f"{left.name} is left"
        for left in self.live.rglob(".*.restoring"):
            yield f"{left.name} is left"


def _acknowledged(told: dict[str, Any]) -> bool:
    """Whether the command has said of anything that it is stored or removed."""
    outcomes = ('"outcome": "added"', '"outcome": "updated"', '"deleted": true')
    return any(outcome in told["out"] for outcome in outcomes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, help="so many of each command; all if not given")
    parser.add_argument("--all", action="store_true", help="every fault at every point")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        with Victims(build_library(Path(name))) as victims:
            walk = FaultWalk(Path(name), victims)
            figures = walk.run_all() if chosen.all else walk.run(chosen.points)
    print(figures.report())
    sys.exit(1 if figures.problems else 0)


if __name__ == "__main__":
    main()
