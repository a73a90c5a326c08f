"""The poll: feeds asked, host by host and hosts in parallel; their items put into the store.

Pages are fetched by several threads, but one alone stores, in the order of the feeds: the same
answers always give the same archive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from threading import Event

from archive.feed_formats.cleaning import host_of
from archive.feed_formats.model import Feed
from archive.feed_formats.parse import MAX_FEED_BYTES
from archive.feeds.decide import decide_item
from archive.feeds.hosts import DELAY_SECONDS, ROBOT, Clock, Fetch, HostGate
from archive.feeds.parallel import OrderedStream
from archive.feeds.store import FeedStore
from archive.feeds.visit import FeedVisited, ItemFetched, Visitor
from archive.intake.ingest import ingest
from archive.messages import join_messages
from archive.model import ItemOutcome
from archive.net.fetch import FetchLimits, request_url
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from archive.wordings import HELD_ALREADY

THREADS = 4
ITEMS_PER_VISIT = 200
LIMITS = FetchLimits(max_bytes=MAX_FEED_BYTES, timeout_seconds=30.0)


@dataclass(frozen=True, slots=True)
class ItemPolled:
    """What became of one item of a feed, once it is durable."""

    feed: Feed
    outcome: ItemOutcome


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How a poll behaves; tests hurry it."""

    clock: Clock | None = None  # the system's, whose waits end when polling is to stop
    delay_seconds: float = DELAY_SECONDS
    threads: int = THREADS
    items_per_visit: int = ITEMS_PER_VISIT
    limits: FetchLimits = LIMITS


@dataclass(slots=True)
class Poller:
    """Polls the feeds of an archive. One at a time: see `archive.feeds.lock`."""

    store: ArticleStore
    options: ReadOptions = field(default_factory=ReadOptions)
    settings: PollSettings = field(default_factory=PollSettings)
    stopping: Event = field(default_factory=Event)
    random: Random = field(default_factory=Random)

    @property
    def feeds(self) -> FeedStore:
        return FeedStore(self.store.database)

    @property
    def clock(self) -> Clock:
        return self.settings.clock or Clock.stopped_by(self.stopping)

    def make_gate(self) -> HostGate:
        """A gate to ask through, polite for as long as it is kept."""
        return HostGate(
            polite_fetch(self.options, self.settings.limits),
            self.clock,
            self.settings.delay_seconds,
        )

    def poll(self, feeds: Sequence[Feed] | None = None) -> Iterator[FeedVisited | ItemPolled]:
        """Poll the feeds given, else those that are due; what happened, once it is durable."""
        wanted = self.feeds.due(self.clock.now()) if feeds is None else feeds
        gate, groups = self.make_gate(), group_by_host(wanted)
        stream = OrderedStream(partial(self._visit, gate), self.settings.threads, self.stopping)
        for event in stream.read(groups):
            if isinstance(event, FeedVisited):
                yield event
            elif (outcome := self._store_item(event)) is not None:
                yield ItemPolled(event.feed, outcome)

    def _visit(self, gate: HostGate, feeds: Sequence[Feed]) -> Iterator[FeedVisited | ItemFetched]:
        visitor = Visitor(
            gate,
            self.feeds,
            self.options,
            self.stopping,
            self.random,
            self.settings.items_per_visit,
        )
        return visitor.visit_all(feeds)

    def _store_item(self, fetched: ItemFetched) -> ItemOutcome | None:
        """The item's outcome; None where it is left for the next poll."""
        outcome = self._outcome_of(fetched)
        if outcome is None:
            return None
        reasons = (outcome.reason, fetched.remark, *fetched.item.entry.remarks)
        outcome = replace(outcome, reason=join_messages(*reasons))
        decision = decide_item(outcome, fetched.transient, fetched.item.attempts)
        self.feeds.settle(
            fetched.feed.id, fetched.item, outcome, decision.attempts, decision.settled
        )
        return outcome

    def _outcome_of(self, fetched: ItemFetched) -> ItemOutcome | None:
        if fetched.source is not None:
            (outcome,) = ingest([fetched.source], self.store)
            return outcome
        held = self.feeds.article_at(fetched.address or "")
        if held is None:
            return None
        return ItemOutcome(fetched.item.entry.name, "unchanged", held, HELD_ALREADY())


def group_by_host(feeds: Sequence[Feed]) -> list[list[Feed]]:
    """The feeds of each host together, in the order of each host's first."""
    groups: dict[str, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault(host_of(feed.url), []).append(feed)
    return list(groups.values())


def polite_fetch(options: ReadOptions, limits: FetchLimits = LIMITS) -> Fetch:
    """A guarded GET that names us and answers with any status."""
    return lambda url, headers: request_url(
        url,
        limits,
        allowed_networks=options.allowed_networks,
        user_agent=ROBOT,
        headers=headers,
    )
