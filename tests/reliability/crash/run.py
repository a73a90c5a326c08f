"""Hundreds of SIGKILLs over everything that writes, each followed by a comparison of everything.

Run with `make crash`; test_crash.py is its short form. Half of the kills fall before, after or
within a file operation chosen among those the work makes, the others at a moment chosen within
the time it takes.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.victim.author import Author
from tests.reliability.victim.checks import CrashChecks
from tests.reliability.victim.faults import Action, Fault, build_library
from tests.reliability.victim.ledger import Ledger, Operation, State
from tests.reliability.victim.victims import Report, Task, Victims

KINDS = ("add", "update", "delete", "index", "merge", "backup", "restore")
KILLS = (Action.KILL_BEFORE, Action.KILL_AFTER, Action.KILL_TORN)
PRELUDE = ("add", "update", "delete", "index")
AGAIN_SHARE = 0.2
MOMENT_SHARE = 0.5
MAX_LATE = 50


@dataclass(slots=True)
class Figures:
    """What a run counted. `kills` fell into work, by its kind, `late` came when all was done;
    `kept` of the work in flight was there afterwards; `healed` archives had something to mend."""

    kills: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    late: int = 0
    kept: int = 0
    healed: int = 0
    acknowledged: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def report(self) -> str:
        number = self.kills.total()
        kills = ", ".join(f"{kind} {times}" for kind, times in sorted(self.kills.items()))
        calls = ", ".join(f"{call} {times}" for call, times in self.calls.most_common())
        return "\n".join(
            [
                f"kills {number}: {kills}",
                f"at a file operation {self.calls.total()}: {calls}",
                f"too late, counted nowhere {self.late}",
                f"in flight and there afterwards {self.kept}",
                f"acknowledged {self.acknowledged}",
                f"had something to heal {self.healed}",
                f"lost or wrong {len(self.problems)}",
                *self.problems,
                f"seconds {self.seconds:.0f}, {self.seconds / max(1, number):.2f} a kill",
            ]
        )


class CrashRun:
    """One archive below the folder, killed again and again."""

    def __init__(self, folder: Path, victims: Victims, seed: int) -> None:
        self.folder, self.victims = folder, victims
        self.home, self.target = folder / "place" / "home", folder / "backups"
        self.author, self.ledger = Author(seed), Ledger()
        self.chosen, self.figures = self.author.chosen, Figures()
        self.checks = CrashChecks(self.home, self.target, folder / "scratch")
        self.steps: dict[str, int] = {}
        self.durations: dict[str, float] = {}
        self._before: State = {}
        self._indexed: set[str] = set()

    def run(self, kills: int) -> Figures:
        """Raises RuntimeError where kills do not fall into the work they are meant for."""
        started = time.monotonic()
        self._measure()
        rounds = self._rounds()
        while self.figures.kills.total() < kills:
            self._kill(next(rounds))
            if self.figures.late > MAX_LATE + kills:
                raise RuntimeError("the kills come too late")
        self.figures.seconds = time.monotonic() - started
        return self.figures

    def _measure(self) -> None:
        """Each kind of work, not killed: how long it takes and of how many steps it is."""
        for kind in ("add", "index", *KINDS):
            operations = self.author.plan(("add", "add", kind), self.ledger)
            report = self.victims.run(Task(self.home, self.target, operations, self.folder))
            self._note_costs(operations, report)
            self._compare(f"measuring {kind}", self._settle(operations, report))

    def _rounds(self) -> Iterator[str]:
        while True:
            yield from self.chosen.sample(KINDS, len(KINDS))

    def _kill(self, kind: str) -> None:
        """A kill within work of the kind, sometimes another while it is healed; the comparison."""
        before = self.chosen.choices(PRELUDE, k=self.chosen.randint(1, 3))
        operations = self.author.plan([*before, "add", kind], self.ledger)
        report = self._run_doomed(operations)
        possible = self._settle(operations, report)
        if report.killed and self.chosen.random() < AGAIN_SHARE:
            self._run_doomed([Operation("index")], "index again")
        self._compare(f"kill {self.figures.kills.total()}, {kind} {report.hit or ''}", possible)

    def _run_doomed(self, operations: Sequence[Operation], name: str = "") -> Report:
        """The report of a child that is to die within the last of the operations."""
        kind = operations[-1].kind
        at_moment = self.chosen.random() < MOMENT_SHARE
        delay = self.chosen.uniform(0, self.durations[kind]) if at_moment else None
        fault = Fault(self.chosen.randint(1, self.steps[kind]), self.chosen.choice(KILLS))
        task = Task(
            self.home,
            self.target,
            operations,
            self.folder,
            len(operations) - 1,
            Fault() if at_moment else fault,
        )
        report = self.victims.run(task, delay)
        if report.killed:
            self.figures.kills[name or kind] += 1
            self.figures.calls.update([report.hit[0]] if report.hit else [])
        else:
            self.figures.late += 1
            self._note_costs(operations, report)
        return report

    def _note_costs(self, operations: Sequence[Operation], report: Report) -> None:
        for place, done in report.done.items():
            kind = operations[place].kind
            self.durations[kind] = done["seconds"]
            self.steps[kind] = max(done["steps"], 1)

    def _settle(self, operations: Sequence[Operation], report: Report) -> list[State]:
        """Enter what was acknowledged; what may be there now."""
        possible: list[State] = [self.ledger.state]
        self.figures.problems += [
            f"{operations[place].kind} failed: {failed['text']}"
            for place, failed in report.failed.items()
        ]
        for place, operation in enumerate(operations[: report.begun + 1]):
            told = report.acknowledged.get(place, [])
            self._before = self.ledger.state
            self.figures.acknowledged += len(told)
            self.checks.note_acknowledged(operation, told)
            possible = self.ledger.outcomes(operation, len(told), place in report.done)
            if place in report.done:
                (self.ledger.state,) = possible
            if operation.kind in ("index", "merge") and place in report.done:
                self._indexed = set(self.ledger.state)
            if operation.kind == "restore":
                self._indexed = set()
            if operation.kind == "backup":
                self.ledger.backups |= {one["folder"]: self.ledger.state for one in told}
        return possible

    def _compare(self, name: str, possible: list[State]) -> None:
        compared = self.checks.compare(possible, [self._before], self._indexed, self.ledger)
        self.figures.kept += len(possible) > 1 and compared.state == possible[-1]
        self.figures.healed += compared.healed
        self.figures.problems += [f"{name}: {problem}" for problem in compared.problems]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        with Victims(build_library(Path(name))) as victims:
            figures = CrashRun(Path(name), victims, chosen.seed).run(chosen.kills)
    print(figures.report())
    sys.exit(1 if figures.problems else 0)


if __name__ == "__main__":
    main()
