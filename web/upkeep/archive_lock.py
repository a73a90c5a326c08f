"""Which servers have an archive open: what would replace it under them has to know."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.errors import ArchiveInUseError

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be moved away anyway
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = "serving.lock"


def enter(home: Path) -> int | None:
    """Be one of the servers of an archive until the process ends, however it does."""
    try:
        return _lock(home, exclusive=False)
    except OSError:  # a read-only home: nothing can be restored over it either
        return None


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """While no server has the archive open, and none opens it. Raises ArchiveInUseError."""
    try:
        descriptor = _lock(home, exclusive=True)
    except BlockingIOError as exc:
        raise ArchiveInUseError(f"a server has {home} open; stop it first, then restore") from exc
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(home: Path, exclusive: bool) -> int | None:
    """The open file that holds the lock; BlockingIOError where others hold it."""
    if fcntl is None:
        return None
    descriptor = os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
