"""Reads an article's metadata: structured data, meta elements and the page's markup. Pure.

JSON-LD is trusted first, then OpenGraph, Dublin Core, citation_* and their like, then microdata,
<time> and bylines; what the page shows decides where those disagree.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from lxml import etree
from lxml.html import HtmlElement

from archive.extraction.page_authors import choose_authors, is_name, split_names
from archive.extraction.page_dates import choose_declared, choose_period
from archive.extraction.page_linked import LinkedArticle, as_string, read_linked
from archive.extraction.page_title import choose_title
from archive.text.normalize import clean_line

_DECLARING = "//meta | //link[@rel='canonical'] | //title | //script[@type='application/ld+json']"
MAX_DECLARATIONS = 1_000
_TITLE = ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "title")
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date",
    "parsely-pub-date", "sailthru.date", "citation_publication_date", "citation_date",
    "publishdate", "publish-date", "pubdate", "date", "article.published",
    "cxenseparse:recs:publishtime",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified",
    "dcterms.modified", "dc.date.modified", "article.updated", "lastmod", "last-modified",
)  # fmt: skip
_AUTHOR = re.compile(r"(?:^|[.:_\-a-z])(?:authors?|byl|creator|writer)(?:[:_-]?name)?$")
_NO_AUTHOR = re.compile(r"twitter|facebook|image|photo|copyright|its_author")
_SECTION = ("article:section", "og:article:section", "parsely-section", "section", "dc.subject")
_SOURCE = (
    "og:site_name", "application-name", "dc.publisher", "dcterms.publisher",
    "citation_journal_title", "twitter:app:name:iphone", "apple-mobile-web-app-title",
)  # fmt: skip
_DESCRIPTION = ("og:description", "description", "twitter:description", "dc.description")
_TIER = ("article:content_tier", "og:article:content_tier")
_TIERS = {"free": False, "metered": True, "locked": True}
_BYLINE = re.compile(
    r"(?<![a-z])(?:byline|by-line|author|authors|autor|auteur|author-?name|article-?author)(?![a-z])"
)
_BY = re.compile(r"\W*(?:by|von|par|por|di|door|af|av)[\s:]+(?=\S)", re.IGNORECASE)
MAX_BYLINE_CHARACTERS = 90
MAX_HEADLINES = MAX_BYLINES = 10


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """Fields as the page gives them, unchecked; None or empty if it says nothing.

    `body` is the article's text in the structured data, for pages whose markup has none.
    """

    title: str | None
    authors: tuple[str, ...]
    published: str | None
    period: str | None
    source: str | None
    url: str | None
    language: str | None
    modified: str | None = None
    section: str | None = None
    paywalled: bool | None = None
    summary: str | None = None
    body: str | None = None


def read_metadata(root: HtmlElement, url: str | None = None) -> PageMetadata:
    """Return what the page says about its article; `url` is where the page was found."""
    declared = _read_declarations(root)
    named = _meta_values(declared)
    headlines = _headlines(root)
    canonical = _canonical(declared) or _first(named, ("og:url",))
    linked = read_linked(
        (script.get_text() for script in declared.find_all("script")),
        (*headlines, *_every(named, _TITLE), _written_title(declared) or ""),
        filter(None, (canonical, url)),
    )
    source = linked.publisher or _first(named, _SOURCE)
    outlets = (source, _first(named, _SOURCE), *_domain_names(canonical or url))
    language = linked.language or as_string(root.get("lang"))
    issued = (linked.published, *_every(named, _PUBLISHED), _property(root, "datePublished"))
    changed = (linked.modified, *_every(named, _MODIFIED), _property(root, "dateModified"))
    return PageMetadata(
        title=_title(declared, named, linked, headlines, outlets),
        authors=choose_authors(_author_lists(root, named, linked), outlets),
        published=choose_declared(issued, language),
        period=choose_period(issued, language),
        modified=choose_declared(changed, language),
        source=source,
        url=canonical,
        language=language,
        section=linked.section or _first(named, _SECTION) or _property(root, "articleSection"),
        paywalled=_is_paywalled(named, linked),
        summary=_first(named, _DESCRIPTION) or linked.description,
        body=linked.body,
    )


def _read_declarations(root: HtmlElement) -> BeautifulSoup:
    """Return only the invisible elements that describe the page, a small part of it."""
    elements = root.xpath(_DECLARING)[:MAX_DECLARATIONS]
    parts = (
        etree.tostring(e, encoding="unicode", method="html", with_tail=False) for e in elements
    )
    return BeautifulSoup("<!doctype html>" + "".join(parts), "lxml")


def _meta_values(page: BeautifulSoup) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for meta in page.find_all("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = as_string(meta.get("content"))
        if isinstance(name, str) and content:
            values.setdefault(name.strip().lower(), []).append(content)
    return values


def _first(values: Mapping[str, list[str]], names: Iterable[str]) -> str | None:
    return next((values[name][0] for name in names if name in values), None)


def _every(values: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    return (value for name in names for value in values.get(name, ()))


def _headlines(root: HtmlElement) -> list[str]:
    texts = (clean_line(" ".join(h1.itertext())) for h1 in root.iter("h1"))
    return [text for text in texts if text][:MAX_HEADLINES]


def _canonical(page: BeautifulSoup) -> str | None:
    link = page.find("link", rel="canonical")
    href = link.get("href") if isinstance(link, Tag) else None
    return href if isinstance(href, str) and href.startswith(("http://", "https://")) else None


def _domain_names(url: str | None) -> tuple[str, ...]:
    """Return a host without www. and the names in it: lemonde.fr and lemonde."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ()
    host = host.removeprefix("www.")
    labels = [label for label in host.split(".")[:-1] if len(label) > 2]
    return (host, *labels[-2:])


def _written_title(page: BeautifulSoup) -> str | None:
    element = page.find("title")
    return as_string(element.get_text()) if isinstance(element, Tag) else None


def _title(
    page: BeautifulSoup,
    named: Mapping[str, list[str]],
    linked: LinkedArticle,
    headlines: list[str],
    outlets: Iterable[str | None],
) -> str | None:
    shared = [_first(named, (name,)) for name in _TITLE]
    single = headlines[0] if len(headlines) == 1 else None
    return choose_title(
        (linked.headline, *shared, single, _written_title(page)), headlines, outlets
    )


def _author_lists(
    root: HtmlElement, named: Mapping[str, list[str]], linked: LinkedArticle
) -> Iterator[list[str]]:
    """Yield the lists of authors that the page gives, the most explicit first."""
    yield list(linked.authors)
    for name, contents in named.items():
        if _AUTHOR.search(name) and not _NO_AUTHOR.search(name):
            yield contents
    yield from _bylines(root)


def _bylines(root: HtmlElement) -> Iterator[list[str]]:
    """Yield the first elements marked as author by microdata, link or class, if a name."""
    marked = root.xpath("//*[@itemprop='author'] | //*[@rel='author']")
    named = (e for e in root.xpath("//*[@class]") if _BYLINE.search(e.get("class").lower()))
    for element in (*marked[:MAX_BYLINES], *islice(named, MAX_BYLINES)):
        text = _byline_text(element)
        if _BY.match(text) or any(is_name(name) and " " in name for name in split_names([text])):
            yield [text]


def _byline_text(element: HtmlElement) -> str:
    name = element.find(".//*[@itemprop='name']")
    text = clean_line(" ".join((element if name is None else name).itertext()))
    return text if len(text) <= MAX_BYLINE_CHARACTERS else ""


def _property(root: HtmlElement, name: str) -> str | None:
    """Return the first element's value of this microdata property (HTML Standard, 5.2.4)."""
    for element in root.xpath("//*[@itemprop=$name]", name=name)[:1]:
        value = element.get("content") or element.get("datetime") or " ".join(element.itertext())
        return as_string(value)
    return None


def _is_paywalled(named: Mapping[str, list[str]], linked: LinkedArticle) -> bool | None:
    if linked.is_free is not None:
        return not linked.is_free
    return _TIERS.get((_first(named, _TIER) or "").lower())
