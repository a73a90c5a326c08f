"""A poller in a hurry and a clock turned by hand."""

from random import Random

import pytest

from archive.feeds.poll import Poller, PollSettings
from archive.net.fetch import FetchLimits
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from tests.support.clock import HandClock
from tests.support.feed_site import LOOPBACK


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def poller(store: ArticleStore, clock: HandClock) -> Poller:
    limits = FetchLimits(max_bytes=1_000_000, timeout_seconds=1.0)
    settings = PollSettings(clock=clock.as_clock(), limits=limits)
    return Poller(store, ReadOptions(allowed_networks=LOOPBACK), settings, random=Random(1))
