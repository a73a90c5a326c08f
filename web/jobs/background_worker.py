"""A thread beside the server that takes turns until it is stopped."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from threading import Event, Thread

logger = logging.getLogger(__name__)


class BackgroundWorker(ABC):
    """Takes a turn, waits or is woken, takes the next; whatever fails in one, serving goes on."""

    def __init__(self, name: str, every_seconds: float) -> None:
        self.name = name
        self._every_seconds = every_seconds
        self._news, self._stopping = Event(), Event()
        self._complaint = ""
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Take the next turn now."""
        self._news.set()

    def ask_to_stop(self) -> None:
        """Returns at once; what is under way is settled or left to the next start."""
        self._stopping.set()
        self._news.set()

    def stop(self, timeout_seconds: float | None = None) -> bool:
        """Whether what was under way is settled in that time; True where never started."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    @abstractmethod
    def take_turn(self) -> None:
        """What is to be done at every turn; what it raises is logged."""

    def complain(self, message: str, level: int = logging.WARNING) -> None:
        """Log a failure once, not at every turn; "" says that all is well again."""
        if message and message != self._complaint:
            logger.log(level, "%s", message)
        self._complaint = message

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.take_turn()
            except Exception as exc:  # the next turn tries again
                self.complain(f"{self.name} failed: {exc}", logging.ERROR)
            self._news.wait(self._every_seconds)
            self._news.clear()


class BackgroundWorkers:
    """All that works beside one application.

    Locks see to it that of all processes on an archive one alone does each task; when it ends,
    however it does, another goes on within seconds.
    """

    def __init__(self, workers: Sequence[BackgroundWorker]) -> None:
        self._workers = workers

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def ask_to_stop(self) -> None:
        for worker in self._workers:
            worker.ask_to_stop()

    def stop(self, timeout_seconds: float) -> list[str]:
        """The names of those that are still in the middle of something when the time is over."""
        self.ask_to_stop()
        deadline = time.monotonic() + timeout_seconds
        return [
            worker.name
            for worker in self._workers
            if not worker.stop(max(deadline - time.monotonic(), 0))
        ]
