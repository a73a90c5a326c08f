"""Find the feed at an address that a user enters, and subscribe to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.errors import FetchError, NotAFeedError, UnreadableInputError
from archive.extraction.extract import declared_charset
from archive.feed_formats.model import Feed, FeedDocument
from archive.feed_formats.parse import read_feed
from archive.feeds.discover import discover_feeds
from archive.feeds.hosts import HostGate
from archive.feeds.store import FeedStore
from archive.net.fetch import FetchedPage, refusal_of
from archive.text.decode import decode_text
from archive.text.normalize import clean_line
from archive.wordings import NAMED_FEEDS_UNREADABLE, NO_FEED_NAMED

MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that was read; `others` are the other feeds that the same page names."""

    url: str
    document: FeedDocument
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscribed feed, whether it is new, and what was found at its address."""

    feed: Feed
    new: bool
    found: FoundFeed


def find_feed(gate: HostGate, address: str, now: datetime) -> FoundFeed:
    """Return the feed at `address`, or the first readable one that the web page there names.

    Raise FetchError if nothing answers, NotAFeedError if there is no feed.
    """
    page = _get(gate, clean_line(address))
    try:
        document = read_feed(page.body, page.url, now, page.charset)
        return FoundFeed(_permanent_url(page, address), document)
    except UnreadableInputError as exc:
        candidates = _feeds_named_by(page)
        if not candidates:
            raise NotAFeedError(
                NO_FEED_NAMED(reason=exc.message, address=f"{address:.300}")
            ) from exc
    return _first_readable(gate, candidates, now)


def subscribe(
    gate: HostGate, store: FeedStore, address: str, now: datetime, source: str | None = None
) -> Subscription:
    """Subscribe to the feed at an address. Raises the errors of `find_feed`."""
    found = find_feed(gate, address, now)
    feed, new = store.add(found.url, now, source=source, title=found.document.title)
    return Subscription(feed, new, found)


def _first_readable(gate: HostGate, candidates: Sequence[str], now: datetime) -> FoundFeed:
    problems = []
    for url in candidates[:MAX_TRIES]:
        try:
            page = _get(gate, url)
            document = read_feed(page.body, page.url, now, page.charset)
        except (FetchError, UnreadableInputError) as exc:
            problems.append(exc.message)
            continue
        others = tuple(other for other in candidates if other != url)
        return FoundFeed(_permanent_url(page, url), document, others)
    raise NotAFeedError(NAMED_FEEDS_UNREADABLE(number=len(candidates), reason=problems[0]))


def _get(gate: HostGate, url: str) -> FetchedPage:
    page = gate.request(url)
    if not page.ok:
        raise FetchError(refusal_of(page))
    return page


def _permanent_url(page: FetchedPage, requested: str) -> str:
    """Return the address to store; only permanent redirects count, as others may change."""
    return page.moved_to or clean_line(requested)


def _feeds_named_by(page: FetchedPage) -> tuple[str, ...]:
    try:
        html = decode_text(page.body, page.charset or declared_charset(page.body))
    except UnreadableInputError:
        return ()
    return discover_feeds(html, page.url)
