"""From a feed's item to an article's draft: its page's, its own, or both in one. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from archive.errors import UnreadableInputError
from archive.feed_formats.cleaning import host_of
from archive.feed_formats.model import FeedEntry
from archive.model import ArticleDraft, SourceItem
from archive.text.normalize import clean_line
from archive.wordings import NO_CONTENT

_UNSEEN = ("script", "style", "template", "noscript", "iframe", "object", "svg")
_BLOCKS = (
    *(
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "blockquote",
        "pre",
        "table",
        "tr",
        "figure",
        "figcaption",
    ),
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "dt",
        "dd",
    ),
)
_MARKUP = re.compile(r"<[A-Za-z/!]|&#?\w+;")
# libxml2 takes time quadratic in the attributes of a tag.
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{5000,}>")
_BREAK = "\n"


def own_draft(entry: FeedEntry, source: str | None = None) -> ArticleDraft:
    """The item as the feed itself tells it. Raises UnreadableInputError where it holds no text."""
    paragraphs = content_paragraphs(entry.content)
    if not paragraphs:
        raise UnreadableInputError(NO_CONTENT())
    return ArticleDraft(
        title=entry.title, paragraphs=paragraphs, url=entry.link, **_told(entry, source)
    )


def complete_page(item: SourceItem, entry: FeedEntry, source: str | None = None) -> SourceItem:
    """The item of a page, with what the feed says where the page is silent."""
    told = _told(entry, source)
    filled = item.complete(title=entry.title, url=entry.link, **told)
    if filled.draft is None or not _is_only_host(filled.draft.source, filled.draft.url):
        return filled
    # A page that names no outlet is given its host's name; the feed knows better.
    return replace(filled, draft=replace(filled.draft, source=told["source"]))


def content_paragraphs(content: str) -> tuple[str, ...]:
    """The paragraphs of an item's HTML, or of its plain text."""
    if not _MARKUP.search(content):
        return _lines(content)
    # Not Beautiful Soup: sixty thousand nested elements take it two minutes.
    content = _LONG_TAG.sub(" ", content)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(f"<div>{content}</div>".encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return ()
    return _lines("".join(_texts(root))) if root is not None else ()


def _texts(root: Any) -> Iterator[str]:
    """What a reader sees, with a break before and after each block."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        unseen = element.tag in _UNSEEN
        if event == "start":
            if unseen:
                walker.skip_subtree()
            yield _BREAK if element.tag in _BLOCKS else ""
            yield "" if unseen else _in_one_line(element.text)
        else:
            yield _BREAK if element.tag in _BLOCKS else ""
            yield _in_one_line(element.tail)


def _in_one_line(text: str | None) -> str:
    """A line break in HTML is a space, no end of a paragraph."""
    return re.sub(r"\s+", " ", text or "")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(clean_line, text.split(_BREAK)) if line)


def _told(entry: FeedEntry, source: str | None) -> dict[str, Any]:
    return {
        "source": entry.source or source,
        "authors": entry.authors,
        "published": entry.published,
        "section": entry.section,
        "language": entry.language,
    }


def _is_only_host(source: str | None, url: str | None) -> bool:
    host = host_of(url)
    return bool(source) and source in (host, host.removeprefix("www."))
