"""A cache bounded by the size of its values, safe for many threads."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SizedCache(Generic[Key, Value]):
    """Values by key; the least recently used are dropped when their sizes exceed the capacity.

    Each entry counts `entry_size` besides the size of its value: many small values weigh too. A
    value larger than the capacity takes all of it. Two threads may compute the same value at once;
    it is kept and counted once.
    """

    def __init__(self, capacity: int, size_of: Callable[[Value], int], entry_size: int = 1) -> None:
        self._values: LRUCache[Key, Value] = LRUCache(
            capacity, lambda value: min(size_of(value) + entry_size, capacity)
        )
        self._lock = Lock()

    def get(self, key: Key, compute: Callable[[], Value]) -> Value:
        """Return the value kept under the key; compute and keep it if there is none."""
        with self._lock:
            if key in self._values:
                return self._values[key]
        value = compute()
        with self._lock:
            return self._values.setdefault(key, value)
