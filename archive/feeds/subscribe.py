"""From an address a reader gives to the feed it means."""

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
    """A feed that answers; `others` are feeds the same page names besides."""

    url: str
    document: FeedDocument
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that is followed, whether it is newly so, and what was found under its address."""

    feed: Feed
    new: bool
    found: FoundFeed


def find_feed(gate: HostGate, address: str, now: datetime) -> FoundFeed:
    """The feed at `address`, or the first that the web page there names and that can be read.

    Raises FetchError where nothing answers, NotAFeedError where there is no feed.
    """
    page = _get(gate, clean_line(address))
    try:
        return FoundFeed(_lasting(page, address), read_feed(page.body, page.url, now, page.charset))
    except UnreadableInputError as exc:
        named = _named_by(page)
        if not named:
            raise NotAFeedError(
                NO_FEED_NAMED(reason=exc.message, address=f"{address:.300}")
            ) from exc
    return _first_readable(gate, named, now)


def subscribe(
    gate: HostGate, store: FeedStore, address: str, now: datetime, source: str | None = None
) -> Subscription:
    """Follow the feed at an address. Raises as `find_feed` does."""
    found = find_feed(gate, address, now)
    feed, new = store.add(found.url, now, source=source, title=found.document.title)
    return Subscription(feed, new, found)


def _first_readable(gate: HostGate, named: Sequence[str], now: datetime) -> FoundFeed:
    problems = []
    for url in named[:MAX_TRIES]:
        try:
            page = _get(gate, url)
            document = read_feed(page.body, page.url, now, page.charset)
        except (FetchError, UnreadableInputError) as exc:
            problems.append(exc.message)
            continue
        return FoundFeed(_lasting(page, url), document, tuple(u for u in named if u != url))
    raise NotAFeedError(NAMED_FEEDS_UNREADABLE(number=len(named), reason=problems[0]))


def _get(gate: HostGate, url: str) -> FetchedPage:
    page = gate.request(url)
    if not page.ok:
        raise FetchError(refusal_of(page))
    return page


def _lasting(page: FetchedPage, asked: str) -> str:
    """The address to remember: a temporary redirect may lead elsewhere tomorrow."""
    return page.moved_to or clean_line(asked)


def _named_by(page: FetchedPage) -> tuple[str, ...]:
    try:
        html = decode_text(page.body, page.charset or declared_charset(page.body))
    except UnreadableInputError:
        return ()
    return discover_feeds(html, page.url)
