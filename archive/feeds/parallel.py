"""Several things at once, whose results still come in a fixed order."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD_RESULTS = 64
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing of a group; `error` is what ended it early."""

    error: BaseException | None = None


class OrderedStream(Generic[T, R]):
    """The results of `work(group)` for every group: group by group, each in its own order.

    Up to `threads` groups are at work at once, each at most AHEAD_RESULTS ahead of the reader, so
    that what is fetched and not yet read stays small. Groups begin in their order, which is why
    the one being read is always at work and nothing waits for ever.
    """

    def __init__(self, work: Callable[[T], Iterator[R]], threads: int, stopping: Event) -> None:
        self._work = work
        self._threads = threads
        self._stopping = stopping

    def read(self, groups: Sequence[T]) -> Iterator[R]:
        """Raises what `work` raised, after the results that came before it."""
        queues: list[Queue[R | _End]] = [Queue(AHEAD_RESULTS) for _ in groups]
        left = Event()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="feeds") as pool:
            for group, queue in zip(groups, queues, strict=True):
                pool.submit(self._produce, group, queue, left)
            try:
                for queue in queues:
                    yield from self._drain(queue)
            finally:
                left.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _produce(self, group: T, queue: "Queue[R | _End]", left: Event) -> None:
        end = _End()
        try:
            for result in self._work(group):
                if not self._put(queue, result, left):
                    return
        except BaseException as exc:  # handed to the reader
            end = _End(exc)
        self._put(queue, end, left)

    def _put(self, queue: "Queue[R | _End]", result: "R | _End", left: Event) -> bool:
        """Whether there is still a reader."""
        while not (left.is_set() or self._stopping.is_set()):
            try:
                queue.put(result, timeout=LOOK_SECONDS)
                return True
            except Full:
                continue
        return False

    def _drain(self, queue: "Queue[R | _End]") -> Iterator[R]:
        while not self._stopping.is_set():
            try:
                result = queue.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            if isinstance(result, _End):
                if result.error is not None:
                    raise result.error
                return
            yield result
