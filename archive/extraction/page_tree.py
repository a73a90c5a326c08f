"""Parses a page into a tree, within limits of size, depth and attributes. Pure.

The page is parsed once, and every later step works on this tree.
"""

import re
from collections.abc import Mapping

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from archive.errors import UnreadableInputError
from archive.wordings import (
    NO_ARTICLE_FOUND,
    PAGE_TOO_LONG,
    TAGS_TOO_DEEP,
    TOO_MANY_ATTRIBUTES,
    TOO_MANY_PAGE_TAGS,
)

MAX_PAGE_CHARACTERS = 20_000_000
# libxml2 takes time quadratic in the attributes of a tag, trafilatura in the paragraphs of a page:
# without these limits, ten megabytes of either would take the better part of an hour.
MAX_ATTRIBUTES = 1_000
MAX_TAGS = 50_000
# libxml2 drops everything deeper than 255; later steps recurse once per level.
MAX_DEPTH = 200
# Put first, it prevents XHTML from being taken for XML.
_DOCTYPE = "<!doctype html>"
_WRAPPER = re.compile(
    r"</?(?:div|span|section|article|main|center|blockquote|b|i|u|em|strong|font|big|small|s|a"
    r"|[uo]l|li|dl|d[dt]|table|t[rdh]|tbody|form|[a-z]+-[\w-]+)\b[^<>]*>",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}>")


def parse_page(markup: str) -> HtmlElement:
    """Return the page's root element; a page nested too deep is read without its wrappers.

    Raises UnreadableInputError if the page is empty or exceeds the limits.
    """
    if len(markup) > MAX_PAGE_CHARACTERS:
        limit = MAX_PAGE_CHARACTERS // 1_000_000
        raise UnreadableInputError(PAGE_TOO_LONG(number=limit))
    text = markup.replace("\x00", "")
    declaration = _XML_DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    data = _encode(text)
    if _measure(data) > MAX_DEPTH:
        data = _encode(_WRAPPER.sub("<p>", text))
        if _measure(data) > MAX_DEPTH:
            raise UnreadableInputError(TAGS_TOO_DEEP(number=MAX_DEPTH))
    return _parse(data)


def _encode(text: str) -> bytes:
    return (_DOCTYPE + text).encode("utf-8", "replace")  # lxml refuses lone surrogates


def _parse(data: bytes) -> HtmlElement:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as exc:
        raise UnreadableInputError(NO_ARTICLE_FOUND()) from exc


def _measure(data: bytes) -> int:
    """Return how deep the tags are nested, without building a tree.

    Raises UnreadableInputError for too many tags, or too many attributes in one of them.
    """
    try:
        deepest: int = etree.HTML(data, etree.HTMLParser(encoding="utf-8", target=_Gauge()))
    except (etree.ParserError, etree.XMLSyntaxError) as exc:
        raise UnreadableInputError(NO_ARTICLE_FOUND()) from exc
    return deepest


class _Gauge:
    """Parser target that counts tags as lxml reads them, before a tree could grow too large."""

    def __init__(self) -> None:
        self.tags = self.depth = self.deepest = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.tags += 1
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if self.tags > MAX_TAGS:
            raise UnreadableInputError(TOO_MANY_PAGE_TAGS(number=MAX_TAGS))
        if len(attributes) > MAX_ATTRIBUTES:
            raise UnreadableInputError(TOO_MANY_ATTRIBUTES(number=MAX_ATTRIBUTES))

    def end(self, tag: str) -> None:
        self.depth -= 1

    def close(self) -> int:
        return self.deepest
