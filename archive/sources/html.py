"""An HTML page: its article, without navigation and other boilerplate."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import BufferedReader

from archive.errors import UnreadableInputError
from archive.extraction.extract import declared_charset, read_original
from archive.extraction.page_several import split_articles
from archive.model import OriginalPage, SourceItem
from archive.net.fetch import FetchedPage
from archive.sources.options import ReadOptions
from archive.sources.text import draft_from_text
from archive.text.decode import decode_text, read_document
from archive.wordings import NO_MEDIA_TYPE, NOT_HTML

SUFFIXES = (".html", ".htm", ".xhtml")
MEDIA_TYPES = ("text/html", "application/xhtml+xml")


def recognizes(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<article"))


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield the page's article, or each of several, as exports of press databases hold them."""
    try:
        page = OriginalPage(read_document(stream))
        drafts = split_articles(decode_text(page.data, declared_charset(page.data)))
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)
        return
    if not drafts:
        yield page_item(name, page, options)
    for number, draft in enumerate(drafts, start=1):
        yield SourceItem(f"{name}:{number}", draft)


def read_page(page: FetchedPage, name: str, options: ReadOptions) -> SourceItem:
    """Return the article of a fetched page. Raise UnreadableInputError if it is no HTML or text."""
    if page.content_type not in (*MEDIA_TYPES, "text/plain"):
        raise UnreadableInputError(NOT_HTML(kind=page.content_type or NO_MEDIA_TYPE()))
    if page.content_type == "text/plain":
        text = decode_text(page.body, page.charset)
        return SourceItem(name, replace(draft_from_text(text), url=page.url))
    return page_item(name, OriginalPage(page.body, page.charset, page.url), options)


def page_item(name: str, page: OriginalPage, options: ReadOptions) -> SourceItem:
    """Return the item of a page; its article is extracted only when the item is resolved."""
    return SourceItem(name, page=page, read=partial(read_original, page, options.rules))
