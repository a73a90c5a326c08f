"""The archive lock. Servers share it; a restore, which replaces the archive, holds it exclusively.

It uses flock rather than filelock's read-write lock: see docs/decisions/017-libraries.md.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor

from web.errors import ArchiveInUseError
from web.wordings import ARCHIVE_IN_USE, BEING_RESTORED

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be moved away anyway
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = "serving.lock"


def lock_shared(home: Path) -> int | None:
    """Share the lock until the process ends or the returned descriptor is closed.

    Return None if the home cannot be written: nothing can be restored over it. Raises
    ArchiveInUseError while a backup is being restored.
    """
    try:
        descriptor = _open_lock(home)
        if fcntl and not _try_shared(descriptor):
            raise ArchiveInUseError(BEING_RESTORED(home=home))
        return descriptor
    except OSError:
        return None


def _try_shared(descriptor: int) -> bool:
    """Return whether the lock could be shared; if not, the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        os.close(descriptor)
        return False


@contextmanager
def lock_exclusive(home: Path) -> Iterator[None]:
    """Hold the lock exclusively. Raises ArchiveInUseError while a server has the archive open."""
    descriptor = _open_lock(home)
    try:
        if not lock_descriptor(descriptor, blocking=False):
            raise ArchiveInUseError(ARCHIVE_IN_USE(home=home))
        yield
    finally:
        os.close(descriptor)


def _open_lock(home: Path) -> int:
    return os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
