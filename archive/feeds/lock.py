"""One poller at a time, across processes."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archive.errors import PollLockedError
from archive.text.normalize import format_utc

LOCK_NAME = "feeds.lock"
HOLDER_NAME = "feeds.poller.json"


@contextmanager
def only_poller(home: Path) -> Iterator[None]:
    """Held for as long as the block runs. Raises PollLockedError, which says who polls."""
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / LOCK_NAME, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as exc:
        raise PollLockedError(f"{_holder(home)}; wait for it to end, or stop it") from exc
    except OSError as exc:
        raise PollLockedError(f"cannot lock {home / LOCK_NAME}: {exc.strerror or exc}") from exc
    try:
        told = {"process": os.getpid(), "since": format_utc(datetime.now(UTC))}
        (home / HOLDER_NAME).write_text(json.dumps(told), "utf-8")
        yield
    finally:
        (home / HOLDER_NAME).unlink(missing_ok=True)
        lock.release()


def _holder(home: Path) -> str:
    try:
        told = json.loads((home / HOLDER_NAME).read_text("utf-8"))
        return f"process {told['process']} polls the feeds since {told['since']}"
    except (OSError, ValueError, LookupError, TypeError):
        return "another process polls the feeds"
