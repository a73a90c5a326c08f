"""Sitemaps (sitemaps.org 0.9), Google News sitemaps and sitemap indexes. Pure."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from archive.errors import NotAFeedError
from archive.feed_formats.cleaning import (
    clean_date,
    clean_key,
    clean_language,
    clean_link,
    clean_title,
    plain_text,
)
from archive.feed_formats.model import FeedDocument, FeedEntry
from archive.feed_formats.syndication import MAX_ENTRIES
from archive.messages import Message, Template
from archive.wordings import NEWEST_ADDRESSES_TAKEN, NEWEST_SITEMAPS_TAKEN, SITEMAP_UNREADABLE

MAX_CHILDREN = 20
MAX_ADDRESSES = 50_000  # sitemaps.org: the limit of one sitemap

# The fields of one <url> or <sitemap>, by local name: real sitemaps get the namespaces wrong.
Fields = dict[str, str]


def read_sitemap(text: str, url: str, now: datetime) -> FeedDocument:
    """Return the newest addresses of a sitemap or the sitemaps of an index. Raise NotAFeedError."""
    try:
        parts = list(islice(_read_parts(text), MAX_ADDRESSES))
    except etree.LxmlError as exc:
        raise NotAFeedError(SITEMAP_UNREADABLE(reason=exc)) from exc
    parts.sort(key=_sort_date, reverse=True)
    children = [fields for name, fields in parts if name == "sitemap"]
    entries = [fields for name, fields in parts if name == "url"]
    return FeedDocument(
        kind="sitemap",
        title=next((plain_text(f["name"]) for f in entries if f.get("name")), ""),
        entries=tuple(e for f in entries[:MAX_ENTRIES] if (e := _read_entry(f, url, now))),
        children=tuple(_addresses(children[:MAX_CHILDREN], url)),
        remarks=(
            *_left_out(NEWEST_ADDRESSES_TAKEN, entries, MAX_ENTRIES),
            *_left_out(NEWEST_SITEMAPS_TAKEN, children, MAX_CHILDREN),
        ),
    )


def _read_parts(text: str) -> Iterator[tuple[str, Fields]]:
    """Yield each <url> and <sitemap> with its fields; its element is freed once read."""
    parser = etree.XMLPullParser(
        ("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    parser.feed(text.encode("utf-8", "replace"))
    for _, element in parser.read_events():
        name = _local_name(element)
        if name in ("url", "sitemap"):
            yield name, dict(_fields_of(element))
            element.clear()


def _fields_of(element: Any) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the elements below, except those of images and videos."""
    for part in element.iter():
        name, space = _local_name(part), str(part.tag).partition("}")[0]
        if name and part.text and not any(other in space for other in ("image", "video")):
            yield name, str(part.text)


def _read_entry(fields: Fields, url: str, now: datetime) -> FeedEntry | None:
    remarks: list[Message] = []
    link = clean_link(fields.get("loc", ""), url, remarks)
    if link is None:
        return None
    title = clean_title(fields.get("title", ""), remarks)
    return FeedEntry(
        key=clean_key("", link, title, ""),
        link=link,
        title=title,
        published=clean_date(fields.get("publication_date", ""), now, remarks),
        language=clean_language(fields.get("language", "")),
        source=plain_text(fields.get("name", "")) or None,
        remarks=tuple(remarks),
    )


def _sort_date(part: tuple[str, Fields]) -> str:
    """Return the date to sort by: ISO 8601 (W3C Datetime) compares well enough as text."""
    fields = part[1]
    return (fields.get("publication_date") or fields.get("lastmod") or "").strip()


def _addresses(children: list[Fields], url: str) -> Iterator[str]:
    for fields in children:
        if link := clean_link(fields.get("loc", ""), url, []):
            yield link


def _left_out(remark: Template, found: list[Fields], limit: int) -> tuple[Message, ...]:
    return (remark(number=limit, total=len(found)),) if len(found) > limit else ()


def _local_name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
