"""What an HTML page says of itself: JSON-LD NewsArticle, OpenGraph and meta elements. Pure."""

import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, Tag

from archive.errors import UnreadableInputError
from archive.normalize import clean_line

# schema.org types that describe an article of the press, by their common endings.
_ARTICLE_TYPES = ("Article", "NewsArticle", "BlogPosting", "Report", "LiveBlogPosting")
# Put first, it keeps Beautiful Soup from taking XHTML for XML and a bare word for a file's name.
_DOCTYPE = "<!doctype html>"
# libxml2 takes time quadratic in the attributes of a tag, trafilatura in the paragraphs of a page:
# without these limits, ten megabytes of either would take the better part of an hour.
MOST_ATTRIBUTES = 1_000
MOST_TAGS = 50_000
_TITLE = ("og:title", "twitter:title", "dc.title")
_PUBLISHED = ("article:published_time", "og:article:published_time", "dc.date.issued", "date")
_AUTHOR = ("author", "article:author", "dc.creator")
_SOURCE = ("og:site_name", "application-name", "dc.publisher")


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """Fields as the page gives them, untested; None or empty where it says nothing."""

    title: str | None
    authors: tuple[str, ...]
    published: str | None
    source: str | None
    url: str | None
    language: str | None


def read_metadata(markup: str) -> PageMetadata:
    """Structured data first, then meta elements, then the page's own markup.

    Raises UnreadableInputError for a page beyond what is written to be read.
    """
    page = BeautifulSoup(f"{_DOCTYPE}{markup}", "lxml")
    _check_size(page)
    linked = next(_linked_articles(page), {})
    named = _meta_values(page)
    return PageMetadata(
        title=_string(linked.get("headline")) or _first(named, _TITLE) or _only_heading(page),
        authors=_names(linked.get("author")) or _people(_first(named, _AUTHOR)),
        published=_string(linked.get("datePublished")) or _first(named, _PUBLISHED),
        source=next(iter(_names(linked.get("publisher"))), None) or _first(named, _SOURCE),
        url=_canonical(page) or _first(named, ("og:url",)),
        language=_string(linked.get("inLanguage")) or _language(page),
    )


def _check_size(page: BeautifulSoup) -> None:
    tags = page.find_all(True)
    if len(tags) > MOST_TAGS:
        raise UnreadableInputError(f"over {MOST_TAGS:,} tags; paste the article's text instead")
    if any(len(tag.attrs) > MOST_ATTRIBUTES for tag in tags):
        raise UnreadableInputError(f"a tag with over {MOST_ATTRIBUTES:,} attributes; not read")


def _linked_articles(page: BeautifulSoup) -> Iterator[dict[str, Any]]:
    for script in page.find_all("script", type="application/ld+json"):
        try:
            yield from _articles_in(json.loads(script.get_text(), strict=False))
        except (ValueError, RecursionError):
            continue  # broken structured data is common; the meta elements remain


def _articles_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _articles_in(part)
    elif isinstance(node, dict):
        types = node.get("@type")
        if any(str(t).endswith(_ARTICLE_TYPES) for t in _as_list(types)):
            yield node
        yield from _articles_in([node.get("@graph"), node.get("mainEntity")])


def _meta_values(page: BeautifulSoup) -> dict[str, str]:
    values: dict[str, str] = {}
    for meta in page.find_all("meta"):
        name, content = meta.get("property") or meta.get("name"), meta.get("content")
        if isinstance(name, str) and isinstance(content, str) and content.strip():
            values.setdefault(name.strip().lower(), content)
    return values


def _canonical(page: BeautifulSoup) -> str | None:
    link = page.find("link", rel="canonical")
    href = link.get("href") if isinstance(link, Tag) else None
    return href if isinstance(href, str) and href.startswith(("http://", "https://")) else None


def _only_heading(page: BeautifulSoup) -> str | None:
    headings = page.find_all("h1")
    return _string(headings[0].get_text(" ")) if len(headings) == 1 else None


def _language(page: BeautifulSoup) -> str | None:
    root = page.find("html")
    return _string(root.get("lang")) if isinstance(root, Tag) else None


def _names(node: Any) -> tuple[str, ...]:
    """The names of persons or organisations, given as strings, objects or lists of both."""
    found = []
    for part in _as_list(node):
        name = part.get("name") if isinstance(part, dict) else part
        found += [_string(value) for value in _as_list(name)]
    return tuple(name for name in found if name and not name.startswith("http"))


def _people(text: str | None) -> tuple[str, ...]:
    return (text,) if text and not text.startswith("http") else ()


def _first(values: dict[str, str], names: Iterable[str]) -> str | None:
    return next((clean_line(values[name]) for name in names if name in values), None)


def _string(value: Any) -> str | None:
    return clean_line(html.unescape(value)) or None if isinstance(value, str) else None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
