"""RSS 0.9x and 2.0, Atom and RDF (RSS 1.0), read by feedparser. Pure.

feedparser gets only the bytes of sanitized text: it would open an address or a file name.
"""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from time import struct_time
from typing import Any

import feedparser

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
from archive.feed_formats.model import FeedDocument, FeedEntry, Kind
from archive.messages import Message
from archive.text.normalize import is_date
from archive.wordings import FEED_UNREADABLE, FIRST_ITEMS_TAKEN, NOT_A_FEED, TOO_MANY_FEED_TAGS

MAX_ENTRIES = 1_000
MAX_TAGS = 300_000  # the lenient parser takes 20 microseconds for each
_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)


def read_syndication(text: str, url: str, now: datetime) -> FeedDocument:
    """Return the feed of sanitized XML, well-formed or not. Raise NotAFeedError."""
    text, remarks = _bound_entries(text)
    if text.count("<") > MAX_TAGS:
        raise NotAFeedError(TOO_MANY_FEED_TAGS(number=MAX_TAGS, total=MAX_ENTRIES))
    parsed = _parse(text)
    version = parsed.get("version", "")
    if not version and not parsed.entries:
        raise NotAFeedError(NOT_A_FEED())
    feed, kind = parsed.feed, _kind(version)
    language = clean_language(_string(feed, "language"))
    return FeedDocument(
        kind=kind,
        title=clean_title(_string(feed, "title"), []),
        language=language,
        entries=tuple(_read_entries(parsed.entries, kind, url, language, now)),
        remarks=remarks,
    )


def _parse(text: str) -> Any:
    # Without the address, or a guid such as "id-1" would become one and change if the feed moves.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,  # only the content's text is ever used
        )
    except Exception as exc:  # its parsers raise anything on input they do not expect
        reason = f"{type(exc).__name__}: {exc}"
        raise NotAFeedError(FEED_UNREADABLE(reason=reason)) from exc


def _bound_entries(text: str) -> tuple[str, tuple[Message, ...]]:
    """Cut the document after its first MAX_ENTRIES items, so that no parser has to read all."""
    starts = [found.start() for found in islice(_ITEM.finditer(text), MAX_ENTRIES + 1)]
    if len(starts) <= MAX_ENTRIES:
        return text, ()
    ends = [found.end() for found in _ITEM_END.finditer(text, starts[-1])]
    end = ends[-1] if ends else len(text)
    return text[: starts[-1]] + text[end:], (FIRST_ITEMS_TAKEN(number=MAX_ENTRIES),)


def _kind(version: str) -> Kind:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in ("rss10", "rss090") else "rss"


def _read_entries(
    entries: list[Any], kind: Kind, url: str, language: str | None, now: datetime
) -> Iterator[FeedEntry]:
    for entry in entries[:MAX_ENTRIES]:
        yield _read_entry(entry, kind, url, language, now)


def _read_entry(entry: Any, kind: Kind, url: str, language: str | None, now: datetime) -> FeedEntry:
    remarks: list[Message] = []
    title = clean_title(_string(entry, "title"), remarks, _is_markup(entry, kind))
    link = clean_link(_link(entry), url, remarks)
    content = clean_content(_longest_content(entry), remarks)
    return FeedEntry(
        key=clean_key(_string(entry, "id"), link, title, content),
        link=link,
        title=title,
        content=content,
        authors=clean_authors(_authors(entry)),
        published=clean_date(_date(entry), now, remarks),
        section=_section(entry),
        language=_language(entry) or language,
        source=plain_text(_string(entry.get("source") or {}, "title")) or None,
        remarks=tuple(remarks),
    )


def _is_markup(entry: Any, kind: Kind) -> bool:
    """Return whether the title is HTML: Atom says so (RFC 4287, 3.1.1), in RSS most are."""
    return kind != "atom" or _string(entry.get("title_detail") or {}, "type") != "text/plain"


def _link(entry: Any) -> str:
    """Return the item's page: behind a redirector, else its link, else a guid that is one."""
    link = _string(entry, "feedburner_origlink") or _string(entry, "link")
    is_address = link.lower().startswith(("http:", "https:"))
    return "" if entry.get("guidislink") and not is_address else link


def _longest_content(entry: Any) -> str:
    """Return the longest of content:encoded, content, summary and description."""
    parts = [_string(part, "value") for part in entry.get("content") or ()]
    return max((*parts, _string(entry, "summary")), key=len)


def _authors(entry: Any) -> list[str]:
    """Return the names as written: feedparser splits addresses whose domain ends in .press."""
    names = [_string(author, "name") for author in entry.get("authors") or () if author]
    return names if len(names) > 1 else [_string(entry, "author")]


def _date(entry: Any) -> str:
    """Return the item's date: as it is written, with its offset, or else in UTC as feedparser reads
    it, which knows more formats."""
    # Only fields present: feedparser replaces a missing `updated` by `published`, with a warning.
    for name in (name for name in ("published", "created", "updated") if name in entry):
        raw, parsed = _string(entry, name).strip(), entry.get(f"{name}_parsed")
        if isinstance(parsed, struct_time) and not is_date(raw):
            return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*parsed[:6])
        if raw:
            return raw
    return ""


def _section(entry: Any) -> str | None:
    terms = (plain_text(_string(tag, "term")) for tag in entry.get("tags") or ())
    return next((term for term in terms if term and "://" not in term), None)


def _language(entry: Any) -> str | None:
    parts = [*(entry.get("content") or ()), entry.get("title_detail") or {}]
    return next(
        (code for part in parts if (code := clean_language(_string(part, "language")))), None
    )


def _string(part: Any, name: str) -> str:
    """Return the field if it is a string, or "": feedparser also gives None, lists and objects."""
    value = part.get(name) if hasattr(part, "get") else None
    return value if isinstance(value, str) else ""
