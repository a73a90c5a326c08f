"""Two who write one archive, and one who reads it while another writes and merges."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.victim.author import Author
from tests.reliability.victim.checks import assert_holds, found_by, open_archive
from tests.reliability.victim.faults import Action, Fault
from tests.reliability.victim.ledger import Item, Operation, State, put
from tests.reliability.victim.victims import Report, Victims, run_in

WRITERS = 2
EACH_WRITES = 12
MIN_LOOKS = 8


@dataclass(frozen=True, slots=True)
class Look:
    """What a search found, and when it was begun and ended."""

    begun: float
    ended: float
    found: list[str]


@pytest.fixture(scope="module")
def victims(fault_library: Path) -> Iterator[Victims]:
    with Victims(fault_library) as started:
        yield started


@pytest.fixture
def author() -> Author:
    return Author(5)


@pytest.mark.slow
def test_two_processes_that_write_wait_for_each_other(
    victims: Victims, fault_library: Path, tmp_path: Path
) -> None:
    written = [_write(seed, EACH_WRITES) for seed in range(WRITERS)]
    run_in(tmp_path, victims, Operation("add", (written[0][0],)), Operation("index"))
    with Victims(fault_library) as other, ThreadPoolExecutor(WRITERS) as threads:
        work = [
            [step for item in own for step in (Operation("add", (item,)), Operation("index"))]
            for own in written
        ]
        running = [
            threads.submit(run_in, tmp_path, own, *operations)
            for own, operations in zip((victims, other), work, strict=True)
        ]
        reports = [each.result() for each in running]
    for report in reports:
        assert (report.failed, report.status, len(report.done)) == ({}, 0, 2 * EACH_WRITES)
    assert_holds(tmp_path, put({}, [item for own in written for item in own]))


def test_the_lock_and_the_note_of_a_killed_writer_are_in_nobodys_way(
    victims: Victims, tmp_path: Path, author: Author
) -> None:
    add = Operation("add", (author.write(),))
    steps = run_in(tmp_path, victims, add, Operation("index")).done[1]["steps"]
    killed = run_in(
        tmp_path,
        victims,
        Operation("add", (author.write(),)),
        Operation("index"),
        doomed=1,
        fault=Fault(steps // 2, Action.KILL_BEFORE),
    )
    note = tmp_path / "home" / "index" / "write.owner"
    assert killed.killed
    assert note.exists()
    report = run_in(tmp_path, victims, Operation("index"))
    assert report.failed == {}
    assert report.done[0]["seconds"] < 5
    assert not note.exists()


def test_an_old_reader_sees_commits_soon_and_nothing_twice_or_gone(
    victims: Victims, tmp_path: Path, author: Author
) -> None:
    """One reader is open while two dozen commits merge and remove the files it has open."""
    first = tuple(author.write() for _ in range(4))
    run_in(tmp_path, victims, Operation("add", first), Operation("index"))
    operations, states = _changing(author, put({}, first))
    reader = open_archive(tmp_path / "home")
    looks = []
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(run_in, tmp_path, victims, *operations)
        while not running.done():
            begun, found = time.monotonic(), found_by(reader, "commun")
            looks.append(Look(begun, time.monotonic(), found))
    report = running.result()
    assert report.failed == {}
    assert len(looks) > MIN_LOOKS
    for look in looks:
        _assert_up_to_date(look, report, operations, states)
    assert sorted(found_by(reader, "commun")) == sorted(states[-1])
    reader.close()


def _assert_up_to_date(
    look: Look, report: Report, operations: list[Operation], states: list[State]
) -> None:
    """It shows all that was committed before it, less what was deleted before it ended."""
    moments = [report.done[at]["moment"] for at in range(len(operations))]
    before = [at for at, moment in enumerate(moments) if moment <= look.begun]
    until = [at for at, moment in enumerate(moments) if moment <= look.ended]
    commits = [at for at in before if operations[at].kind == "merge"]
    gone = {url for at in before for url in operations[at].urls}
    going = {url for operation in operations[: len(until) + 1] for url in operation.urls}
    assert len(look.found) == len(set(look.found))
    assert gone.isdisjoint(look.found)
    if commits:
        assert set(states[commits[-1]]) - going <= set(look.found)


def _changing(author: Author, state: State) -> tuple[list[Operation], list[State]]:
    """Commits that add, revise and delete, and what is held after each operation."""
    operations, states = [], []
    for turn in range(24):
        item = author.write(min(state) if turn % 3 == 1 else None)
        if turn % 3 == 2:
            gone = max(state)
            changing = Operation("delete", urls=(gone,))
            state = {url: own for url, own in state.items() if url != gone}
        else:
            changing, state = Operation("add", (item,)), put(state, [item])
        operations += [changing, Operation("merge")]
        states += [state, state]
    return operations, states


def _write(seed: int, count: int) -> tuple[Item, ...]:
    author = Author(seed)
    items = (author.write() for _ in range(count))
    return tuple(
        Item(f"{item.url}-{seed}", f"{item.title}{'k' * seed}", f"{item.text} {seed}")
        for item in items
    )
