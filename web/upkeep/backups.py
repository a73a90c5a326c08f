"""Backups of an archive while it is served: dated folders that share unchanged files.

A backup is built under a temporary name and renamed once it is complete and durable; its record is
written last. A folder with a date is therefore always a complete backup.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from archive.durable import sync_path, sync_tree
from archive.errors import BackupError
from archive.messages import Message
from archive.store.backup import StoreCopy, copy_store
from archive.store.soundness import Damage, find_damage
from indexer.engines.port import SearchEngine
from indexer.errors import CorruptIndexError
from indexer.lease import hold_lease
from web.errors import WebError
from web.services import Services
from web.upkeep.backup_files import (
    FORMAT,
    INDEX_FOLDER,
    RECORD_NAME,
    SETTINGS_NAMES,
    STORE_NAME,
    BackupFile,
    BackupRecord,
    copy_file,
    describe_plain,
    hold_folder,
    is_intact,
    save_record,
)
from web.wordings import (
    FIRST_DAMAGED,
    INDEX_FILE_CHANGED,
    INDEX_FILE_GONE,
    INDEX_LEFT_OUT,
    NO_ARCHIVE,
    NO_BACKUP,
    NOT_BACKED_UP,
    STORE_DAMAGED,
)

HEMERO_VERSION = version("hemero")
UNFINISHED = ".unfinished-"
DATE_FORMAT = "%Y-%m-%dT%H%M%SZ"
SECOND = timedelta(seconds=1)
_DATED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
# The index is copied without its lock, which a long run keeps for hours; files that went meanwhile
# are copied anew; the last attempt takes the lock.
ATTEMPTS = 5
PAUSE_SECONDS = 0.2
LOCK_TIMEOUT_SECONDS = 30.0


class _NotAsWrittenError(WebError):
    """A file of the index that disappeared or is damaged."""


def make_backup(
    services: Services, target: Path, keep: int | None = None
) -> tuple[Path, BackupRecord]:
    """Back up into a new dated folder below the target, then remove all but the newest `keep`.

    A damaged index is left out, as the record's note then says: it can be rebuilt. Raises
    BackupError, StoreError and IndexLockedError; no partial backup is left behind.
    """
    if not services.settings.store_path.is_file():
        raise BackupError(NO_ARCHIVE(home=services.settings.home))
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_folder(target):
            _remove_all(target.glob(f"{UNFINISHED}*"))
            folder, record = _build(services, target)
            # Of a damaged archive the older backups may be the only sound ones.
            is_sound = record.note is None or record.note.code != STORE_DAMAGED.code
            _remove_all(list_backups(target)[keep:] if keep and is_sound else ())
            return folder, record
    except OSError as exc:
        reason = exc.strerror or exc
        raise BackupError(NOT_BACKED_UP(folder=target, reason=reason)) from exc


def list_backups(target: Path) -> list[Path]:
    """Return the backups in the folder, newest first."""
    found = [path for path in target.iterdir() if _DATED.fullmatch(path.name)]
    whole = [path for path in found if not path.is_symlink() and (path / RECORD_NAME).is_file()]
    return sorted(whole, reverse=True)


def find_backup(folder: Path) -> Path:
    """Return the folder itself if it is a backup, else the newest backup in it.

    Raises BackupError if there is none.
    """
    try:
        if (folder / RECORD_NAME).exists():
            return folder
        return list_backups(folder)[0]
    except (OSError, IndexError) as exc:
        raise BackupError(NO_BACKUP(folder=folder)) from exc


def _build(services: Services, target: Path) -> tuple[Path, BackupRecord]:
    known = list_backups(target)
    draft = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=target))
    try:
        record = _fill(services, draft, known[0] if known else None)
        sync_tree(draft)
        save_record(draft, record)
        folder = _free_name(target)
        draft.rename(folder)
        sync_path(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return folder, record


def _fill(services: Services, draft: Path, previous: Path | None) -> BackupRecord:
    """Copy the index, then the store: a store newer than its index is caught up, an older one is
    not.
    """
    made = datetime.now(UTC).isoformat(timespec="seconds")
    note: Message | None = None
    checkpoint = None
    try:
        index, checkpoint = _copy_index(services, draft / INDEX_FOLDER, previous)
    except (_NotAsWrittenError, CorruptIndexError) as exc:
        shutil.rmtree(draft / INDEX_FOLDER, ignore_errors=True)
        index, note = [], INDEX_LEFT_OUT(reason=exc.message)
    copy = copy_store(services.store.database, draft / STORE_NAME)
    note = _describe_damage(find_damage(draft / STORE_NAME)) or note
    plain = [describe_plain(draft, STORE_NAME), *_copy_settings(services.settings.home, draft)]
    return _record(made, copy, checkpoint, note, [*plain, *index])


def _describe_damage(damage: Damage) -> Message | None:
    """Return None if every file is as it was stored."""
    ids = sorted({*damage.articles, *damage.versions, *damage.pages})
    if not ids and not damage.file:
        return None
    what = FIRST_DAMAGED(number=len(ids), first=ids[0]) if ids else damage.file[0]
    return STORE_DAMAGED(reason=what)


def _record(
    made: str,
    copy: StoreCopy,
    checkpoint: int | None,
    note: Message | None,
    files: list[BackupFile],
) -> BackupRecord:
    return BackupRecord(
        FORMAT, HEMERO_VERSION, made, copy.articles, copy.seq, checkpoint, note, tuple(files)
    )


def _copy_settings(home: Path, draft: Path) -> list[BackupFile]:
    names = [name for name in SETTINGS_NAMES if (home / name).is_file()]
    return [copy_file((home / name).resolve(), draft / name) for name in names]


def _copy_index(
    services: Services, target: Path, previous: Path | None
) -> tuple[list[BackupFile], int]:
    """Copy the files of one state of the index; return its checkpoint. A new index has no files.

    Raises _NotAsWrittenError, CorruptIndexError and IndexLockedError.
    """
    for _ in range(ATTEMPTS):
        try:
            return _copy_state(services.engine, target, previous)
        except (_NotAsWrittenError, CorruptIndexError):
            time.sleep(PAUSE_SECONDS)
    with hold_lease(services.settings.home, LOCK_TIMEOUT_SECONDS):
        return _copy_state(services.engine, target, previous)


def _copy_state(
    engine: SearchEngine, target: Path, previous: Path | None
) -> tuple[list[BackupFile], int]:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    state, copied = engine.state(), []
    for entry in state.files:
        path = target / entry.path
        path.parent.mkdir(mode=0o700, exist_ok=True)
        file = BackupFile(f"{INDEX_FOLDER}/{entry.path}", entry.bytes, entry.sha256)
        if previous is None or not _share(previous, file, path):
            _copy_checked(state.folder / entry.path, path, file)
        copied.append(file)
    return copied, state.checkpoint


def _share(previous: Path, file: BackupFile, target: Path) -> bool:
    """Return whether an earlier backup contains exactly this file and it could be hard-linked."""
    if not is_intact(previous, file):
        return False
    try:
        target.hardlink_to(previous / file.path)
    except OSError:  # some file systems have no hard links, or a limited number
        return False
    return True


def _copy_checked(source: Path, target: Path, file: BackupFile) -> None:
    try:
        copied = copy_file(source, target)
    except OSError as exc:
        if exc.filename is None or Path(exc.filename) != source:
            raise
        raise _NotAsWrittenError(INDEX_FILE_GONE(name=source.name)) from exc
    if (copied.bytes, copied.sha256) != (file.bytes, file.sha256):
        raise _NotAsWrittenError(INDEX_FILE_CHANGED(name=source.name))


def _free_name(target: Path) -> Path:
    """Return the next second after all existing backups.

    A clock that was set back therefore never makes a backup look older than an earlier one.
    """
    moment = max([datetime.now(UTC), *(_date_of(path) + SECOND for path in list_backups(target))])
    while os.path.lexists(path := target / moment.strftime(DATE_FORMAT)):
        moment += SECOND
    return path


def _date_of(folder: Path) -> datetime:
    """Return the date in a backup's name, or the earliest date if it has none."""
    try:
        return datetime.strptime(folder.name, DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _remove_all(folders: Iterable[Path]) -> None:
    """Remove these backups. One that is removed only in part no longer looks like a backup."""
    for folder in folders:
        if folder.is_symlink():
            folder.unlink()
            continue
        leaving = folder
        if not folder.name.startswith(UNFINISHED):
            leaving = folder.with_name(f"{UNFINISHED}{folder.name}")
            folder.rename(leaving)
        shutil.rmtree(leaving)
