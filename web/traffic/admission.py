"""How many requests are worked on and wait at once."""

from collections import deque
from threading import Event, Lock
from typing import Literal

from web.settings import Settings

Refusal = Literal["full", "late", "stopping", "gone"]

# Threads beyond those that work or wait: for what is never queued, and for refusals.
SPARE_THREADS = 4


class Admission:
    """Lets `max_working` in at once and `max_waiting` wait, first come, first served.

    Safe for many threads; neither number is ever exceeded.
    """

    def __init__(self, max_working: int, max_waiting: int, patience_seconds: float) -> None:
        self._max_working, self._max_waiting = max_working, max_waiting
        self._patience_seconds = patience_seconds
        self._lock = Lock()
        self._working = 0
        self._turns: deque[Event] = deque()

    @property
    def working(self) -> int:
        return self._working

    @property
    def waiting(self) -> int:
        return len(self._turns)

    @property
    def pressure(self) -> float:
        """The share of the waiting room that is taken, 0 to 1."""
        return len(self._turns) / self._max_waiting

    def enter(self) -> Refusal | None:
        """None where the caller may work, at once or after its wait; it must `leave` then."""
        with self._lock:
            if self._working < self._max_working:
                self._working += 1
                return None
            if len(self._turns) >= self._max_waiting:
                return "full"
            turn = Event()
            self._turns.append(turn)
        if turn.wait(self._patience_seconds):
            return None
        with self._lock:
            if turn.is_set():  # its turn came just as its patience ended
                return None
            self._turns.remove(turn)
        return "late"

    def leave(self) -> None:
        """The place goes to whoever has waited longest."""
        with self._lock:
            if self._turns:
                self._turns.popleft().set()
            else:
                self._working -= 1


def count_threads(settings: Settings) -> int:
    """How many threads a server needs so that nothing waits outside the waiting room."""
    return settings.threads + settings.queue + SPARE_THREADS
