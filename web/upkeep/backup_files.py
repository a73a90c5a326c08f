"""The folder of a backup and its record, which names each file with its checksum.

Symbolic links in the folder are never followed: anyone who can write there could point them
elsewhere.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from filelock import lock_descriptor

from archive.durable import replace_text, sync_path
from archive.errors import BackupError, DamagedBackupError
from archive.messages import Message, verbatim
from indexer.wordings import FILE_DAMAGED, FILE_MISSING, FILE_SIZE_DIFFERS
from web.wordings import (
    AND_MORE,
    BACKUP_BUSY,
    BACKUP_DAMAGED,
    BACKUP_FILE_CHANGED,
    BACKUP_FILE_LINKED,
    BACKUP_FILE_MISNAMED,
    BACKUP_FILE_STRANGE,
    BACKUP_NEWER,
    NOT_A_BACKUP,
)

RECORD_NAME = "backup.json"
FORMAT = 1
STORE_NAME = "archive.sqlite"
INDEX_FOLDER = "index"
SETTINGS_NAMES = ("hemero.toml", "sites.toml")
MAX_RECORD_BYTES = 64 << 20
MAX_NAMED = 5
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file as it was when the backup was made; `path` is relative to the backup's folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """What a backup contains.

    `checkpoint` is the index's; it is null if the index was damaged and left out, which `note` then
    says. `seq` is the store's highest.
    """

    format: int
    hemero: str
    made: str
    articles: int
    seq: int
    checkpoint: int | None
    note: Message | None
    files: tuple[BackupFile, ...]


def save_record(folder: Path, record: BackupRecord) -> None:
    """Write the record atomically; it is durable when this returns."""
    note = record.note and str(record.note)
    replace_text(folder / RECORD_NAME, _render(asdict(record) | {"note": note}))


def load_record(folder: Path) -> BackupRecord:
    """Read the record.

    Raises BackupError if it is missing or newer than this version, and DamagedBackupError.
    """
    path = folder / RECORD_NAME
    try:
        with open_plain(path) as stream:
            text = stream.read(MAX_RECORD_BYTES).decode()
        data = json.loads(text)
        if data["format"] > FORMAT:
            raise BackupError(BACKUP_NEWER(folder=folder))
        data.pop("sha256")
        if _render(data) != text:
            raise ValueError("changed since it was written")
        files = tuple(BackupFile(**file) for file in data["files"])
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise BackupError(NOT_A_BACKUP(folder=folder, name=RECORD_NAME)) from exc
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise damaged_backup(folder, [FILE_DAMAGED(name=RECORD_NAME)]) from exc
    note = data["note"] and verbatim(data["note"])
    return BackupRecord(**(data | {"files": files, "note": note}))


def verify_backup(folder: Path) -> BackupRecord:
    """Compare every file of a backup with its checksum; return the record.

    Raises BackupError if there is no backup, and DamagedBackupError naming what is wrong.
    """
    record = load_record(folder)
    known = {file.path for file in record.files} | {RECORD_NAME}
    strange = sorted(set(list_files(folder)) - known)
    problems = [BACKUP_FILE_STRANGE(name=name) for name in strange]
    problems += filter(None, (_file_problem(folder, file) for file in record.files))
    if problems:
        raise damaged_backup(folder, problems)
    return record


def damaged_backup(folder: Path, problems: list[Message]) -> DamagedBackupError:
    more = [AND_MORE()] if len(problems) > MAX_NAMED else []
    named = (*problems[:MAX_NAMED], *more)
    return DamagedBackupError(BACKUP_DAMAGED(folder=folder, problems=named))


def is_intact(folder: Path, file: BackupFile) -> bool:
    """Return whether the folder contains exactly this file, reached through no symbolic link."""
    return _file_problem(folder, file) is None


def list_files(folder: Path) -> Iterator[str]:
    """Return the paths of everything below the folder but folders; symbolic links are included."""
    for parent, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in [*names, *links]:
            yield (Path(parent) / name).relative_to(folder).as_posix()


def copy_file(source: Path, target: Path) -> BackupFile:
    """Make a durable copy under a new name; return its record. `path` is the name alone."""
    digest = hashlib.sha256()
    target.touch(mode=0o600, exist_ok=False)
    with open_plain(source) as reading, target.open("r+b") as writing:
        while chunk := reading.read(CHUNK_BYTES):
            digest.update(chunk)
            writing.write(chunk)
        size = writing.tell()
    sync_path(target)
    return BackupFile(target.name, size, digest.hexdigest())


def describe_plain(folder: Path, path: str) -> BackupFile:
    with open_plain(folder / path) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return BackupFile(path, stream.tell(), digest)


def open_plain(path: Path) -> BufferedReader:
    """Open a regular file for reading. A link or a device raises OSError without waiting."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return os.fdopen(handle, "rb")


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Be the only process that backs up into this folder or restores in it.

    Raises BackupError if another process does so. The system releases the lock when its process
    ends.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not lock_descriptor(handle, blocking=False):
            raise BackupError(BACKUP_BUSY(folder=folder))
        yield
    finally:
        os.close(handle)


def _render(data: dict[str, Any]) -> str:
    """Serialize the fields canonically, with a checksum of the result."""
    checksum = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    return json.dumps(data | {"sha256": checksum}, indent=1, ensure_ascii=False) + "\n"


def _file_problem(folder: Path, file: BackupFile) -> Message | None:
    parts = file.path.split("/")
    if not set(parts).isdisjoint(("", ".", "..")):
        return BACKUP_FILE_MISNAMED(name=repr(file.path))
    parents = [folder.joinpath(*parts[:depth]) for depth in range(1, len(parts))]
    path = folder / file.path
    if not os.path.lexists(path):
        return FILE_MISSING(name=file.path)
    if any(parent.is_symlink() for parent in parents) or not stat.S_ISREG(path.lstat().st_mode):
        return BACKUP_FILE_LINKED(name=file.path)
    if path.lstat().st_size != file.bytes:
        size = path.lstat().st_size
        return FILE_SIZE_DIFFERS(name=file.path, size=size, expected=file.bytes)
    changed = describe_plain(folder, file.path).sha256 != file.sha256
    return BACKUP_FILE_CHANGED(name=file.path) if changed else None
