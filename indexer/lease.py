"""The writer's lease: one process at a time brings an archive's index up to date.

It belongs to the archive and not to an engine, so that engines need no locks of their own.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archive.messages import Message
from indexer.errors import IndexLockedError, IndexWriteError
from indexer.wordings import ANOTHER_PROCESS, INDEX_LOCKED, INDEX_NOT_WRITTEN, PROCESS_SINCE

FOLDER_NAME = "index"
LOCK_NAME = "write.lock"
OWNER_NAME = "write.owner"


@contextmanager
def hold_lease(home: Path, timeout_seconds: float) -> Iterator[None]:
    """Be the only writer of the index of the archive in this folder.

    The system frees the lease when its process dies. Raises IndexLockedError naming the owner when
    it is not free in time, IndexWriteError when the folder cannot be written.
    """
    folder = home / FOLDER_NAME
    with write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = _acquire(folder, timeout_seconds)
    try:
        with write_errors(folder):
            _sign(folder)
        yield
    finally:
        with suppress(OSError):  # a broken disk keeps the note; the lock must go all the same
            (folder / OWNER_NAME).unlink()
        lock.release()


@contextmanager
def write_errors(folder: Path) -> Iterator[None]:
    """Turn failures of the disk in the block into IndexWriteError."""
    try:
        yield
    except OSError as exc:
        reason = exc.strerror or exc
        raise IndexWriteError(INDEX_NOT_WRITTEN(folder=folder, reason=reason)) from exc


def _acquire(folder: Path, timeout_seconds: float) -> FileLock:
    lock = FileLock(folder / LOCK_NAME, timeout=timeout_seconds)
    try:
        lock.acquire()
    except Timeout as exc:
        raise IndexLockedError(INDEX_LOCKED(owner=_owner(folder))) from exc
    return lock


def _sign(folder: Path) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
    since = datetime.now().isoformat(timespec="seconds")
    owner = {"process": os.getpid(), "command": command, "since": since}
    (folder / OWNER_NAME).write_text(json.dumps(owner), "utf-8")


def _owner(folder: Path) -> Message:
    try:
        owner = json.loads((folder / OWNER_NAME).read_text("utf-8"))
        process, command, since = (owner[name] for name in ("process", "command", "since"))
        return PROCESS_SINCE(process=process, command=command, moment=since)
    except (OSError, ValueError, KeyError, TypeError):
        return ANOTHER_PROCESS()
