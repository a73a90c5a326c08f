"""The parent's side of victim.py: tasks given, lines read, a kill after a time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any, Self

from tests.reliability.victim.faults import Fault
from tests.reliability.victim.ledger import Operation
from tests.support.paths import ROOT

MAX_SECONDS = 120.0
NO_FAULT = Fault()


@dataclass(frozen=True, slots=True)
class Task:
    """Operations on the archive at `home`, the one at place `doomed` with the fault, which counts
    what happens below `under`; `user` is the id to work as, 0 for one's own; commands merge `tier`
    segments of a size."""

    home: Path
    target: Path
    operations: Sequence[Operation]
    under: Path
    doomed: int = -1
    fault: Fault = NO_FAULT
    user: int = 0
    tier: int = 8

    def record(self) -> dict[str, Any]:
        operations = [operation.record() for operation in self.operations]
        paths = {"home": str(self.home), "target": str(self.target), "under": str(self.under)}
        return paths | {
            "operations": operations,
            "doomed": self.doomed,
            "fault": asdict(self.fault),
            "user": self.user,
            "tier": self.tier,
        }


@dataclass(slots=True)
class Report:
    """What became of a task: of each operation, by its place, what the child told.

    `status` is its exit code, negative where a signal ended it; `hit` the file operation of the
    fault and its path.
    """

    begun: int = -1
    acknowledged: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    done: dict[int, dict[str, Any]] = field(default_factory=dict)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)
    hit: tuple[str, str] | None = None
    status: int = 0

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Victims:
    """One warm process that forks a child for each task."""

    def __init__(self, library: Path) -> None:
        environment = os.environ | {"LD_PRELOAD": str(library), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.victim.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        while self._read()["what"] != "ready":
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(MAX_SECONDS)
        self._process.stdout.close()

    def run(self, task: Task, kill_after_seconds: float | None = None) -> Report:
        """Do it; killed so long after its doomed operation has begun, if that takes longer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task.record()) + "\n")
        self._process.stdin.flush()
        child = _Child(int(self._read()["process"]))
        report = Report()
        try:
            while (told := self._read())["what"] != "gone":
                _note(told, report)
                doomed = told["what"] == "begun" and told["place"] == task.doomed
                if doomed and kill_after_seconds is not None:
                    child.kill_after(kill_after_seconds)
        finally:
            child.forget()
        report.status = told["status"]
        return report

    def _read(self) -> dict[str, Any]:
        """The next line; what the fault layer says comes as plain words."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the child's parent is gone")
        if line.startswith("hit "):
            _, call, path = line.split(maxsplit=2)
            return {"what": "hit", "call": call, "path": path.strip()}
        told: dict[str, Any] = json.loads(line)
        return told


def run_in(
    place: Path, victims: Victims, *operations: Operation, below: str = "", **task: Any
) -> Report:
    """Operations on the archive in the place's `home`; backups go to its `backups`.

    Faults are of what lies below the place, or a part of it.
    """
    home, target = place / "home", place / "backups"
    return victims.run(Task(home, target, operations, place / below, **task))


class _Child:
    """A process known by a handle, so that no other that takes its number is ever killed."""

    def __init__(self, process: int) -> None:
        self._handle = os.pidfd_open(process)
        self._timers = [self._start(MAX_SECONDS)]

    def kill_after(self, seconds: float) -> None:
        self._timers.append(self._start(seconds))

    def forget(self) -> None:
        for timer in self._timers:
            timer.cancel()
            timer.join()
        os.close(self._handle)

    def _start(self, seconds: float) -> Timer:
        timer = Timer(seconds, self._kill)
        timer.start()
        return timer

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)


def _note(told: dict[str, Any], report: Report) -> None:
    match told["what"]:
        case "begun":
            report.begun = told["place"]
        case "acknowledged":
            report.acknowledged.setdefault(report.begun, []).append(told)
        case "done":
            report.done[told["place"]] = told
        case "failed":
            report.failed[told["place"]] = told
        case "hit":
            report.hit = (told["call"], told["path"])
