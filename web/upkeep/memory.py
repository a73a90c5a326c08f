"""Limits on the memory that the model's libraries keep, which grows with every new shape of text.

oneDNN and PyTorch cache a kernel for each number and length of passages, by default 1024 each, and
glibc does not return memory that was freed in small pieces. After 20 batches of different lengths
119 MB were still in use, 61 MB after a trim, and none with a small cache and a trim.
"""

import ctypes
import os
from collections.abc import Callable

from web.jobs.background_worker import BackgroundWorker

# A query takes 2 ms of 16 longer with 16, 0.4 ms longer with 128.
KERNELS_KEPT = 32
KERNEL_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
TRIM_SECONDS = 15.0
# mallopt(3): the number of heaps that the threads share. Each keeps what it once needed.
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
