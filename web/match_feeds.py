"""The matches of a saved search as Atom (RFC 4287) and JSON Feed 1.1. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from archive.model import Article
from archive.saved_matches import SavedMatch
from archive.saved_searches import SavedSearch

ATOM_TYPE, JSON_FEED_TYPE = "application/atom+xml", "application/feed+json"
ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
EXCERPT_CHARACTERS = 500
# What XML 1.0 has no way to write (2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Matched = Sequence[tuple[SavedMatch, Article]]

ElementTree.register_namespace("", ATOM)


@dataclass(frozen=True, slots=True)
class FeedLinks:
    """Absolute addresses: of the archive's root, ending in "/", of the feed and of its page."""

    root: str
    feed: str
    page: str

    def article(self, article: Article) -> str:
        return f"{self.root}articles/{article.id}?v={article.version}"

    def entry_id(self, match: SavedMatch) -> str:
        """The same whatever becomes of the article."""
        return f"{self.root}saved/{match.saved_search_id}#article-{match.article_id}"


def write_atom(saved: SavedSearch, matched: Matched, links: FeedLinks) -> bytes:
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", links.page)
    _add(feed, "title", saved.name)
    _add(feed, "updated", max((match.found for match, _ in matched), default=saved.created))
    _add(feed, "generator", "Hemero")
    _add(feed, "link", rel="self", type=ATOM_TYPE, href=links.feed)
    _add(feed, "link", rel="alternate", type="text/html", href=links.page)
    _add(_add(feed, "author"), "name", "Hemero")
    for match, article in matched:
        _add_entry(_add(feed, "entry"), match, article, links)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def make_json_feed(saved: SavedSearch, matched: Matched, links: FeedLinks) -> dict[str, Any]:
    return {
        "version": JSON_FEED,
        "title": saved.name,
        "home_page_url": links.page,
        "feed_url": links.feed,
        "items": [_json_item(match, article, links) for match, article in matched],
    }


def _add_entry(
    entry: ElementTree.Element, match: SavedMatch, article: Article, links: FeedLinks
) -> None:
    _add(entry, "id", links.entry_id(match))
    _add(entry, "title", article.headline)
    _add(entry, "updated", match.found)
    published = article.published or ""
    if "T" in published:
        _add(entry, "published", published)
    _add(entry, "link", rel="alternate", type="text/html", href=links.article(article))
    for name in article.authors or filter(None, (article.source,)):
        _add(_add(entry, "author"), "name", name)
    _add(entry, "summary", _excerpt(article))


def _json_item(match: SavedMatch, article: Article, links: FeedLinks) -> dict[str, Any]:
    """Its dates are times, as RFC 3339 asks: a day alone is left out."""
    published = article.published or ""
    told = {
        "id": links.entry_id(match),
        "url": links.article(article),
        "external_url": article.url,
        "title": article.headline,
        "content_text": _excerpt(article),
        "date_published": published if "T" in published else None,
        "date_modified": match.found,
        "authors": [{"name": name} for name in article.authors],
        "language": article.language if article.language != "und" else None,
    }
    return {name: value for name, value in told.items() if value}


def _excerpt(article: Article) -> str:
    lead = article.paragraphs[0]
    if len(lead) <= EXCERPT_CHARACTERS:
        return lead
    return lead[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + "…"


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = _NO_XML.sub("", text) or None
    return element
