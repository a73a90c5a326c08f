"""Visit a feed: fetch it, save its new items, and fetch the pages of the waiting items.

Visits run in worker threads; the polling thread stores the items they yield.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from threading import Event

from archive.errors import (
    ArchiveError,
    BlockedAddressError,
    FetchError,
    HostClosedError,
    PageRefusedError,
    RobotsForbiddenError,
    UnreadableInputError,
)
from archive.feed_formats.entries import complete_item, draft_from_entry
from archive.feed_formats.model import Feed, FeedDocument, FeedReply, PendingItem
from archive.feed_formats.parse import read_feed
from archive.feed_formats.sitemaps import MAX_CHILDREN
from archive.feed_formats.syndication import MAX_ENTRIES
from archive.feeds.decide import decide_feed, parse_retry_after
from archive.feeds.hosts import HostGate
from archive.feeds.store import FeedStore
from archive.feeds.weighing import doubt_page
from archive.messages import SEVERAL, Message
from archive.model import ArticleDraft, SourceItem
from archive.net.fetch import refusal_of
from archive.sources.html import read_page
from archive.sources.options import ReadOptions
from archive.text.addresses import address_key
from archive.text.decode import MAX_DOCUMENT_BYTES
from archive.wordings import (
    KEPT_AS_THE_FEED_TELLS,
    NO_ARTICLE_FOUND,
    PAGE_NOT_READ,
    PAGE_OF_SEVERAL,
    UNREADABLE,
)

MAX_INDEX_DEPTH = 2
TRANSIENT_STATUSES = (408, 425, 429)  # as any 5xx: the page may be available later
PERMANENT_ERRORS = (RobotsForbiddenError, BlockedAddressError, PageRefusedError)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeedVisited:
    """A feed was fetched and `new` items saved; `waiting` items are left for the next poll."""

    feed: Feed
    new: int = 0
    waiting: int = 0
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ItemFetched:
    """An item to store, with a remark for its outcome.

    `source` is None if the store may already have it, at the address of this key. `transient` means
    that its page could not be fetched this time, but may be available later; `is_feeds_own` that
    the text is the feed's.
    """

    feed: Feed
    item: PendingItem
    source: SourceItem | None
    address: str | None = None
    transient: bool = False
    remark: Message | None = None
    is_feeds_own: bool = False


@dataclass(slots=True)
class Visitor:
    """Visits the feeds of one host one after another and fetches no address twice."""

    gate: HostGate
    feeds: FeedStore
    options: ReadOptions
    stopping: Event
    random: Random
    items_per_visit: int
    seen: set[str] = field(default_factory=set)
    seen_texts: set[tuple[str, ...]] = field(default_factory=set)

    def visit_all(self, feeds: Sequence[Feed]) -> Iterator[FeedVisited | ItemFetched]:
        for feed in feeds:
            if self.stopping.is_set():
                return
            yield from self._visit(feed)

    def _visit(self, feed: Feed) -> Iterator[FeedVisited | ItemFetched]:
        now = self.gate.clock.now()
        reply = self._ask(feed, now)
        entries = reply.document.entries if reply.document else ()
        decided = decide_feed(feed, reply, self.gate.clock.now(), self.random.random())
        feed, new = self.feeds.record_visit(decided, entries, now)
        pending, waiting = self.feeds.pending(feed.id, self.items_per_visit)
        yield FeedVisited(feed, new, waiting, failed=reply.gone or reply.problem is not None)
        for item in pending:
            if self.stopping.is_set():
                return
            fetched = self._fetch_item(feed, item)
            if fetched is not None:
                yield fetched

    def _ask(self, feed: Feed, now: datetime) -> FeedReply:
        try:
            return ask_feed(self.gate, feed, now)
        except Exception as exc:  # a bug in one feed must not stop the others
            logger.exception("reading %s failed", feed.url)
            return FeedReply(problem=UNREADABLE(reason=f"{exc!r:.200}"))

    def _fetch_item(self, feed: Feed, item: PendingItem) -> ItemFetched | None:
        """Return the item, or None if it has to wait for its host."""
        entry = item.entry
        if entry.link is None:
            return _feed_item(feed, item, None, transient=False)
        address = address_key(entry.link)
        if address in self.seen or self.feeds.article_at(address) not in (None, item.article_id):
            return ItemFetched(feed, item, None, address)
        self.seen.add(address)
        try:
            return self._weigh(_read_page(item, self.gate, self.options), feed, item)
        except HostClosedError:
            self.seen.discard(address)
            return None
        except (*PERMANENT_ERRORS, UnreadableInputError) as exc:
            return _feed_item(feed, item, exc.message, transient=False)
        except FetchError as exc:
            return _feed_item(feed, item, exc.message, transient=True)
        except Exception as exc:  # a bug on one page must not stop the others
            logger.exception("reading %s failed", entry.link)
            return _feed_item(feed, item, UNREADABLE(reason=f"{exc!r:.200}"), transient=True)

    def _weigh(
        self, read: tuple[SourceItem, ArticleDraft, str], feed: Feed, item: PendingItem
    ) -> ItemFetched:
        """Return the item with its page's text, or with the feed's if the page is not its own."""
        source, draft, final_url = read
        doubt = doubt_page(draft, final_url, item.entry)
        if doubt is None and draft.paragraphs in self.seen_texts:
            doubt = PAGE_OF_SEVERAL()
        if doubt is not None:
            return _feed_item(feed, item, doubt, transient=True)
        self.seen_texts.add(draft.paragraphs)
        return ItemFetched(feed, item, complete_item(source, item.entry, feed.source or feed.title))


def ask_feed(gate: HostGate, feed: Feed, now: datetime) -> FeedReply:
    """Request the feed and return the reply; whatever the server does, nothing is raised."""
    validators = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    try:
        page = gate.request(feed.url, {name: tag for name, tag in validators.items() if tag})
    except HostClosedError as exc:
        return FeedReply(problem=exc.message, retry_after_seconds=exc.seconds, asked=False)
    except FetchError as exc:
        return FeedReply(problem=exc.message)
    if page.status == 304:
        return FeedReply(moved_to=page.moved_to)
    if page.status == 410:
        return FeedReply(gone=True)
    if not page.ok:
        retry_after = parse_retry_after(page.headers.get("retry-after"), now)
        return FeedReply(problem=refusal_of(page), retry_after_seconds=retry_after)
    try:
        document = read_feed(page.body, page.url, now, page.charset)
    except UnreadableInputError as exc:
        return FeedReply(problem=exc.message)
    return FeedReply(
        document=read_children(gate, document, now),
        moved_to=page.moved_to,
        etag=page.headers.get("etag"),
        last_modified=page.headers.get("last-modified"),
    )


def read_children(gate: HostGate, index: FeedDocument, now: datetime) -> FeedDocument:
    """Add the items of an index's sitemaps: MAX_INDEX_DEPTH levels, MAX_CHILDREN in all."""
    entries, remarks = list(index.entries), list(index.remarks)
    waiting, asked = [(url, 1) for url in index.children], 0
    while waiting and asked < MAX_CHILDREN and len(entries) < MAX_ENTRIES:
        (url, depth), asked = waiting.pop(0), asked + 1
        try:
            page = gate.request(url)
            if not page.ok:
                raise FetchError(refusal_of(page))
            child = read_feed(page.body, page.url, now, page.charset)
        except ArchiveError as exc:
            remarks.append(exc.message)
            continue
        entries += child.entries
        if depth < MAX_INDEX_DEPTH:
            waiting += [(url, depth + 1) for url in child.children]
    return replace(index, entries=tuple(entries[:MAX_ENTRIES]), remarks=tuple(remarks))


def _read_page(
    item: PendingItem, gate: HostGate, options: ReadOptions
) -> tuple[SourceItem, ArticleDraft, str]:
    """Return the item of its page, the draft in it, and the page's final address.

    Raise FetchError, UnreadableInputError.
    """
    entry = item.entry
    page = gate.request(entry.link or "")
    if not page.ok:
        transient = page.status in TRANSIENT_STATUSES or page.status >= 500
        raise (FetchError if transient else PageRefusedError)(refusal_of(page))
    if len(page.body) > MAX_DOCUMENT_BYTES:  # the fetch limit is larger, for feeds
        raise UnreadableInputError(PAGE_NOT_READ(number=len(page.body)))
    read = read_page(page, entry.name, options).resolve()
    if read.draft is None:
        raise UnreadableInputError(read.problem or NO_ARTICLE_FOUND())
    if item.article_id is not None:  # the same article, whatever its page says
        read = replace(read, draft=replace(read.draft, url=entry.link))
    return read, read.draft or ArticleDraft("", ()), page.url


def _feed_item(
    feed: Feed, item: PendingItem, problem: Message | None, transient: bool
) -> ItemFetched:
    """Return the item with the feed's own text, or the reason why there is none."""
    entry = item.entry
    try:
        draft = draft_from_entry(entry, feed.source or feed.title)
    except UnreadableInputError as exc:
        reason = exc.message if problem is None else SEVERAL(messages=(problem, exc.message))
        return ItemFetched(feed, item, SourceItem(entry.name, problem=reason), transient=transient)
    remark = KEPT_AS_THE_FEED_TELLS(reason=problem) if problem else None
    return ItemFetched(
        feed,
        item,
        SourceItem(entry.name, draft),
        transient=transient,
        remark=remark,
        is_feeds_own=problem is not None,
    )
