"""Poll feeds, each host in turn and several hosts in parallel, and store their items.

Several threads fetch pages, but only one stores them, in the order of the feeds, so that the same
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
from archive.model import ItemOutcome, SourceItem
from archive.net.fetch import FetchLimits, request_url
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from archive.wordings import HELD_ALREADY

THREADS = 4
ITEMS_PER_VISIT = 200
LIMITS = FetchLimits(max_bytes=MAX_FEED_BYTES, timeout_seconds=30.0)


@dataclass(frozen=True, slots=True)
class ItemPolled:
    """The outcome of one item of a feed, reported once it is on disk."""

    feed: Feed
    outcome: ItemOutcome


@dataclass(frozen=True, slots=True)
class PollSettings:
    """The pace and limits of a poll; tests make it faster."""

    clock: Clock | None = None  # None: the system clock, whose waits end when polling stops
    delay_seconds: float = DELAY_SECONDS
    threads: int = THREADS
    items_per_visit: int = ITEMS_PER_VISIT
    limits: FetchLimits = LIMITS


@dataclass(slots=True)
class Poller:
    """Polls the feeds of an archive. Only one may run at a time: see `archive.feeds.lock`."""

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
        """Return a gate for requests; it is polite to each host for as long as it is used."""
        return HostGate(
            polite_fetch(self.options, self.settings.limits),
            self.clock,
            self.settings.delay_seconds,
        )

    def poll(self, feeds: Sequence[Feed] | None = None) -> Iterator[FeedVisited | ItemPolled]:
        """Poll these feeds, by default those that are due; yield each event once it is on disk."""
        polled = self.feeds.due(self.clock.now()) if feeds is None else feeds
        gate, groups = self.make_gate(), group_by_host(polled)
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
        """Store the item and return its outcome, or None if it is left for the next poll."""
        outcome = self._outcome_of(fetched)
        if outcome is None:
            return None
        reasons = (outcome.reason, fetched.remark, *fetched.item.entry.remarks)
        outcome = replace(outcome, reason=join_messages(*reasons))
        decision = decide_item(outcome, fetched.transient, fetched.item.attempts)
        self.feeds.record_item(
            fetched.feed.id, fetched.item, outcome, decision.attempts, decision.final
        )
        return outcome

    def _outcome_of(self, fetched: ItemFetched) -> ItemOutcome | None:
        held = fetched.item.article_id
        if fetched.is_feeds_own and held is not None and self._holds_more(held, fetched.source):
            return ItemOutcome(fetched.item.entry.name, "unchanged", held)
        if fetched.source is not None:
            (outcome,) = ingest([fetched.source], self.store)
            return outcome
        article_id = self.feeds.article_at(fetched.address or "")
        if article_id is None:
            return None
        return ItemOutcome(fetched.item.entry.name, "unchanged", article_id, HELD_ALREADY())

    def _holds_more(self, article_id: int, source: SourceItem | None) -> bool:
        """Return whether the article has a longer text than the feed gives, from its page."""
        told = source.draft.paragraphs if source and source.draft else ()
        held = self.store.get_many([article_id])
        return any(sum(map(len, each.paragraphs)) > sum(map(len, told)) for each in held)


def group_by_host(feeds: Sequence[Feed]) -> list[list[Feed]]:
    """Return the feeds grouped by host, ordered by the first feed of each host."""
    groups: dict[str, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault(host_of(feed.url), []).append(feed)
    return list(groups.values())


def polite_fetch(options: ReadOptions, limits: FetchLimits = LIMITS) -> Fetch:
    """Return a guarded GET that sends our user agent and returns answers of any status."""
    return lambda url, headers: request_url(
        url,
        limits,
        allowed_networks=options.allowed_networks,
        user_agent=ROBOT,
        headers=headers,
    )
