"""From an HTML page to its article. Pure.

The body comes from trafilatura; what the page says of itself (JSON-LD, OpenGraph, meta) is read by
`archive.page_metadata` and wins over what trafilatura guesses.
"""

import re
import warnings
from typing import Any
from urllib.parse import urlsplit

from courlan import is_external

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft
from archive.normalize import clean_line
from archive.page_metadata import PageMetadata, read_metadata

with warnings.catch_warnings():
    # Its downloader, which we do not use, warns where urllib3 has no SOCKS.
    warnings.simplefilter("ignore")
    from trafilatura import bare_extraction

SHORTEST_BODY_CHARACTERS = 60
DECLARATION_BYTES = 2_048
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_BLOCKS = ("p", "head", "item", "quote", "cell", "code")
_BREAKS = (*_BLOCKS, "lb")


def declared_charset(data: bytes) -> str | None:
    """The encoding a page names in its first bytes (HTML Standard, prescan)."""
    found = _DECLARED.search(data[:DECLARATION_BYTES])
    return found.group(1).decode("ascii") if found else None


def extract_article(html: str, url: str | None = None) -> ArticleDraft:
    """The page's article. Raises UnreadableInputError where the page holds none."""
    html = html.encode("utf-8", "replace").decode("utf-8")  # lxml refuses lone surrogates
    metadata = read_metadata(html)
    document = _extract_body(html, url)
    paragraphs = _paragraphs(document.body, metadata.title) if document is not None else ()
    if sum(map(len, paragraphs)) < SHORTEST_BODY_CHARACTERS:
        raise UnreadableInputError("no article found in this page; paste its text instead")
    return _draft(metadata, document, paragraphs, url)


def _extract_body(html: str, url: str | None) -> Any:
    try:
        return bare_extraction(html, url=url, include_comments=False, include_tables=False)
    except (ValueError, TypeError, AttributeError, RecursionError) as exc:
        raise UnreadableInputError(f"the page cannot be read: {exc}") from exc


def _paragraphs(body: Any, title: str | None) -> tuple[str, ...]:
    """Paragraphs and subheadings in order, without the title where the body repeats it."""
    texts = [clean_line(_own_text(block)) for block in body.iter(*_BLOCKS)]
    return tuple(text for text in texts if text and text != title)


def _own_text(element: Any) -> str:
    """Its text but for that of the blocks inside it, which are paragraphs of their own."""
    parts = [element.text or ""]
    for child in element:
        parts += [" " if child.tag in _BREAKS else _own_text(child), child.tail or ""]
    return "".join(parts)


def _draft(
    metadata: PageMetadata, document: Any, paragraphs: tuple[str, ...], url: str | None
) -> ArticleDraft:
    guessed_authors = tuple(name.strip() for name in (document.author or "").split(";"))
    return ArticleDraft(
        title=metadata.title or clean_line(document.title or ""),
        paragraphs=paragraphs,
        source=metadata.source or document.sitename or document.hostname,
        authors=metadata.authors or tuple(filter(None, guessed_authors)),
        url=_address(metadata.url, url) or document.url,
        language=metadata.language,
        published=metadata.published or document.date,
    )


def _address(said: str | None, fetched: str | None) -> str | None:
    """The address a page gives itself, unless that is another site's or the front page's.

    Believed, either would make the page the next version of an article that it is not.
    """
    try:
        parts = urlsplit(said or "")
    except ValueError:
        return fetched
    if not (parts.path.strip("/") or parts.query):
        return fetched
    return fetched if fetched and is_external(said or "", fetched) else said
