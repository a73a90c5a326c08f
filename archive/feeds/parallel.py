"""Run work in several threads and yield the results in a fixed order."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MAX_RESULTS_AHEAD = 64
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _End:
    """Marks the end of a group; `error` is the exception that ended it early, if any."""

    error: BaseException | None = None


class OrderedStream(Generic[T, R]):
    """The results of `work(group)`, group by group, each group in its own order.

    Up to `threads` groups run at once, each at most MAX_RESULTS_AHEAD results ahead, so that few
    results wait to be read. Groups start in order, so the group being read is always running and
    there is no deadlock.
    """

    def __init__(self, work: Callable[[T], Iterator[R]], threads: int, stopping: Event) -> None:
        self._work = work
        self._threads = threads
        self._stopping = stopping

    def read(self, groups: Sequence[T]) -> Iterator[R]:
        """Yield the results. An exception of `work` is raised after the results before it."""
        queues: list[Queue[R | _End]] = [Queue(MAX_RESULTS_AHEAD) for _ in groups]
        reader_left = Event()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="feeds") as pool:
            for group, queue in zip(groups, queues, strict=True):
                pool.submit(self._produce, group, queue, reader_left)
            try:
                for queue in queues:
                    yield from self._drain(queue)
            finally:
                reader_left.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _produce(self, group: T, queue: "Queue[R | _End]", reader_left: Event) -> None:
        end = _End()
        try:
            for result in self._work(group):
                if not self._put(queue, result, reader_left):
                    return
        except BaseException as exc:  # raised again in the reader
            end = _End(exc)
        self._put(queue, end, reader_left)

    def _put(self, queue: "Queue[R | _End]", result: "R | _End", reader_left: Event) -> bool:
        """Return whether there is still a reader."""
        while not (reader_left.is_set() or self._stopping.is_set()):
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
