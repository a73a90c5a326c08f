"""Shared by the formats of news agencies: marked-up bodies, bylines, identifiers. Pure."""

import re

from lxml import etree

from archive.extraction.page_tree import parse_page
from archive.model import SourceItem
from archive.sources.shared.authors import split_names
from archive.text.normalize import clean_line
from archive.wordings import WITHDRAWN

# Elements that form a line of their own: those of XHTML and the additions of NITF 3.6.
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "section",
        "article",
        "main",
        "address",
        "br",
        "hr",
        "table",
        "caption",
        "tr",
        "hl1",
        "hl2",
        "block",
        "bq",
        "credit",
        "fn",
        "note",
        "body.content",
        "body.end",
        "tagline",
        "lede",
    ]
)
_SKIPPED = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "title",
        "figure",
        "media",
        "figcaption",
        "iframe",
        "object",
        "nav",
        "form",
    ]
)
_SURROGATES = re.compile("[\ud800-\udfff]")  # JSON can escape half a character
_CELLS = frozenset(("td", "th"))
_BY = re.compile(r"(?:by|par|por|von)\s+(?=\S)", re.IGNORECASE)


def markup_paragraphs(markup: str, title: str = "") -> tuple[str, ...]:
    """Return the lines of an HTML or XHTML body: paragraphs, subheadings, list items, rows.

    Nothing is removed as boilerplate, because agencies send only the article. Raise
    UnreadableInputError if the body exceeds the limits of a page.
    """
    readable = _SURROGATES.sub(" ", markup)
    return tree_paragraphs(parse_page(readable), title) if readable.strip() else ()


def tree_paragraphs(root: etree._Element, title: str = "") -> tuple[str, ...]:
    """Return the lines of a parsed body, without those that repeat the title."""
    lines: list[str] = []
    parts: list[str] = []
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = str(element.tag)
        skipped += (event == "start") - (event == "end") if skipped or tag in _SKIPPED else 0
        if tag in _BLOCKS:
            lines.append("".join(parts))
            parts = []
        ended = event == "end"
        text = element.tail if ended else element.text
        if not skipped and text and not (ended and element is root):
            parts += [" ", text] if tag in _CELLS else [text]
    cleaned = map(clean_line, [*lines, "".join(parts)])
    return tuple(line for line in cleaned if line and line != title)


def byline_names(byline: str) -> tuple[str, ...]:
    """Return the authors that a byline names, such as Ana Sol for "By Ana Sol"."""
    return split_names(_BY.sub("", clean_line(byline), count=1))


def web_address(identifier: str | None) -> str | None:
    """Return the identifier if it is a web address, or None, as for urn: or tag:."""
    is_web = (identifier or "").lower().startswith(("http://", "https://"))
    return identifier if is_web else None


def withdrawn_item(name: str, status: str) -> SourceItem | None:
    """Return a rejected item if its provider canceled or withheld it (IPTC pubStatus), or None."""
    state = status.rpartition(":")[2].strip().lower()
    if state in ("canceled", "cancelled", "withheld"):
        return SourceItem(name, problem=WITHDRAWN(state=state))
    return None
