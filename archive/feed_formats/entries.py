"""Make an article's draft from a feed's item, from its page, or from both. Pure."""

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

_INVISIBLE = ("script", "style", "template", "noscript", "iframe", "object", "svg")
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


def draft_from_entry(entry: FeedEntry, source: str | None = None) -> ArticleDraft:
    """Return the draft of the feed's own text. Raise UnreadableInputError if there is none."""
    paragraphs = content_paragraphs(entry.content)
    if not paragraphs:
        raise UnreadableInputError(NO_CONTENT())
    return ArticleDraft(
        title=entry.title, paragraphs=paragraphs, url=entry.link, **_details(entry, source)
    )


def complete_item(item: SourceItem, entry: FeedEntry, source: str | None = None) -> SourceItem:
    """Return the item of a page, with the feed's values for the fields that the page lacks."""
    details = _details(entry, source)
    filled = item.complete(title=entry.title, url=entry.link, **details)
    if filled.draft is None or not _is_only_host(filled.draft.source, filled.draft.url):
        return filled
    # A page that names no outlet gets its host's name; the feed's name is better.
    return replace(filled, draft=replace(filled.draft, source=details["source"]))


def content_paragraphs(content: str) -> tuple[str, ...]:
    """Return the paragraphs of an item's HTML or plain text."""
    if not _MARKUP.search(content):
        return _lines(content)
    # Not Beautiful Soup, which takes two minutes for 60,000 nested elements.
    content = _LONG_TAG.sub(" ", content)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(f"<div>{content}</div>".encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return ()
    return _lines("".join(_texts(root))) if root is not None else ()


def _texts(root: Any) -> Iterator[str]:
    """Yield the visible text, with a break before and after each block."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        invisible = element.tag in _INVISIBLE
        if event == "start":
            if invisible:
                walker.skip_subtree()
            yield _BREAK if element.tag in _BLOCKS else ""
            yield "" if invisible else _in_one_line(element.text)
        else:
            yield _BREAK if element.tag in _BLOCKS else ""
            yield _in_one_line(element.tail)


def _in_one_line(text: str | None) -> str:
    """Return the text with spaces for line breaks, which end no paragraph in HTML."""
    return re.sub(r"\s+", " ", text or "")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(clean_line, text.split(_BREAK)) if line)


def _details(entry: FeedEntry, source: str | None) -> dict[str, Any]:
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
