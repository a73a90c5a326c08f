"""Whatever a disk does, a command ends clearly, loses nothing and the next one works."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.faults.walk import FAULTS, FaultWalk, Figures
from tests.reliability.victim.faults import Action, Kind, build_library
from tests.reliability.victim.victims import Victims

POINTS = 2


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, fault_library: Path) -> Iterator[FaultWalk]:
    with Victims(fault_library) as victims:
        yield FaultWalk(tmp_path_factory.mktemp("walk"), victims)


@pytest.fixture
def walk(made: FaultWalk) -> FaultWalk:
    made.figures = Figures()
    return made


@pytest.mark.slow
def test_every_command_survives_a_disk_that_fails(walk: FaultWalk) -> None:
    figures = walk.run(POINTS)
    assert figures.problems == []
    assert set(figures.faults) == {case.name for case in walk.cases}


@pytest.mark.parametrize("how", FAULTS[:2], ids=["full", "broken"])
def test_a_segment_that_cannot_be_written_to_its_end_is_not_committed(
    walk: FaultWalk, how: tuple[int, int, bool]
) -> None:
    (index,) = (case for case in walk.cases if case.name == "index")
    for kind in (Kind.WRITE, Kind.SYNC):
        for nth in (1, 2):
            walk.fail(index, nth, how, below="place/home/index/vectors-", kinds=kind)
    assert walk.figures.problems == []
    assert walk.figures.faults.total() >= 3


def test_the_lock_goes_where_the_note_of_its_owner_stays(walk: FaultWalk) -> None:
    (index,) = (case for case in walk.cases if case.name == "index")
    walk.fail(index, 1, FAULTS[2], below="place/home/index/write.owner")
    walk.fail(index, 1, (Action.FAIL, errno.EIO, True), kinds=Kind.REMOVE)
    assert walk.figures.problems == []


def test_a_commit_that_could_not_be_begun_can_be_begun_again(walk: FaultWalk) -> None:
    (index,) = (case for case in walk.cases if case.name == "index")
    walk.fail(index, 1, FAULTS[1], below="place/home/index/keyword/MAIN.tmp")
    assert walk.figures.problems == []
    assert walk.figures.faults["index"] == 1


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_permission_lost_while_at_work_is_an_error_of_ours(walk: FaultWalk, code: int) -> None:
    """Everything fails from the first operation on, then nothing does any more."""
    for case in walk.cases:
        if case.name != "search":
            walk.fail(case, 1, (Action.FAIL, code, True))
    assert walk.figures.problems == []
    assert walk.figures.ended["74"] >= 1


def test_without_a_compiler_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install gcc libc6-dev"):
        build_library(tmp_path)
