"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60
"""Far longer than anything takes, so that a busy machine fails no test."""


def wait_until(reached: Callable[[], bool], timeout_seconds: float = PATIENCE_SECONDS) -> float:
    """Return how many seconds it took; fail if the time is up before."""
    begun = time.monotonic()
    while not reached():
        assert time.monotonic() - begun < timeout_seconds, "waited too long"
        time.sleep(0.01)
    return time.monotonic() - begun
