"""A poller in a hurry and a clock turned by hand."""

from collections.abc import Callable
from random import Random

import pytest

from archive.feeds.poll import Poller, PollSettings
from archive.net.fetch import FetchLimits
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from tests.support.clock import HandClock
from tests.support.feed_site import LOOPBACK
from tests.support.waiting import PATIENCE_SECONDS

MakePoller = Callable[[float], Poller]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def make_poller(store: ArticleStore, clock: HandClock) -> MakePoller:
    """Pollers that wait so long for an answer."""

    def make(timeout_seconds: float) -> Poller:
        limits = FetchLimits(max_bytes=1_000_000, timeout_seconds=timeout_seconds)
        settings = PollSettings(clock=clock.as_clock(), limits=limits)
        return Poller(store, ReadOptions(allowed_networks=LOOPBACK), settings, random=Random(1))

    return make


@pytest.fixture
def poller(make_poller: MakePoller) -> Poller:
    return make_poller(PATIENCE_SECONDS)
