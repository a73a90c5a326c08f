"""Feeds polled at a fixed interval: by a command, or by a thread beside the server."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from archive.errors import PollLockedError
from archive.feed_formats.model import Feed
from archive.feeds.lock import poll_lock
from archive.feeds.poll import ItemPolled, Poller, PollSettings
from archive.feeds.visit import FeedVisited
from web.jobs.background_worker import BackgroundWorker
from web.services import Services

DEFAULT_SECONDS = 900.0
# How often to check whether the process that polled has ended, to take over.
LOOK_SECONDS = 2.0
MIN_INTERVAL_SECONDS = 60.0
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}

PollEvent = FeedVisited | ItemPolled
OnEvent = Callable[[PollEvent], object]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class PollTotals:
    """The totals of one poll."""

    feeds: int = 0
    failed: int = 0
    changed: int = 0  # articles added or updated
    outcomes: dict[str, int] = field(default_factory=dict)

    def count(self, event: PollEvent) -> None:
        if isinstance(event, FeedVisited):
            self.feeds += 1
            self.failed += event.failed
            return
        outcome = event.outcome.outcome
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.changed += outcome in ("added", "updated")


def make_poller(services: Services, stopping: Event | None = None) -> Poller:
    return Poller(
        services.store, services.read_options(), PollSettings(), stopping=stopping or Event()
    )


def poll_once(
    poller: Poller, on_event: OnEvent = lambda event: None, feeds: Sequence[Feed] | None = None
) -> PollTotals:
    """Poll these feeds, or those that are due; `on_event` gets each event once it is durable."""
    totals = PollTotals()
    for event in poller.poll(feeds):
        totals.count(event)
        on_event(event)
    return totals


def poll_forever(
    poller: Poller, every_seconds: float, on_event: OnEvent, on_turn: Callable[[PollTotals], object]
) -> None:
    """Poll at every turn until the poller is told to stop; a turn that fails is only logged."""
    while not poller.stopping.is_set():
        begun = time.monotonic()
        try:
            on_turn(poll_once(poller, on_event))
        except Exception as exc:  # the next turn tries again
            logger.error("polling the feeds failed: %s", exc)
        poller.stopping.wait(max(every_seconds - (time.monotonic() - begun), 1.0))


def parse_interval(text: str) -> float:
    """Seconds of "15m", "2h", "1d", "900". Raises ValueError under a minute or over a year."""
    found = re.fullmatch(r"(\d{1,8})\s*([smhd]?)", text.strip().lower(), re.ASCII)
    seconds = float(int(found[1]) * _UNITS[found[2]]) if found else 0.0
    if not MIN_INTERVAL_SECONDS <= seconds <= 366 * _UNITS["d"]:
        raise ValueError(f"{text!r} is no interval; give one such as 15m, 2h or 1d, at least 1m")
    return seconds


class FeedWorker(BackgroundWorker):
    """A thread that polls the feeds at every turn, unless another process does."""

    def __init__(
        self,
        services: Services,
        on_change: Callable[[], object],
        every_seconds: float = DEFAULT_SECONDS,
    ) -> None:
        super().__init__("feed-worker", LOOK_SECONDS)
        self._poll_seconds = every_seconds
        self._services = services
        self._on_change = on_change

    def take_turn(self) -> None:
        try:
            with poll_lock(self._services.settings.home):
                poll_forever(
                    make_poller(self._services, self._stopping),
                    self._poll_seconds,
                    self._on_event,
                    lambda totals: None,
                )
        except PollLockedError as exc:
            self.complain(str(exc), logging.INFO)  # this process stands by

    def _on_event(self, event: PollEvent) -> None:
        if isinstance(event, ItemPolled) and event.outcome.outcome in ("added", "updated"):
            self._on_change()
