"""Read a feed document of any kind, recognized by its content. Pure."""

import re
import zlib
from datetime import datetime

from archive.errors import FetchError, NotAFeedError
from archive.feed_formats.json_feed import read_json_feed
from archive.feed_formats.model import FeedDocument
from archive.feed_formats.sitemaps import read_sitemap
from archive.feed_formats.syndication import read_syndication
from archive.net.fetch import read_body
from archive.text.xml_safety import decode_xml
from archive.wordings import GZIP_BROKEN, GZIP_UNREADABLE, PAGE_NOT_FEED

MAX_FEED_BYTES = 20_000_000
HEAD_CHARACTERS = 5_000
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]")
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)


def read_feed(data: bytes, url: str, now: datetime, charset: str | None = None) -> FeedDocument:
    """Return the feed in `data`, found at `url`, in any of the formats.

    Raise NotAFeedError if it is not a feed, UnreadableInputError if it is not even text.
    """
    data = _unpack(data)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return read_json_feed(data, url, now)
    text = decode_xml(data, charset)
    head = text[:HEAD_CHARACTERS]
    if _SITEMAP.search(head):
        return read_sitemap(text, url, now)
    if _PAGE.search(head) and not _FEED.search(head):
        raise NotAFeedError(PAGE_NOT_FEED())
    return read_syndication(text, url, now)


def looks_like_feed(head: bytes) -> bool:
    """Return whether the first bytes of a document are those of a feed."""
    text = head.replace(b"\x00", b"").decode("latin-1").lstrip("ï»¿þÿ \t\r\n")
    if text.startswith("{"):
        return "jsonfeed.org" in text and "version" in text
    found = _FEED.search(text) or _SITEMAP.search(text)
    page = _PAGE.search(text)
    return bool(text.startswith("<") and found and (page is None or page.start() > found.start()))


def _unpack(data: bytes) -> bytes:
    """Unpack a document that is itself a gzip file, as sitemaps often are (RFC 1952)."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return read_body([data], "gzip", MAX_FEED_BYTES)
    except FetchError as exc:
        raise NotAFeedError(GZIP_UNREADABLE(reason=exc.message)) from exc
    except zlib.error as exc:
        raise NotAFeedError(GZIP_BROKEN()) from exc
