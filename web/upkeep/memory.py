"""Memory given back: what the model's libraries keep grows with every new shape of text.

oneDNN and PyTorch keep a kernel for each number and length of passages they have met, 1024 each
where nothing else is said; and what glibc was handed back in pieces it does not return by itself.
Of 20 batches of ever new lengths 61 MB stayed behind after a trim, and 119 MB without one; with few
kernels kept and a trim, none.
"""

import ctypes
import os
from collections.abc import Callable

from web.jobs.background_worker import BackgroundWorker

# A query takes 2 ms of 16 longer with 16, 0.4 ms longer with 128.
KERNELS_KEPT = 32
KERNEL_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
TRIM_SECONDS = 15.0
# mallopt(3): how many heaps the threads share. Each keeps what it once needed.
_ARENA_MAX, ARENAS = -8, 2


def bound_memory() -> None:
    """Limit the caches of the model's libraries. Call it before the model first computes.

    Environment variables that are already set are kept.
    """
    for name in KERNEL_CACHES:
        os.environ.setdefault(name, str(KERNELS_KEPT))
    if "MALLOC_ARENA_MAX" not in os.environ and (set_option := _c_library("mallopt")):
        set_option(_ARENA_MAX, ARENAS)


class MemoryWorker(BackgroundWorker):
    """A thread that has the C library return free memory. It does nothing without glibc."""

    def __init__(self, trim_seconds: float = TRIM_SECONDS) -> None:
        super().__init__("memory-worker", trim_seconds)
        self._trim = _c_library("malloc_trim")

    def take_turn(self) -> None:
        if self._trim is not None:
            self._trim(0)


def _c_library(name: str) -> Callable[..., int] | None:
    """Return a function of the C library, or None if it has none of that name."""
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
