"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1). Pure."""

import html
import json
from datetime import datetime
from typing import Any

from archive.errors import NotAFeedError
from archive.feed_formats.cleaning import (
    clean_authors,
    clean_content,
    clean_date,
    clean_key,
    clean_language,
    clean_link,
    clean_title,
    plain_text,
)
from archive.feed_formats.model import FeedDocument, FeedEntry
from archive.feed_formats.syndication import MAX_ENTRIES
from archive.messages import Message
from archive.text.decode import decode_text
from archive.wordings import FIRST_ITEMS_OF, JSON_FEED_UNREADABLE, JSON_FEED_WITHOUT_VERSION

VERSION = "jsonfeed.org/version/"


def read_json_feed(data: bytes, url: str, now: datetime) -> FeedDocument:
    """Return the feed, without items that are not objects. Raise NotAFeedError."""
    feed = _load(data)
    items = feed.get("items")
    objects = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    remarks: list[Message] = []
    if len(objects) > MAX_ENTRIES:
        remarks.append(FIRST_ITEMS_OF(number=MAX_ENTRIES, total=len(objects)))
    return FeedDocument(
        kind="json",
        title=clean_title(_string(feed, "title"), []),
        language=clean_language(_string(feed, "language")),
        entries=tuple(_read_item(item, feed, url, now) for item in objects[:MAX_ENTRIES]),
        remarks=tuple(remarks),
    )


def _load(data: bytes) -> dict[str, Any]:
    try:
        feed = json.loads(decode_text(data), strict=False)
    except (ValueError, RecursionError) as exc:
        raise NotAFeedError(JSON_FEED_UNREADABLE(reason=exc)) from exc
    if not isinstance(feed, dict) or VERSION not in _string(feed, "version"):
        raise NotAFeedError(JSON_FEED_WITHOUT_VERSION())
    return feed


def _read_item(item: dict[str, Any], feed: dict[str, Any], url: str, now: datetime) -> FeedEntry:
    remarks: list[Message] = []
    title = clean_title(_string(item, "title"), remarks)
    link = clean_link(_string(item, "url") or _string(item, "external_url"), url, remarks)
    content = clean_content(_longest_content(item), remarks)
    published = _string(item, "date_published") or _string(item, "date_modified")
    tags = item.get("tags") if isinstance(item.get("tags"), list) else []
    return FeedEntry(
        key=clean_key(_identity(item), link, title, content),
        link=link,
        title=title,
        content=content,
        authors=clean_authors(_authors(item) or _authors(feed)),
        published=clean_date(published, now, remarks),
        section=next((plain_text(tag) for tag in tags or () if isinstance(tag, str) and tag), None),
        language=clean_language(_string(item, "language") or _string(feed, "language")),
        remarks=tuple(remarks),
    )


def _identity(item: dict[str, Any]) -> str:
    """Return the id; a number becomes a string (1.1, items)."""
    identity = item.get("id")
    return str(identity) if isinstance(identity, int | float) else _string(item, "id")


def _longest_content(item: dict[str, Any]) -> str:
    text = (_string(item, name) for name in ("content_text", "summary"))
    as_html = [html.escape(part).replace("\n", "<br>") for part in text]
    return max((_string(item, "content_html"), *as_html), key=len)


def _authors(part: dict[str, Any]) -> list[str]:
    """Return the names of `authors` (1.1) or `author` (1.0)."""
    authors = part.get("authors")
    listed = authors if isinstance(authors, list) else [part.get("author")]
    return [_string(author, "name") for author in listed if isinstance(author, dict)]


def _string(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""
