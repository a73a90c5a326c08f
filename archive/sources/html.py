"""One HTML page: its article, without what surrounds it."""

from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader

from archive.decode import decode_text, read_document
from archive.errors import UnreadableInputError
from archive.extract import declared_charset, extract_article
from archive.fetch import FetchedPage
from archive.model import SourceItem
from archive.sources.text import draft_from_text

SUFFIXES = (".html", ".htm", ".xhtml")
MEDIA_TYPES = ("text/html", "application/xhtml+xml")


def recognizes(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<article"))


def read_items(stream: BufferedReader, name: str) -> Iterator[SourceItem]:
    try:
        data = read_document(stream)
        yield SourceItem(name, extract_article(decode_text(data, declared_charset(data))))
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=str(exc))


def read_page(page: FetchedPage, name: str) -> SourceItem:
    """The article of a fetched page. Raises UnreadableInputError where there is none."""
    if page.content_type not in (*MEDIA_TYPES, "text/plain"):
        kind = page.content_type or "no media type"
        raise UnreadableInputError(f"not a web page ({kind}); only HTML and text can be added")
    text = decode_text(page.body, page.charset or declared_charset(page.body))
    if page.content_type == "text/plain":
        return SourceItem(name, replace(draft_from_text(text), url=page.url))
    return SourceItem(name, extract_article(text, page.url))
