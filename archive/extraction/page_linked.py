"""Reads the article from a page's structured data: JSON-LD of schema.org. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from archive.text.normalize import clean_line

# The endings of the schema.org types that describe a news article.
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "NewsItem")
# Types with the same properties, for the page around the article.
_PAGE_TYPES = ("WebPage",)
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage")
MAX_DEPTH = 8
MAX_NODES = 2_000
_OPENINGS = ("<!--", "//", "<![CDATA[")
_ENDINGS = ("-->", "]]>", "//", ";")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """What the structured data says about the article; None or empty if it says nothing."""

    headline: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    publisher: str | None = None
    language: str | None = None
    description: str | None = None
    body: str | None = None
    is_free: bool | None = None


def read_linked(scripts: Iterable[str], headlines: Iterable[str] = ()) -> LinkedArticle:
    """Return the article that JSON-LD scripts describe, each field from the first to give it.

    Of several articles, those with a headline that the page shows come first.
    """
    nodes = [node for script in scripts for node in _parse(script)]
    named = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    articles = [_read_article(node, named) for node in nodes if _is_typed(node, _ARTICLE_TYPES)]
    shown = {_key(headline) for headline in headlines}
    articles.sort(key=lambda article: _key(article.headline or "") not in shown)
    pages = [_read_article(node, named) for node in nodes if _is_typed(node, _PAGE_TYPES)]
    return _merge(*articles[:2], *pages[:1])


def _parse(script: str) -> list[dict[str, Any]]:
    """Return every object in the script that may be the article or that it may refer to."""
    for text in (script, _repair(script)):
        try:
            found: list[dict[str, Any]] = []
            _collect(json.loads(text, strict=False), found, 0)
        except (ValueError, RecursionError):
            continue  # broken structured data is common; the meta elements remain
        else:
            return found
    return []


def _repair(script: str) -> str:
    """Remove comment marks around the script and commas before closing brackets."""
    text = script.strip()
    for opening in _OPENINGS:
        text = text.removeprefix(opening).lstrip()
    for ending in _ENDINGS:
        text = text.removesuffix(ending).rstrip()
    return _TRAILING_COMMA.sub(r"\1", text)


def _collect(node: Any, found: list[dict[str, Any]], depth: int) -> None:
    if depth > MAX_DEPTH or len(found) >= MAX_NODES:
        return
    if isinstance(node, list):
        for part in node:
            _collect(part, found, depth + 1)
    elif isinstance(node, dict):
        found.append(node)
        for name in _CONTAINERS:
            _collect(node.get(name), found, depth + 1)


def _is_typed(node: Mapping[str, Any], types: tuple[str, ...]) -> bool:
    return any(str(kind).endswith(types) for kind in as_list(node.get("@type")))


def _read_article(node: Mapping[str, Any], named: Mapping[str, Any]) -> LinkedArticle:
    return LinkedArticle(
        headline=as_string(node.get("headline")),
        authors=tuple(_names(node.get("author") or node.get("creator"), named, 0)),
        published=as_string(node.get("datePublished")) or as_string(node.get("dateCreated")),
        modified=as_string(node.get("dateModified")),
        section=next(filter(None, map(as_string, as_list(node.get("articleSection")))), None),
        publisher=next(_names(node.get("publisher"), named, 0), None),
        language=as_string(node.get("inLanguage")),
        description=as_string(node.get("description")),
        body=node["articleBody"] if isinstance(node.get("articleBody"), str) else None,
        is_free=_is_free(node),
    )


def _names(node: Any, named: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield names of people or organizations: strings, objects, references, lists of them."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, dict):
        named_node = named.get(str(node.get("@id")), {}) if "name" not in node else node
        yield from _names(named_node.get("name"), named, depth + 1)
    elif isinstance(node, list):
        for part in node[:MAX_NODES]:
            yield from _names(part, named, depth + 1)
    elif name := as_string(node):
        yield name


def _is_free(node: Mapping[str, Any]) -> bool | None:
    """Return whether all of it is free to read (Google's paywalled content markup)."""
    parts = [part for part in as_list(node.get("hasPart")) if isinstance(part, dict)]
    answers = [_as_bool(part.get("isAccessibleForFree")) for part in (node, *parts)]
    known = [value for value in answers if value is not None]
    return all(known) if known else None


def _as_bool(value: Any) -> bool | None:
    word = value.strip().lower().rpartition("/")[2] if isinstance(value, str) else value
    if word in (True, "true", "yes", "1"):
        return True
    return False if word in (False, "false", "no", "0") else None


def _merge(*articles: LinkedArticle) -> LinkedArticle:
    values: dict[str, Any] = {}
    for article in articles:
        for field in fields(LinkedArticle):
            value = getattr(article, field.name)
            if value not in (None, ()):
                values.setdefault(field.name, value)
    return LinkedArticle(**values)


def _key(headline: str) -> str:
    return re.sub(r"[\W_]+", "", headline).casefold()


def as_string(value: Any) -> str | None:
    """Return one line of text, entities decoded; None if blank or not a string."""
    return clean_line(html.unescape(value)) or None if isinstance(value, str) else None


def as_list(value: Any) -> list[Any]:
    """Return the value if it is a list, else a list of it; empty for None."""
    return value if isinstance(value, list) else [] if value is None else [value]
