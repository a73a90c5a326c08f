"""A thread beside the server that takes turns until it is stopped."""

import logging
from abc import ABC, abstractmethod
from threading import Event, Thread

logger = logging.getLogger(__name__)


class TurnKeeper(ABC):
    """Takes a turn, waits, and takes the next; whatever fails in one, serving goes on."""

    def __init__(self, name: str, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self._stopping = Event()
        self._complaint = ""
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when what is under way is settled; without effect where never started."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def take_turn(self) -> None:
        """What is to be done at every turn; what it raises is logged."""

    def complain(self, message: str) -> None:
        """Log a failure once, not at every turn; "" says that all is well again."""
        if message and message != self._complaint:
            logger.warning("%s", message)
        self._complaint = message

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.take_turn()
            except Exception as exc:  # the next turn tries again
                self.complain(f"{self._thread.name} failed: {exc}")
            self._stopping.wait(self._every_seconds)
