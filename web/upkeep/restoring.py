"""Restore an archive from a backup: it is built beside the current one, then they are exchanged."""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.durable import sync_path, sync_tree
from archive.errors import BackupError
from archive.messages import Message
from archive.store.backup import advance_clock, read_clock
from indexer.engines.registry import open_engine
from indexer.errors import CorruptIndexError
from indexer.lease import hold_lease
from web.settings import Settings
from web.upkeep.archive_lock import lock_exclusive
from web.upkeep.backup_files import (
    INDEX_FOLDER,
    SETTINGS_NAMES,
    STORE_NAME,
    BackupRecord,
    copy_file,
    damaged_backup,
    hold_folder,
    verify_backup,
)
from web.wordings import BACKUP_FILE_CHANGED, HOME_NOT_EMPTY, INDEX_LEFT_OUT, NOT_RESTORED

LOCK_TIMEOUT_SECONDS = 5.0
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, where the previous archive is now, and what was left out: settings, and an
    index that the backup lacks or that cannot be opened, as `index_note` says.
    """

    record: BackupRecord
    aside: Path | None
    left_out: tuple[str, ...]
    index_note: Message | None


def restore_backup(
    folder: Path, settings: Settings, force: bool = False, with_settings: bool = False
) -> Restored:
    """Replace the home with the content of the backup, after verifying every checksum.

    Settings name models, addresses and networks to trust, so those of the backup are taken
    over only `with_settings`; otherwise the home keeps its own.

    A home that contains an archive is refused or, with `force`, moved aside. If the process is
    killed, the home is either unchanged or restored. An index that cannot be opened is left out:
    it can be rebuilt from the articles. Raises BackupError, DamagedBackupError,
    StoreError, IndexLockedError and ArchiveInUseError; the home is then unchanged.
    """
    record = verify_backup(folder)
    home = settings.home.resolve()
    occupied = _is_occupied(home)
    if occupied and not force:
        raise BackupError(HOME_NOT_EMPTY(home=home))
    with _restoring_in(home, occupied):
        draft = home.with_name(f".{home.name}.restoring")
        chosen = record if with_settings else _without_settings(record)
        note = _build(folder, chosen, draft, read_clock(home / STORE_NAME))
        if record.checkpoint is None:
            note = record.note
        try:
            if not with_settings:
                _keep_settings(home, draft)
            left_out = tuple(f.path for f in record.files if f not in chosen.files)
            return Restored(record, _put_in_place(draft, home, occupied), left_out, note)
        except BaseException:
            _remove(draft)
            raise


@contextmanager
def _restoring_in(home: Path, occupied: bool) -> Iterator[None]:
    """Allow one restore beside the home at a time, while nobody serves or indexes it. Errors become
    ours.
    """
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        indexed = (home / INDEX_FOLDER).is_dir()
        lock = hold_lease(home, LOCK_TIMEOUT_SECONDS) if indexed else nullcontext()
        unserved = lock_exclusive(home) if occupied else nullcontext()
        with hold_folder(home.parent), unserved, lock:
            yield
    except OSError as exc:
        raise BackupError(NOT_RESTORED(home=home, reason=exc.strerror or exc)) from exc


def _build(folder: Path, record: BackupRecord, draft: Path, seq: int) -> Message | None:
    """Build the new archive in a folder of its own, durably; nothing is left behind on failure.

    Returns why the index is left out, if it is. Files are verified again as they are copied: they
    may have changed in between.
    """
    _remove(draft)
    draft.mkdir(mode=0o700)
    try:
        for file in record.files:
            target = draft / file.path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if copy_file(folder / file.path, target).sha256 != file.sha256:
                raise damaged_backup(folder, [BACKUP_FILE_CHANGED(name=file.path)])
        note = _leave_out_broken_index(draft / INDEX_FOLDER)
        advance_clock(draft / STORE_NAME, max(seq, record.seq))
        sync_tree(draft)
        return note
    except BaseException:
        _remove(draft)
        raise


def _without_settings(record: BackupRecord) -> BackupRecord:
    return replace(record, files=tuple(f for f in record.files if f.path not in SETTINGS_NAMES))


def _keep_settings(home: Path, draft: Path) -> None:
    for name in SETTINGS_NAMES:
        if (home / name).is_file():
            copy_file((home / name).resolve(), draft / name)
    sync_path(draft)


def _leave_out_broken_index(index: Path) -> Message | None:
    """Remove an index that cannot be opened, whatever its checksums say, and return why."""
    engine = open_engine("embedded", index)
    try:
        engine.count()
        return None
    except CorruptIndexError as exc:
        _remove(index)
        return INDEX_LEFT_OUT(reason=exc.message)
    finally:
        engine.close()


def _put_in_place(draft: Path, home: Path, occupied: bool) -> Path | None:
    if not occupied:
        draft.rename(home)
        sync_path(home.parent)
        return None
    # Renamed first, so that a later restore does not mistake the old archive for a draft.
    aside = _free_name(home)
    draft.rename(aside)
    try:
        _exchange(aside, home)
    except OSError:
        _remove(aside)
        raise
    sync_path(home.parent)
    return aside


def _free_name(home: Path) -> Path:
    """Return a free name beside the home, with the first unused second from now on."""
    moment = datetime.now(UTC)
    while True:
        aside = home.with_name(f"{home.name}.before-{moment:%Y-%m-%dT%H%M%SZ}")
        if not os.path.lexists(aside):
            return aside
        moment += timedelta(seconds=1)


def _exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one atomic step if system and file system can, else in three."""
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(first, second, _RENAME_SWAP)
    elif hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
    else:
        failed = True
    if failed:
        _exchange_in_steps(one, other)


def _exchange_in_steps(one: Path, other: Path) -> None:
    middle = other.with_name(f"{one.name}.old")
    other.rename(middle)
    try:
        one.rename(other)
    except OSError:
        middle.rename(other)
        raise
    middle.rename(one)


def _is_occupied(home: Path) -> bool:
    return os.path.lexists(home) and not (home.is_dir() and not any(home.iterdir()))


def _remove(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
