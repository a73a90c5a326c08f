"""A feed document: RSS, Atom, RDF or JSON Feed, and the items that contain their own text.

Nothing is fetched: items that are only links are rejected. Subscribe to have pages fetched.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from io import BufferedReader

from archive.errors import UnreadableInputError
from archive.feed_formats.entries import draft_from_entry
from archive.feed_formats.model import FeedDocument, FeedEntry
from archive.feed_formats.parse import MAX_FEED_BYTES, looks_like_feed, read_feed
from archive.model import ArticleDraft, SourceItem
from archive.sources.options import ReadOptions
from archive.wordings import FEED_EMPTY, FEED_TOO_LARGE, SUBSCRIBE_FIRST

SUFFIXES = (".rss", ".atom", ".rdf", ".xml", ".json")
MEDIA_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)


def recognizes(head: bytes) -> bool:
    return looks_like_feed(head)


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each of the feed's items, or a rejected one if the feed has none."""
    data = stream.read(MAX_FEED_BYTES + 1)
    if len(data) > MAX_FEED_BYTES:
        problem = FEED_TOO_LARGE(number=MAX_FEED_BYTES // 1_000_000)
        yield SourceItem(name, problem=problem)
        return
    yield from read_feed_items(data, name)


def read_feed_items(
    data: bytes, name: str, url: str = "", charset: str | None = None
) -> Iterator[SourceItem]:
    """Yield the items of a feed; relative links are resolved against its `url`."""
    try:
        document = read_feed(data, url, datetime.now(UTC), charset)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)
        return
    if not document.entries:
        yield SourceItem(name, problem=FEED_EMPTY())
    for remark in document.remarks:
        yield SourceItem(name, problem=remark)
    for entry in document.entries:
        yield SourceItem(entry.name, read=partial(_read_entry, entry, document))


def _read_entry(entry: FeedEntry, document: FeedDocument) -> ArticleDraft:
    """Return the entry's draft. Raise UnreadableInputError if it has no text of its own."""
    try:
        return draft_from_entry(entry, document.title or None)
    except UnreadableInputError as exc:
        raise UnreadableInputError(SUBSCRIBE_FIRST(reason=exc.message)) from exc
