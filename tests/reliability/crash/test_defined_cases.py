"""What can be expected to happen to an archive some day, case by case."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.victim.author import Author
from tests.reliability.victim.checks import assert_holds
from tests.reliability.victim.faults import Action, Fault, Kind
from tests.reliability.victim.ledger import Operation, put
from tests.reliability.victim.victims import Report, Victims, run_in
from web.upkeep.backup_files import verify_backup
from web.upkeep.backups import find_backup

# Who is root may write everything; a number that is nobody's may not.
STRANGER = 65_534 if os.geteuid() == 0 else 0
YEAR_SECONDS = 365 * 86_400


@pytest.fixture(scope="module")
def victims(fault_library: Path) -> Iterator[Victims]:
    with Victims(fault_library) as started:
        yield started


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users reach, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    _open_up(folder)
    shutil.rmtree(folder)


@pytest.fixture
def author() -> Author:
    return Author(5)


def command(*arguments: str) -> Operation:
    return Operation("command", arguments=arguments)


def answers(report: Report, at: int) -> tuple[int, str, str]:
    """Exit code, output and errors of the command at that place."""
    assert report.failed == {}
    (told,) = report.acknowledged[at]
    return told["code"], told["out"], told["err"]


def _close_down(folder: Path) -> None:
    """Everybody may read, nobody may write."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def _open_up(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(stat.S_IRWXU if path.is_dir() else 0o644)


def test_on_a_full_disk_nothing_is_lost_and_all_is_said(
    victims: Victims, place: Path, author: Author
) -> None:
    first, second = (author.write(),), (author.write(),)
    run_in(place, victims, Operation("add", first), Operation("index"))
    full = Fault(1, Action.FAIL, stays=True)
    before, search = put({}, first), Operation("search", arguments=("commun",))
    for writing in (Operation("add", second), Operation("index"), Operation("backup")):
        report = run_in(place, victims, search, writing, search, doomed=1, fault=full)
        assert report.failed[1]["known"], report.failed
        assert [told[0]["ids"] for told in report.acknowledged.values()] == [[1], [1]]
    report = run_in(place, victims, search, search, doomed=1, fault=full)
    assert report.acknowledged[1][0]["ids"] == [1]
    assert_holds(place, before)
    assert not (place / "backups").exists()
    run_in(place, victims, Operation("add", second), Operation("backup"))
    assert_holds(place, put(before, second))


def test_what_is_sent_to_a_full_disk_is_refused_and_leaves_nothing(
    victims: Victims, place: Path, author: Author
) -> None:
    upload = Operation("upload", (author.write(), author.write()))
    for nth in range(1, 5):  # each of the two files is made, then written
        full = Fault(nth, Action.FAIL, stays=True, kinds=Kind.CREATE | Kind.WRITE)
        report = run_in(place, victims, upload, doomed=0, fault=full, below="home/jobs/upload-")
        assert report.failed[0]["known"], report.failed
        assert "make room" in report.failed[0]["text"]
        assert list((place / "home" / "jobs").iterdir()) == []
    report = run_in(place, victims, upload)
    assert report.acknowledged[0][0]["state"] in ("waiting", "done")


@pytest.mark.parametrize("pending", [False, True], ids=["closed well", "killed"])
def test_an_archive_that_may_not_be_written_is_searched_all_the_same(
    victims: Victims, place: Path, author: Author, pending: bool
) -> None:
    first, second = (author.write(), author.write()), (author.write(),)
    fault = Fault(1, Action.KILL_BEFORE) if pending else Fault()
    operations = (Operation("add", first), Operation("index"), Operation("add", second))
    run_in(place, victims, *operations, Operation("index"), doomed=3, fault=fault)
    assert (place / "home" / "archive.sqlite-wal").exists() == pending
    target = place / "stranger"
    _close_down(place / "home")
    target.mkdir()
    target.chmod(0o777)
    report = run_in(
        place,
        victims,
        command("search", "commun", "--json"),
        command("doctor"),
        command("show", "3"),
        command("delete", "1", "--yes"),
        command("index"),
        command("backup", str(target)),
        user=STRANGER,
    )
    code, out, _ = answers(report, 0)
    assert (code, out.count('"title"')) == (0, 2 if pending else 3)
    assert answers(report, 1)[0] == pending
    assert second[0].title in answers(report, 2)[1]
    for at in (3, 4):
        code, _, err = answers(report, at)
        assert (code, "cannot be written" in err, "Traceback" in err) == (74, True, False)
    assert answers(report, 5)[0] == 0
    assert verify_backup(find_backup(target)).articles == 3
    _open_up(place / "home")
    assert_holds(place, put(put({}, first), second))


def test_a_journal_nobody_may_read_is_named(victims: Victims, place: Path, author: Author) -> None:
    written = (author.write(),)
    run_in(
        place,
        victims,
        Operation("add", written),
        Operation("index"),
        doomed=1,
        fault=Fault(1, Action.KILL_BEFORE),
    )
    (place / "home" / "archive.sqlite-shm").unlink()
    _close_down(place / "home")
    report = run_in(place, victims, command("search", "commun"), user=STRANGER)
    code, _, err = answers(report, 0)
    assert code == 74
    assert "archive.sqlite-wal" in err
    assert "hemero doctor" in err
    _open_up(place / "home")
    assert_holds(place, put({}, written))


def test_a_folder_that_may_not_be_written_takes_no_archive(victims: Victims, place: Path) -> None:
    (place / "home").mkdir()
    _close_down(place / "home")
    report = run_in(place, victims, command("search", "commun"), user=STRANGER)
    code, _, err = answers(report, 0)
    assert code == 74
    assert "cannot make" in err


@pytest.mark.parametrize("years", [1, 30], ids=["a year", "far back"])
def test_a_clock_set_back_changes_no_order(
    victims: Victims, place: Path, author: Author, years: int
) -> None:
    now = tuple(author.write() for _ in range(3))
    then = (author.write(now[0].url), author.write())
    back = -years * YEAR_SECONDS
    report = run_in(
        place,
        victims,
        Operation("add", now),
        Operation("index"),
        Operation("backup"),
        Operation("update", then, shift=back),
        Operation("delete", urls=(now[1].url,), shift=back),
        Operation("index", shift=back),
        *(Operation("backup", shift=back) for _ in range(4)),
    )
    assert report.failed == {}
    made = [told["folder"] for at in (2, 6, 7, 8, 9) for told in report.acknowledged[at]]
    assert made == sorted(made)
    held = sorted(path.name for path in (place / "backups").iterdir())
    assert held == made[-3:]
    assert find_backup(place / "backups").name == made[-1]
    assert verify_backup(place / "backups" / made[-1]).articles == 3
    state = put(put({}, now), then)
    assert_holds(place, {url: own for url, own in state.items() if url != now[1].url})
