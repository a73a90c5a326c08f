"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60
"""Far longer than anything takes, so that a busy machine fails no test."""


def wait_until(reached: Callable[[], bool], timeout_seconds: float = PATIENCE_SECONDS) -> None:
    """Fail if the time is up before."""
    deadline = time.monotonic() + timeout_seconds
    while not reached():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
