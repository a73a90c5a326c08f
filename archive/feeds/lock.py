"""A lock that lets only one process at a time poll the feeds."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archive.errors import PollLockedError
from archive.messages import Message
from archive.text.normalize import format_utc
from archive.wordings import CANNOT_LOCK, POLL_LOCKED, POLLED_BY_ANOTHER, POLLED_BY_PROCESS

LOCK_NAME = "feeds.lock"
HOLDER_NAME = "feeds.poller.json"


@contextmanager
def poll_lock(home: Path) -> Iterator[None]:
    """Hold the lock while the block runs. Raise PollLockedError, which names the holder."""
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / LOCK_NAME, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as exc:
        raise PollLockedError(POLL_LOCKED(holder=_holder(home))) from exc
    except OSError as exc:
        reason = exc.strerror or exc
        raise PollLockedError(CANNOT_LOCK(path=home / LOCK_NAME, reason=reason)) from exc
    try:
        holder = {"process": os.getpid(), "since": format_utc(datetime.now(UTC))}
        (home / HOLDER_NAME).write_text(json.dumps(holder), "utf-8")
        yield
    finally:
        (home / HOLDER_NAME).unlink(missing_ok=True)
        lock.release()


def _holder(home: Path) -> Message:
    try:
        holder = json.loads((home / HOLDER_NAME).read_text("utf-8"))
        return POLLED_BY_PROCESS(process=holder["process"], moment=holder["since"])
    except (OSError, ValueError, LookupError, TypeError):
        return POLLED_BY_ANOTHER()
