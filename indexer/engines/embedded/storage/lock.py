"""One writer at a time, in any process, and who it is."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import IndexLockedError

LOCK_NAME = "write.lock"
OWNER_NAME = "write.owner"


@contextmanager
def write_lock(folder: Path, timeout_seconds: float) -> Iterator[None]:
    """Hold the folder's write lock; the system frees it when its process dies.

    Raises IndexLockedError naming the owner when it is not free in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_NAME, timeout=timeout_seconds)
    try:
        lock.acquire()
    except Timeout as exc:
        raise IndexLockedError(
            f"the index is being written by {_owner(folder)}; wait for it, then try again"
        ) from exc
    try:
        _sign(folder)
        yield
    finally:
        with suppress(OSError):  # a broken disk keeps the note; the lock must go all the same
            (folder / OWNER_NAME).unlink()
        lock.release()


def _sign(folder: Path) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
    since = datetime.now().isoformat(timespec="seconds")
    owner = {"process": os.getpid(), "command": command, "since": since}
    (folder / OWNER_NAME).write_text(json.dumps(owner), "utf-8")


def _owner(folder: Path) -> str:
    try:
        owner = json.loads((folder / OWNER_NAME).read_text("utf-8"))
        return f"process {owner['process']} ({owner['command']}) since {owner['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
