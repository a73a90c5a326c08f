"""A list of articles as a feed: Atom (RFC 4287) and JSON Feed 1.1. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lxml import etree
from lxml.builder import ElementMaker

from archive.model import PARAGRAPH_BREAK, Article
from archive.text.periods import first_day
from archive.text.xml_safety import replace_forbidden
from web.exports.citations import Citation, cite, publisher_address

ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"
NAME = "Hemero"
# The update time of a feed that has always been empty: any real time is later.
NEVER = "1970-01-01T00:00:00Z"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM = ElementMaker(namespace=ATOM, nsmap={None: ATOM, "opensearch": OPENSEARCH})
_OPENSEARCH = ElementMaker(namespace=OPENSEARCH)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An article in a feed: `id` never changes, `url` is permanent and leads to its passages.

    `updated` is when it came into the feed, or None to use the time when it last changed.
    """

    article: Article
    id: str
    url: str
    passages: tuple[str, ...]
    updated: str | None = None

    @property
    def content(self) -> str:
        return PARAGRAPH_BREAK.join(self.passages)

    @property
    def credits(self) -> tuple[str, ...]:
        """The authors, or else the source."""
        citation = self.citation
        return citation.authors or tuple(filter(None, (citation.source,)))

    @property
    def citation(self) -> Citation:
        return cite(self.article, self.url, next(iter(self.passages), ""))


@dataclass(frozen=True, slots=True)
class FeedLinks:
    """Absolute addresses: the feed's id, this page of it, and the same list in HTML."""

    feed: str
    current: str
    page: str
    first: str | None = None
    last: str | None = None
    description: str | None = None
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The part of a list of results in a feed: page `number`, from 1, of `size` items."""

    query: str
    total: int
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Feed:
    """Articles in order; `since` is the update time of an empty feed."""

    title: str
    items: Sequence[FeedItem]
    links: FeedLinks
    place: ListPlace | None = None
    since: str = NEVER

    @property
    def updated(self) -> str:
        """The latest time at which an item changed or came in, in UTC."""
        return max(map(_updated, self.items), default=self.since)


def format_atom(feed: Feed) -> bytes:
    """Return well-formed Atom, with OpenSearch 1.1 response elements if it is part of a list."""
    root = _ATOM.feed(
        _ATOM.id(feed.links.feed),
        _ATOM.title(_text(feed.title)),
        _ATOM.updated(feed.updated),
        _ATOM.author(_ATOM.name(NAME)),
        _ATOM.generator(NAME),
        *_feed_links(feed.links),
        *(_place_elements(feed.place) if feed.place else ()),
        *map(_atom_entry, feed.items),
    )
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def json_feed_record(feed: Feed) -> dict[str, Any]:
    """Return the feed as JSON Feed, with its place in a list of results under `_hemero`."""
    record: dict[str, Any] = {
        "version": JSON_FEED_VERSION,
        "title": feed.title,
        "home_page_url": feed.links.page,
        "feed_url": feed.links.current,
        "next_url": feed.links.next,
        "items": [_json_item(item) for item in feed.items],
    }
    if feed.place:
        total, number, size = feed.place.total, feed.place.number, feed.place.size
        record["_hemero"] = {"total": total, "page": number, "size": size}
    return {name: value for name, value in record.items() if value is not None}


def _place_elements(place: ListPlace) -> tuple[etree._Element, ...]:
    return (
        _OPENSEARCH.totalResults(str(place.total)),
        _OPENSEARCH.startIndex(str((place.number - 1) * place.size + 1)),
        _OPENSEARCH.itemsPerPage(str(place.size)),
        _OPENSEARCH.Query(
            role="request",
            searchTerms=quote(place.query, errors="replace"),
            startPage=str(place.number),
        ),
    )


def _feed_links(links: FeedLinks) -> list[etree._Element]:
    """Return the links, with the relations of RFC 5005 for the pages of a feed."""
    relations = (
        ("self", links.current, ATOM_TYPE),
        ("alternate", links.page, "text/html"),
        ("first", links.first, ATOM_TYPE),
        ("previous", links.previous, ATOM_TYPE),
        ("next", links.next, ATOM_TYPE),
        ("last", links.last, ATOM_TYPE),
        ("search", links.description, "application/opensearchdescription+xml"),
    )
    return [_ATOM.link(rel=rel, href=href, type=kind) for rel, href, kind in relations if href]


def _atom_entry(item: FeedItem) -> etree._Element:
    article, citation = item.article, item.citation
    published_at = publisher_address(article)
    entry = _ATOM.entry(
        _ATOM.id(item.id),
        _ATOM.title(_text(citation.title)),
        _ATOM.updated(_updated(item)),
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
        "id": item.id,
        "url": item.url,
        "external_url": publisher_address(article),
        "title": citation.title,
        "date_published": article.published_local and _moment(article.published_local),
        "date_modified": item.updated or (article.modified and _moment(article.modified)),
        "authors": [{"name": name} for name in item.credits],
        "tags": [citation.section] if citation.section else None,
        "language": citation.language or None,
    }
    filled = {name: value for name, value in record.items() if value}
    return filled | {"content_text": item.content}  # required, even if empty


def _updated(item: FeedItem) -> str:
    """Return when the item came in, or was last changed by its publisher or here, in UTC."""
    article = item.article
    return item.updated or _moment(article.modified or article.published or article.added)


def _moment(stored: str) -> str:
    """Return an RFC 3339 time; feeds know nothing less, so that a day becomes its midnight in UTC,
    and a month or a year that of its first day."""
    return stored if "T" in stored else f"{first_day(stored)}T00:00:00Z"


def _text(text: str) -> str:
    return replace_forbidden(text, "")
