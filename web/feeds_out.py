"""A page of results as a feed: Atom (RFC 4287) and JSON Feed 1.1. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lxml import etree
from lxml.builder import ElementMaker

from archive.model import PARAGRAPH_BREAK, Article
from web.citations import Citation, cite, publisher_address

ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"
NAME = "Hemero"
# When a feed was updated that never held anything: any later time will be newer.
NEVER = "1970-01-01T00:00:00Z"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_ATOM = ElementMaker(namespace=ATOM, nsmap={None: ATOM, "opensearch": OPENSEARCH})
_OPENSEARCH = ElementMaker(namespace=OPENSEARCH)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A result: `article_url` never changes, `url` leads to its first passage for good."""

    article: Article
    article_url: str
    url: str
    passages: tuple[str, ...]

    @property
    def content(self) -> str:
        return PARAGRAPH_BREAK.join(self.passages)

    @property
    def credits(self) -> tuple[str, ...]:
        """Its authors, or its source where none is named."""
        citation = self.citation
        return citation.authors or tuple(filter(None, (citation.source,)))

    @property
    def citation(self) -> Citation:
        return cite(self.article, self.url, next(iter(self.passages), ""))


@dataclass(frozen=True, slots=True)
class FeedLinks:
    """Absolute addresses; `feed` is the first page of this list, `page` the same list in HTML."""

    feed: str
    current: str
    page: str
    first: str
    last: str
    description: str
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page of a list of results; pages count from 1 and hold up to `size` of `total`."""

    query: str
    items: Sequence[FeedItem]
    total: int
    number: int
    size: int
    links: FeedLinks

    @property
    def title(self) -> str:
        return f"{self.query} – {NAME}" if self.query else NAME

    @property
    def updated(self) -> str:
        """The latest time any item was changed, in UTC."""
        return max((_updated(item.article) for item in self.items), default=NEVER)


def format_atom(page: FeedPage) -> bytes:
    """The page with the response elements of OpenSearch 1.1; what XML forbids is left out."""
    feed = _ATOM.feed(
        _ATOM.id(page.links.feed),
        _ATOM.title(_text(page.title)),
        _ATOM.updated(page.updated),
        _ATOM.author(_ATOM.name(NAME)),
        _ATOM.generator(NAME),
        *_feed_links(page.links),
        _OPENSEARCH.totalResults(str(page.total)),
        _OPENSEARCH.startIndex(str((page.number - 1) * page.size + 1)),
        _OPENSEARCH.itemsPerPage(str(page.size)),
        _OPENSEARCH.Query(
            role="request",
            searchTerms=quote(page.query, errors="replace"),
            startPage=str(page.number),
        ),
        *map(_atom_entry, page.items),
    )
    return bytes(etree.tostring(feed, encoding="utf-8", xml_declaration=True))


def json_feed_record(page: FeedPage) -> dict[str, Any]:
    """The page as JSON Feed; where it stands in its list is under `_hemero`."""
    record = {
        "version": JSON_FEED_VERSION,
        "title": page.title,
        "home_page_url": page.links.page,
        "feed_url": page.links.current,
        "next_url": page.links.next,
        "items": [_json_item(item) for item in page.items],
        "_hemero": {"total": page.total, "page": page.number, "size": page.size},
    }
    return {name: value for name, value in record.items() if value is not None}


def _feed_links(links: FeedLinks) -> list[etree._Element]:
    """As RFC 5005 names the pages of a feed."""
    given = (
        ("self", links.current, ATOM_TYPE),
        ("alternate", links.page, "text/html"),
        ("first", links.first, ATOM_TYPE),
        ("previous", links.previous, ATOM_TYPE),
        ("next", links.next, ATOM_TYPE),
        ("last", links.last, ATOM_TYPE),
        ("search", links.description, "application/opensearchdescription+xml"),
    )
    return [_ATOM.link(rel=rel, href=href, type=kind) for rel, href, kind in given if href]


def _atom_entry(item: FeedItem) -> etree._Element:
    article, citation = item.article, item.citation
    published_at = publisher_address(article)
    entry = _ATOM.entry(
        _ATOM.id(item.article_url),
        _ATOM.title(_text(citation.title)),
        _ATOM.updated(_updated(article)),
        *(_ATOM.author(_ATOM.name(_text(name))) for name in item.credits),
        _ATOM.link(rel="alternate", href=item.url, type="text/html"),
        *([_ATOM.link(rel="via", href=published_at)] if published_at else []),
        *([_ATOM.category(term=_text(citation.section))] if citation.section else []),
        *([_ATOM.published(_moment(article.published_local))] if article.published_local else []),
        _ATOM.content(_text(item.content), type="text"),
    )
    if citation.language:
        entry.set(_LANGUAGE, _text(citation.language))
    return entry


def _json_item(item: FeedItem) -> dict[str, Any]:
    article, citation = item.article, item.citation
    record = {
        "id": item.article_url,
        "url": item.url,
        "external_url": publisher_address(article),
        "title": citation.title,
        "date_published": article.published_local and _moment(article.published_local),
        "date_modified": article.modified and _moment(article.modified),
        "authors": [{"name": name} for name in item.credits],
        "tags": [citation.section] if citation.section else None,
        "language": citation.language or None,
    }
    told = {name: value for name, value in record.items() if value}
    return told | {"content_text": item.content}  # required, even of nothing


def _updated(article: Article) -> str:
    """When the article last changed, by its publisher or here, in UTC."""
    return _moment(article.modified or article.published or article.added)


def _moment(stored: str) -> str:
    """RFC 3339: a day alone begins at midnight, UTC."""
    return stored if "T" in stored else f"{stored}T00:00:00Z"


def _text(text: str) -> str:
    return _FORBIDDEN.sub("", text)
