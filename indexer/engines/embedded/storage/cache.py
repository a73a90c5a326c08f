"""A bounded memory of what is dear to make."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SizedCache(Generic[Key, Value]):
    """Values by key; the least recently used leave when their sizes pass the capacity.

    Each entry takes `entry_size` besides what its value does: many small ones weigh too.
    Safe for many threads. Two may make the same value at once; it is kept and counted once.
    """

    def __init__(self, capacity: int, size_of: Callable[[Value], int], entry_size: int = 1) -> None:
        self._capacity = capacity
        self._entry_size = entry_size
        self._size_of = size_of
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = make()
        with self._lock:
            if key not in self._held:
                self._held[key] = value
                self._size += self._size_of(value) + self._entry_size
            while self._size > self._capacity and len(self._held) > 1:
                _, oldest = self._held.popitem(last=False)
                self._size -= self._size_of(oldest) + self._entry_size
        return value
