"""Saved searches looked through again: by a command, or by a thread beside the server."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from archive.messages import join_messages
from web.actions.alerts import deliver
from web.actions.saving import CheckReport, check_search
from web.errors import SavedLockedError
from web.jobs.background_worker import BackgroundWorker
from web.services import Services
from web.wordings import SAVED_LOCKED

LOOK_SECONDS = 2.0
FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS = 60.0, 3_600.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Backoff:
    """When to try again what failed: after a minute, then twice as long each time, up to an hour.

    Kept in memory: a server that is started anew tries at once.
    """

    clock: Callable[[], float] = time.monotonic
    _failed: dict[int, tuple[float, float]] = field(default_factory=dict)  # delay, moment

    def may_try(self, saved_id: int) -> bool:
        return saved_id not in self._failed or self._failed[saved_id][1] <= self.clock()

    def any_due(self) -> bool:
        return any(moment <= self.clock() for _, moment in self._failed.values())

    def note(self, saved_id: int, failed: bool) -> None:
        last, _ = self._failed.pop(saved_id, (FIRST_DELAY_SECONDS / 2, 0.0))
        if failed:
            delay = min(2 * last, MAX_DELAY_SECONDS)
            self._failed[saved_id] = (delay, self.clock() + delay)


def check_all(
    services: Services,
    backoff: Backoff | None = None,
    keep_going: Callable[[], bool] = lambda: True,
) -> Iterator[CheckReport]:
    """Look through every saved search and send what waits; a report of each.

    Raises SavedLockedError where another process does so.
    """
    backoff = backoff or Backoff()
    with only_checker(services.settings.home):
        for saved in services.saved.searches():
            if not keep_going():
                return
            report = check_search(services, saved)
            if backoff.may_try(saved.id):
                sent = deliver(services, saved, keep_going)
                problem = join_messages(report.problem, sent.problem)
                report = replace(report, sent=sent.sent, problem=problem)
                backoff.note(saved.id, failed=problem is not None)
            yield report


@contextmanager
def only_checker(home: Path) -> Iterator[None]:
    """Be the only process that checks and sends. Raises SavedLockedError."""
    try:
        with FileLock(home / "saved.lock", timeout=0):
            yield
    except Timeout as exc:
        raise SavedLockedError(SAVED_LOCKED()) from exc


class SavedSearchWorker(BackgroundWorker):
    """A thread that checks the saved searches whenever the index has grown."""

    def __init__(self, services: Services, look_seconds: float = LOOK_SECONDS) -> None:
        super().__init__("saved-search-worker", look_seconds)
        self._services = services
        self._backoff = Backoff()
        self._checked = -1

    def take_turn(self) -> None:
        checkpoint = self._services.engine.checkpoint()
        if checkpoint == self._checked and not self._backoff.any_due():
            return
        try:
            reports = list(
                check_all(self._services, self._backoff, lambda: not self._stopping.is_set())
            )
        except SavedLockedError as exc:
            logger.info("%s", exc)
            return
        problems = [f"search {each.saved.id}: {each.problem}" for each in reports if each.problem]
        self._checked = checkpoint
        self.complain("; ".join(problems) and f"saved searches: {'; '.join(problems)}")
