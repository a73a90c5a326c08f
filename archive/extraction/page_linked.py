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
MAX_COMPARED_CHARACTERS = 500
# The share of the shorter headline's trigrams that must occur in the other.
MIN_OVERLAP = 0.4
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


def read_linked(
    scripts: Iterable[str], headlines: Iterable[str] = (), addresses: Iterable[str] = ()
) -> LinkedArticle:
    """Return the article that JSON-LD scripts describe, whole, if it is the page's own.

    It is the page's own if it has one of the page's addresses or headlines, or if nothing speaks
    against it. A node of the page itself fills in what the article leaves out.
    """
    nodes = [node for script in scripts for node in _parse(script)]
    named = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    page = _Page(tuple(map(_trigrams, headlines)), frozenset(map(_address, addresses)))
    found = (_find_own(nodes, types, page) for types in (_ARTICLE_TYPES, _PAGE_TYPES))
    return _merge(*(_read_article(node, named) for node in found if node is not None))


@dataclass(frozen=True, slots=True)
class _Page:
    """What tells a page: the trigrams of each headline, and its addresses."""

    headlines: tuple[frozenset[str], ...]
    addresses: frozenset[str]

    def owns(self, node: Mapping[str, Any]) -> float:
        """Return 1 if the node has the page's address, 0 if it is another's, else how near."""
        stated = {_address(url) for url in _addresses(node)} - {""}
        if stated & self.addresses:
            return 1.0
        headline = _trigrams(as_string(node.get("headline") or node.get("name")) or "")
        if headline and any(self.headlines):
            return max(_overlap(headline, shown) for shown in self.headlines)
        return 0.0 if stated and self.addresses else MIN_OVERLAP


def _find_own(
    nodes: Iterable[dict[str, Any]], types: tuple[str, ...], page: _Page
) -> dict[str, Any] | None:
    typed = [node for node in nodes if len(node) > 1 and _is_typed(node, types)]
    best = max(typed, key=page.owns, default=None)
    if best is None or page.owns(best) >= MIN_OVERLAP:
        return best
    # Outlets word a headline anew for search engines: a single node without an address is theirs.
    return best if len(typed) == 1 and not any(_addresses(best)) else None


def _addresses(node: Mapping[str, Any]) -> Iterator[str]:
    for value in (node.get(name) for name in ("url", "mainEntityOfPage", "@id")):
        for part in as_list(value):
            address = part.get("@id") or part.get("url") if isinstance(part, dict) else part
            if isinstance(address, str) and address.startswith(("http://", "https://")):
                yield address


def _address(url: str) -> str:
    """Return host and path, to compare addresses; empty for a front page."""
    rest = url.partition("#")[0].partition("?")[0].partition("://")[2].removeprefix("www.")
    host, _, path = rest.rstrip("/").partition("/")
    query = url.partition("#")[0].partition("?")[2]
    return f"{host}/{path}?{query}".casefold() if path or query else ""


def _trigrams(text: str) -> frozenset[str]:
    key = _key(text[:MAX_COMPARED_CHARACTERS])
    return frozenset(key[i : i + 3] for i in range(max(1, len(key) - 2))) if key else frozenset()


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


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
