"""Backup and restore: whole or not at all, whatever happens on the way."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.errors import BackupError, CodedError, DamagedBackupError, StoreError
from archive.intake.ingest import ingest
from archive.messages import verbatim
from archive.store.backup import advance_clock, read_clock
from indexer.errors import IndexLockedError
from indexer.lease import hold_lease
from indexer.ranking.request import MODES, Mode, SearchQuery
from indexer.ranking.result_page import SearchPage
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.paths import ROOT
from web.cli.commands.backups import COMMANDS
from web.cli.commands.shared import Composition
from web.errors import ArchiveInUseError, exit_code
from web.services import Services
from web.settings import Settings
from web.upkeep import backup_files, backups, restoring
from web.upkeep.archive_lock import lock_exclusive, lock_shared
from web.upkeep.backup_files import load_record, verify_backup
from web.upkeep.backups import list_backups, make_backup
from web.upkeep.health import check_health
from web.upkeep.restoring import restore_backup
from web.wordings import CHANGES_WAIT

RANDOM_KILLS = 5

# Dies of SIGKILL before the n-th of the steps that change files; tells how many there are.
CHILD = """
import os, signal, sys
from pathlib import Path
from tests.support.fakes import FakeEmbedder
from web.upkeep.backups import make_backup
from web.upkeep.restoring import restore_backup
from web.services import Services
from web.settings import Settings

what, folder, home, last = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
services = Services(Settings(home=home), FakeEmbedder())
seen = 0

def count(event, arguments):
    global seen
    if event in STEPS:
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

STEPS = {"open", "os.rename", "os.mkdir", "os.link", "os.remove", "os.rmdir", "ctypes.dlsym",
         "sqlite3.connect", "fcntl.flock"}
sys.addaudithook(count)
if what == "backup":
    make_backup(services, folder, keep=1)
else:
    restore_backup(folder, services.settings, force=True)
print(seen)
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several backups in one second, each under a date of its own; no waiting for lost files."""
    monkeypatch.setattr(backups, "PAUSE_SECONDS", 0.02)


@pytest.fixture
def run_backup(settings: Settings, embedder: FakeEmbedder) -> Callable[..., Result]:
    def run_command(name: str, *arguments: str) -> Result:
        (command,) = [command for command in COMMANDS if command.name == name]
        composition = Composition(home=settings.home, embedder=embedder)
        return CliRunner().invoke(command, arguments, obj=composition)

    return run_command


def _add(services: Services, *titles: str) -> None:
    list(ingest([make_item(t, f"Des missiles, dit {t}.") for t in titles], services.store))


def _opened(home: Path) -> Services:
    return Services(Settings(home=home), FakeEmbedder())


def _found(services: Services) -> list[tuple[int, str]]:
    (page, *_) = _pages(services, "missiles", "hybrid")
    return [(result.article.id, result.article.title) for result in page.results]


def _pages(services: Services, text: str, mode: Mode) -> list[SearchPage]:
    """The first hundred results with all that made their order, copies folded and not."""
    return [
        services.search.search(SearchQuery(text, mode, page_size=100, fold_copies=fold))
        for fold in (True, False)
    ]


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x01
    path.write_bytes(data)


def _link(path: Path) -> None:
    aside = path.with_name("elsewhere")
    path.rename(aside)
    path.symlink_to(aside)


def test_what_is_backed_up_comes_back(filled: Services, target: Path, tmp_path: Path) -> None:
    (filled.settings.home / "sites.toml").write_text('[site."a.example"]\nbody = "main"\n')
    folder, record = make_backup(filled, target)
    assert (record.articles, record.checkpoint) == (3, filled.engine.checkpoint())
    assert verify_backup(folder) == record
    restore_backup(folder, Settings(home=tmp_path / "new"), with_settings=True)
    restored = _opened(tmp_path / "new")
    assert check_health(restored).problems == ()
    assert list(restored.store.each_article()) == list(filled.store.each_article())
    assert _found(restored) == _found(filled)
    assert (tmp_path / "new" / "sites.toml").read_text().startswith("[site")
    restored.close()


def test_settings_are_restored_only_on_request(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    own = filled.settings.home / "hemero.toml"
    own.write_text("page_size = 11\n")
    folder, _ = make_backup(filled, target)
    restored = restore_backup(folder, Settings(home=tmp_path / "new"))
    assert (restored.left_out, (tmp_path / "new" / own.name).exists()) == ((own.name,), False)
    own.write_text("page_size = 12\n")
    filled.close()
    assert restore_backup(folder, filled.settings, force=True).left_out == (own.name,)
    assert own.read_text() == "page_size = 12\n"
    assert restore_backup(folder, filled.settings, True, with_settings=True).left_out == ()
    assert own.read_text() == "page_size = 11\n"


def test_an_archive_without_an_index_comes_back(
    services: Services, target: Path, tmp_path: Path
) -> None:
    _add(services, "un", "deux")
    folder, record = make_backup(services, target)
    assert (record.checkpoint, record.note) == (0, None)
    restore_backup(folder, Settings(home=tmp_path / "new"))
    restored = _opened(tmp_path / "new")
    restored.index()
    assert check_health(restored).ok
    restored.close()


def test_backups_during_writes_are_of_one_moment(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    stopping = Event()
    failures: list[BaseException] = []

    def write() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            _add(filled, f"pendant {number}", f"aussi {number}")
            filled.index()

    def write_and_tell() -> None:
        try:
            write()
        except BaseException as exc:
            failures.append(exc)

    writer = Thread(target=write_and_tell)
    writer.start()
    try:
        made = [make_backup(filled, target) for _ in range(4)]
    finally:
        stopping.set()
        writer.join()
    assert failures == []
    assert made[-1][1].articles > made[0][1].articles
    for number, (folder, record) in enumerate(made):
        assert record.note is None
        assert record.checkpoint is not None
        assert record.checkpoint <= record.seq
        restore_backup(folder, Settings(home=tmp_path / f"new{number}"))
        restored = _opened(tmp_path / f"new{number}")
        assert restored.store.article_ids() == list(range(1, record.articles + 1))
        health = check_health(restored)
        waiting = [CHANGES_WAIT(number=health.waiting)]
        assert list(health.problems) == (waiting if health.waiting else [])
        restored.index()
        assert check_health(restored).problems == ()
        anew = _opened(tmp_path / f"anew{number}")
        anew.settings.home.mkdir()
        restore_backup(folder, anew.settings)
        anew.index(rebuild=True)
        assert set(restored.engine.article_ids()) == set(anew.engine.article_ids())
        for text in ("missiles", "pendant"):
            for mode in MODES:
                assert _pages(restored, text, mode) == _pages(anew, text, mode)
        anew.close()
        restored.close()


def test_what_did_not_change_is_shared(filled: Services, target: Path) -> None:
    first, record = make_backup(filled, target)
    segments = [file.path for file in record.files if file.path.endswith((".faiss", ".seg"))]
    _add(filled, "nouveau")
    filled.index()
    second, newer = make_backup(filled, target)
    for path in segments:
        assert (first / path).samefile(second / path)
    assert {file.path for file in newer.files} > set(segments)
    source = filled.settings.index_folder / Path(segments[0]).name
    assert source.stat().st_nlink == 1
    verify_backup(first)


def test_a_damaged_file_is_not_shared(filled: Services, target: Path) -> None:
    first, record = make_backup(filled, target)
    (path,) = [file.path for file in record.files if file.path.endswith(".faiss")]
    _flip(first / path)
    second, _ = make_backup(filled, target)
    verify_backup(second)


def test_without_hard_links_files_are_copied(
    filled: Services, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    make_backup(filled, target)
    second, _ = make_backup(filled, target)
    verify_backup(second)


def test_the_newest_are_kept(filled: Services, target: Path) -> None:
    first, _ = make_backup(filled, target)
    (target / "notes.txt").write_text("mine")
    (target / "2001-01-01T000000Z").mkdir()
    second, _ = make_backup(filled, target)
    third, _ = make_backup(filled, target, keep=2)
    assert list_backups(target) == [third, second]
    assert not first.exists()
    assert (target / "notes.txt").exists()
    assert (target / "2001-01-01T000000Z").exists()
    verify_backup(second)


@pytest.mark.parametrize("harm", [_truncate, _flip, Path.unlink, _link])
def test_every_file_is_watched(
    filled: Services, target: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder, record = make_backup(filled, target)
    names = [file.path for file in record.files] + ["backup.json"]
    assert len(names) >= 6
    for name in names:
        intact = (folder / name).read_bytes()
        harm(folder / name)
        with pytest.raises((DamagedBackupError, BackupError), match=Path(name).name):
            restore_backup(folder, Settings(home=tmp_path / "new"))
        assert not (tmp_path / "new").exists()
        (folder / name).unlink(missing_ok=True)
        (folder / name).with_name("elsewhere").unlink(missing_ok=True)
        (folder / name).write_bytes(intact)
    verify_backup(folder)


def test_each_byte_of_the_record_is_watched(filled: Services, target: Path) -> None:
    folder, _ = make_backup(filled, target)
    path = folder / "backup.json"
    intact = path.read_bytes()
    for place in range(len(intact)):
        path.write_bytes(intact[:place] + bytes([intact[place] ^ 0x01]) + intact[place + 1 :])
        with pytest.raises((DamagedBackupError, BackupError)):
            load_record(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": "x"}', "[" * 100_000])
def test_a_record_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "backup.json").write_text(text)
    with pytest.raises(DamagedBackupError, match=r"backup\.json is damaged"):
        load_record(tmp_path)


def test_a_backup_of_a_newer_hemero_is_refused(tmp_path: Path) -> None:
    (tmp_path / "backup.json").write_text('{"format": 2}')
    with pytest.raises(BackupError, match="newer Hemero"):
        load_record(tmp_path)


def test_a_record_cannot_lead_out_of_its_folder(filled: Services, target: Path) -> None:
    folder, _ = make_backup(filled, target)
    data = json.loads((folder / "backup.json").read_text())
    data.pop("sha256")
    for path in ("../x", "/etc/hostname", "index/../../x", "index//x", ""):
        data["files"][0]["path"] = path
        (folder / "backup.json").write_text(backup_files._render(data))
        with pytest.raises(DamagedBackupError, match="is not the name of a file"):
            verify_backup(folder)


def test_a_file_more_is_named(filled: Services, target: Path, tmp_path: Path) -> None:
    folder, _ = make_backup(filled, target)
    (folder / "index" / "keyword" / "_MAIN_99.toc").write_bytes(b"foreign")
    (folder / "more").symlink_to(tmp_path)
    with pytest.raises(DamagedBackupError, match=r"_MAIN_99\.toc does not belong") as caught:
        verify_backup(folder)
    assert "more does not belong" in str(caught.value)


def test_links_in_the_target_are_not_followed(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    first, _ = make_backup(filled, target)
    moved = tmp_path / "moved"
    (first / "index").rename(moved)
    (first / "index").symlink_to(moved)
    (target / ".unfinished-1").symlink_to(outside)
    (target / "2000-01-01T000000Z").symlink_to(outside)
    second, record = make_backup(filled, target, keep=1)
    assert (outside / "precious").exists()
    assert (target / "2000-01-01T000000Z").is_symlink()
    assert moved.exists()
    assert all((second / file.path).stat().st_nlink == 1 for file in record.files)


def test_a_damaged_index_is_left_out(filled: Services, target: Path, tmp_path: Path) -> None:
    _flip(next(filled.settings.index_folder.glob("*.faiss")))
    folder, record = make_backup(filled, target)
    assert record.checkpoint is None
    assert "is not as it was written" in str(record.note)
    restore_backup(folder, Settings(home=tmp_path / "new"))
    restored = _opened(tmp_path / "new")
    restored.index()
    assert check_health(restored).articles == 3
    assert check_health(restored).ok
    restored.close()


def test_an_index_that_cannot_be_opened_is_rebuilt(
    run_backup: Callable[..., Result], filled: Services, target: Path
) -> None:
    """Whoever made the backup could have computed its checksums for any content."""
    folder, record = make_backup(filled, target)
    (contents,) = folder.glob("index/keyword/*.toc")
    _truncate(contents)
    files = [backup_files.describe_plain(folder, file.path) for file in record.files]
    backup_files.save_record(folder, replace(record, files=tuple(files)))
    verify_backup(folder)
    home = target / "new"
    restored = run_backup("restore", str(folder), "--home", str(home))
    assert restored.exit_code == 0, restored.output
    assert "the index was left out because it is damaged" in restored.stdout
    assert restored.stdout.endswith("3 articles\nall is well\n")
    assert _found(_opened(home)) == _found(filled)


@pytest.mark.parametrize("step", range(1, 8))
def test_a_full_disk_leaves_no_half_backup(
    filled: Services, target: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    make_backup(filled, target)
    _add(filled, "nouveau")
    filled.index()
    before = _tree(target)
    fsync, calls = os.fsync, iter(range(1, 1000))

    def fail(handle: int) -> None:
        if next(calls) == step:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackupError, match="No space left on device"):
        make_backup(filled, target)
    assert _tree(target) == before


def test_a_file_that_may_not_grow_leaves_no_half_backup(filled: Services, target: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from archive.errors import ArchiveError\n"
        "from tests.support.fakes import FakeEmbedder\n"
        "from web.upkeep.backups import make_backup\n"
        "from web.services import Services\n"
        "from web.settings import Settings\n"
        "services = Services(Settings(home=Path(sys.argv[1])), FakeEmbedder())\n"
        "services.store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    make_backup(services, Path(sys.argv[2]))\n"
        "except ArchiveError as exc:\n"
        "    print(exc)\n"
    )
    command = [sys.executable, "-c", script, str(filled.settings.home), str(target)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be copied" in ended.stdout
    assert list(target.iterdir()) == []


def test_a_target_that_cannot_be_written_is_named(filled: Services, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for target in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc")):
        with pytest.raises(BackupError, match=f"cannot back up to {target}"):
            make_backup(filled, target)


def test_two_backups_at_once_are_refused(filled: Services, target: Path) -> None:
    target.mkdir()
    with backup_files.hold_folder(target), pytest.raises(BackupError, match="at work"):
        make_backup(filled, target)
    make_backup(filled, target)


def test_no_archive_is_not_backed_up(services: Services, target: Path) -> None:
    with pytest.raises(BackupError, match="there is no archive at"):
        make_backup(services, target)
    assert not services.settings.home.exists()
    assert not target.exists()


def test_a_home_that_holds_something_is_refused(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    folder, _ = make_backup(filled, target)
    before = _found(filled)
    with pytest.raises(BackupError, match="is not empty; restore elsewhere with --home"):
        restore_backup(folder, filled.settings)
    assert _found(filled) == before


def test_with_force_the_old_archive_is_moved_aside(filled: Services, target: Path) -> None:
    folder, _ = make_backup(filled, target)
    _add(filled, "plus tard")
    filled.index()
    highest = filled.store.last_seq()
    filled.close()
    restored = restore_backup(folder, filled.settings, force=True)
    assert restored.aside is not None
    old, new = _opened(restored.aside), _opened(filled.settings.home)
    assert (old.store.count(), new.store.count()) == (4, 3)
    assert check_health(new).ok
    assert check_health(old).ok
    _add(new, "autre")
    (change,) = new.store.changes_after(new.engine.checkpoint(), 9)
    assert change.seq > highest
    old.close()
    new.close()


def test_a_home_whose_index_is_being_written_is_left_alone(
    filled: Services, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "LOCK_TIMEOUT_SECONDS", 0.1)
    folder, _ = make_backup(filled, target)
    with hold_lease(filled.settings.home, 1), pytest.raises(IndexLockedError):
        restore_backup(folder, filled.settings, force=True)
    assert not list(filled.settings.home.parent.glob("*before*"))


def test_a_home_that_is_a_link_stays_one(filled: Services, target: Path, tmp_path: Path) -> None:
    folder, _ = make_backup(filled, target)
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    restore_backup(folder, Settings(home=tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "archive.sqlite").is_file()


def test_seq_goes_on_above_a_clock_set_back(filled: Services, target: Path) -> None:
    folder, _ = make_backup(filled, target)
    filled.close()
    ahead = filled.store.last_seq() + 10**12
    advance_clock(filled.settings.store_path, ahead)
    restore_backup(folder, filled.settings, force=True)
    assert read_clock(filled.settings.store_path) >= ahead


@pytest.mark.parametrize("possible", [True, False])
def test_without_an_exchange_in_one_step_it_takes_three(
    filled: Services, target: Path, monkeypatch: pytest.MonkeyPatch, possible: bool
) -> None:
    folder, _ = make_backup(filled, target)
    filled.close()
    monkeypatch.setattr(restoring.ctypes, "CDLL", lambda *_, **__: object())
    if not possible:
        rename = Path.rename

        def refuse(path: Path, to: Path) -> Path:
            if to == filled.settings.home and not path.name.endswith(".old"):
                raise OSError(errno.EBUSY, "Device or resource busy")
            return rename(path, to)

        monkeypatch.setattr(Path, "rename", refuse)
        with pytest.raises(BackupError, match=r"cannot restore to .*busy"):
            restore_backup(folder, filled.settings, force=True)
    else:
        restore_backup(folder, filled.settings, force=True)
    beside = sorted(path.name for path in filled.settings.home.parent.glob("*home*"))
    assert len(beside) == 1 + possible
    again = _opened(filled.settings.home)
    assert check_health(again).ok
    again.close()


def test_a_restore_that_fails_leaves_nothing(
    filled: Services, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = make_backup(filled, target)

    def fail(*_: Any) -> None:
        raise StoreError(verbatim("the archive is of a newer Hemero; upgrade this one"))

    monkeypatch.setattr(restoring, "advance_clock", fail)
    with pytest.raises(StoreError, match="newer Hemero"):
        restore_backup(folder, Settings(home=tmp_path / "new"))
    assert list(tmp_path.glob("*new*")) == []


@pytest.mark.slow
def test_kills_during_backups_leave_whole_ones(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    make_backup(filled, target)
    _add(filled, "nouveau")
    filled.index()
    steps = int(_run_child("backup", tmp_path / "dry", filled.settings.home, 0).stdout)
    for last in random.Random(7).sample(range(1, steps + 1), RANDOM_KILLS):
        child = _run_child("backup", target, filled.settings.home, last)
        assert child.returncode == -signal.SIGKILL
        assert list_backups(target)
        for folder in list_backups(target):
            verify_backup(folder)
    folder, record = make_backup(filled, target, keep=1)
    assert [path.name for path in target.iterdir()] == [folder.name]
    assert record.articles == 4


@pytest.mark.slow
def test_kills_during_restores_leave_the_old_or_the_new(
    filled: Services, target: Path, tmp_path: Path
) -> None:
    folder, _ = make_backup(filled, target)
    filled.close()
    spare = tmp_path / "spare" / "home"
    _copy_home(filled.settings.home, spare)
    steps = int(_run_child("restore", folder, spare, 0).stdout)
    home = filled.settings.home
    for last in [*random.Random(7).sample(range(1, steps), RANDOM_KILLS - 2), steps - 1, steps]:
        before = _opened(home)
        _add(before, f"avant {last}")
        before.index()
        count = before.store.count()
        before.close()
        child = _run_child("restore", folder, home, last)
        assert child.returncode == -signal.SIGKILL
        after = _opened(home)
        assert after.store.count() in (count, 3)
        assert check_health(after).ok
        after.close()
        for aside in home.parent.glob(f"{home.name}.before-*"):
            beside = _opened(aside)
            assert beside.store.count() in (count, 3)
            beside.close()
            aside.rename(tmp_path / f"seen {last} {aside.name}")
    restore_backup(folder, Settings(home=home), force=True)
    assert not list(home.parent.glob(".*restoring"))


def test_the_commands(run_backup: Callable[..., Result], filled: Services, target: Path) -> None:
    made = run_backup("backup", str(target), "--json")
    record = json.loads(made.stdout)
    assert (made.exit_code, record["articles"], record["note"]) == (0, 3, None)
    assert "intact: " in run_backup("backup", str(target), "--verify").stdout
    refused = run_backup("restore", str(target))
    assert isinstance(refused.exception, CodedError)
    assert exit_code(refused.exception) == 74
    filled.close()
    restored = run_backup("restore", str(target), "--force")
    assert restored.exit_code == 0, restored.output
    assert "is now" in restored.stdout
    assert restored.stdout.endswith("all is well\n")
    elsewhere = run_backup("restore", str(target), "--home", str(target / "new"), "--json")
    first, second = map(json.loads, elsewhere.stdout.splitlines())
    assert (first["aside"], second["ok"]) == (None, True)


def test_the_commands_say_what_is_damaged(
    run_backup: Callable[..., Result], filled: Services, target: Path
) -> None:
    run_backup("backup", str(target))
    _flip(list_backups(target)[0] / "archive.sqlite")
    result = run_backup("backup", "--verify", str(target))
    assert isinstance(result.exception, DamagedBackupError)
    assert exit_code(result.exception) == 65
    _flip(next(filled.settings.index_folder.glob("*.npz")))
    result = run_backup("backup", str(target / "fresh"))
    assert result.exit_code == 1
    assert "hemero doctor --repair" in result.stderr
    result = run_backup("restore", str(target / "nowhere"))
    assert "there is no backup at" in str(result.exception)


def _run_child(what: str, folder: Path, home: Path, last: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, what, str(folder), str(home), str(last)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def _copy_home(home: Path, to: Path) -> None:
    for name, data in _tree(home).items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(data)


def test_what_is_served_is_not_replaced(services: Services, tmp_path: Path) -> None:
    """What the server acknowledges afterwards would go into the archive that was moved aside."""
    list(ingest([make_item("Crue", "La rivière monte.")], services.store))
    folder, _ = make_backup(services, tmp_path / "backups")
    served = lock_shared(services.settings.home)
    with pytest.raises(ArchiveInUseError, match="stop it first"):
        restore_backup(folder, services.settings, force=True)
    assert served is not None
    os.close(served)
    assert restore_backup(folder, services.settings, force=True).aside is not None


def test_no_server_opens_what_is_being_restored(tmp_path: Path) -> None:
    """What it acknowledged would go into the archive that is moved aside."""
    with lock_exclusive(tmp_path), pytest.raises(ArchiveInUseError, match="is being restored"):
        lock_shared(tmp_path)
    descriptor = lock_shared(tmp_path)
    assert descriptor is not None
    os.close(descriptor)
