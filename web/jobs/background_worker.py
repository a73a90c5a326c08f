"""A thread beside the server that takes turns until it is stopped."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from threading import Event, Thread

logger = logging.getLogger(__name__)


class BackgroundWorker(ABC):
    """Takes a turn, waits or is woken, and takes the next; a failing turn does not end it."""

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
        """Return at once; work under way is finished or left to the next start."""
        self._stopping.set()
        self._news.set()

    def stop(self, timeout_seconds: float | None = None) -> bool:
        """Return whether the thread ended in time; True if it was never started."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    @abstractmethod
    def take_turn(self) -> None:
        """Do the work of one turn; exceptions are logged."""

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
    """All background workers of one application.

    Locks ensure that only one of the processes on an archive does each task; when it ends, in
    whatever way, another takes over within seconds.
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
        """Stop all, and return the names of those that are still working after the timeout."""
        self.ask_to_stop()
        deadline = time.monotonic() + timeout_seconds
        return [
            worker.name
            for worker in self._workers
            if not worker.stop(max(deadline - time.monotonic(), 0))
        ]
