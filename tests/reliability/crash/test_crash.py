"""Killed at any point, nothing acknowledged is lost and the next command heals the index."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.crash.run import KILLS, CrashRun
from tests.reliability.victim.author import Author
from tests.reliability.victim.checks import CrashChecks
from tests.reliability.victim.faults import Fault
from tests.reliability.victim.ledger import Item, Ledger, Operation, State, put
from tests.reliability.victim.victims import Task, Victims

RANDOM_KILLS = 5
POINTS = 3


@pytest.fixture(scope="module")
def victims(fault_library: Path) -> Iterator[Victims]:
    with Victims(fault_library) as started:
        yield started


@pytest.mark.slow
def test_random_kills_lose_nothing_acknowledged(victims: Victims, tmp_path: Path) -> None:
    figures = CrashRun(tmp_path, victims, seed=11).run(RANDOM_KILLS)
    assert figures.problems == []
    assert figures.kills.total() >= RANDOM_KILLS
    assert figures.acknowledged > RANDOM_KILLS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("commits", "tier"), [(0, 8), (1, 8), (2, 2)], ids=["first commit", "later commit", "merge"]
)
def test_a_commit_killed_at_any_file_operation_is_healed(
    victims: Victims, tmp_path: Path, commits: int, tier: int
) -> None:
    steps = _kill_commit(victims, tmp_path / "dry", commits, tier, Fault())
    for turn in range(POINTS):
        nth = 1 + turn * steps // POINTS
        fault = Fault(nth, KILLS[turn % len(KILLS)])
        _kill_commit(victims, tmp_path / str(nth), commits, tier, fault)


def _kill_commit(victims: Victims, folder: Path, commits: int, tier: int, fault: Fault) -> int:
    """Kill the commit of an added, a revised and a deleted article; how many steps it has."""
    folder.mkdir()
    author = Author(2)
    before = [_write(author, 3) for _ in range(commits)]
    operations = [step for items in before for step in (Operation("add", items), INDEX)]
    state: State = put({}, [item for items in before for item in items])
    indexed, last = set(state), _write(author, 2)
    operations.append(Operation("add", last))
    state = put(state, last)
    if commits:
        revised, gone = before[0][:2]
        newer = author.write(revised.url)
        operations += [Operation("update", (newer,)), Operation("delete", urls=(gone.url,))]
        state = {url: held for url, held in put(state, [newer]).items() if url != gone.url}
    operations.append(Operation("merge" if tier == 2 else "index"))
    task = Task(folder / "home", folder / "backups", operations, folder, len(operations) - 1, fault)
    report = victims.run(task)
    assert report.killed == bool(fault.nth), report
    checks = CrashChecks(folder / "home", folder / "backups", folder / "scratch")
    compared = checks.compare([state], [], indexed, Ledger())
    assert compared.problems == ()
    return 0 if fault.nth else int(report.done[len(operations) - 1]["steps"])


def _write(author: Author, count: int) -> tuple[Item, ...]:
    return tuple(author.write() for _ in range(count))


INDEX = Operation("index")
