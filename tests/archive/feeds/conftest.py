"""A site, a poller in a hurry and a clock turned by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from archive.feeds.hosts import Clock
from archive.feeds.poll import Poller, PollSettings
from archive.net.fetch import FetchLimits
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from tests.support.feed_site import Site, running_site

LOOPBACK = ("127.0.0.0/8",)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class HandClock:
    """Time that passes only when someone sleeps or the test says so."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def pass_time(self, **span: float) -> None:
        self.seconds += timedelta(**span).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def as_clock(self) -> Clock:
        return Clock(self.now, lambda: self.seconds, self.sleep)


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as made:
        yield made


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def poller(store: ArticleStore, clock: HandClock) -> Poller:
    limits = FetchLimits(max_bytes=1_000_000, timeout_seconds=1.0)
    settings = PollSettings(clock=clock.as_clock(), limits=limits)
    return Poller(store, ReadOptions(allowed_networks=LOOPBACK), settings, random=Random(1))
