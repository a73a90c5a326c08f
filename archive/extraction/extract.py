"""Extracts the article from an HTML page. Pure.

`page_metadata` reads what the page declares about the article; `page_body` chooses its text by
trafilatura's vote and the page's structure; a user's rule for the site takes precedence.
"""

import re
import warnings
from urllib.parse import urlsplit

from courlan import is_external
from lxml.html import HtmlElement

from archive.errors import UnreadableInputError
from archive.extraction.page_blocks import Block, read_blocks
from archive.extraction.page_body import Known, choose_paragraphs
from archive.extraction.page_dates import agree_with_address, find_month, find_published
from archive.extraction.page_entries import choose_short_lines
from archive.extraction.page_metadata import PageMetadata, read_metadata
from archive.extraction.page_pictures import read_captions
from archive.extraction.page_rules import RuledArticle, read_by_rule
from archive.extraction.page_tree import parse_page
from archive.extraction.site_rules import SiteRules
from archive.model import ArticleDraft, OriginalPage
from archive.text.decode import decode_text
from archive.text.normalize import split_paragraphs
from archive.wordings import NO_ARTICLE_FOUND

with warnings.catch_warnings():
    # Its downloader, which we do not use, warns where urllib3 has no SOCKS.
    warnings.simplefilter("ignore")
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

MIN_BODY_CHARACTERS = 60
DECLARATION_BYTES = 2_048
# Structured data may include boxes outside the article. It is used only if it has this many times
# the text that the page shows, as with pages built by scripts or cut by a paywall.
MIN_DECLARED_RATIO = 4
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
NO_RULES = SiteRules()


def declared_charset(data: bytes) -> str | None:
    """Return the encoding a page names in its first bytes (HTML Standard, prescan)."""
    found = _DECLARED.search(data[:DECLARATION_BYTES])
    return found.group(1).decode("ascii") if found else None


def read_original(page: OriginalPage, rules: SiteRules = NO_RULES) -> ArticleDraft:
    """Return the article of a stored page. Raises UnreadableInputError if it has none."""
    html = decode_text(page.data, page.charset or declared_charset(page.data))
    return extract_article(html, page.url, rules)


def extract_article(html: str, url: str | None = None, rules: SiteRules = NO_RULES) -> ArticleDraft:
    """Return the page's article. Raises UnreadableInputError if the page has none."""
    root = parse_page(html)
    metadata = read_metadata(root, url)
    address = _address(metadata.url, url)
    ruled = read_by_rule(html, rules.rule_for(_host(address)))
    blocks = read_blocks(root)
    paragraphs = ruled.paragraphs or _read_body(root, blocks, metadata)
    if _size(paragraphs) < MIN_BODY_CHARACTERS:
        raise UnreadableInputError(NO_ARTICLE_FOUND())
    found = metadata.published or find_published(root, blocks, address, metadata.language)
    found = found or metadata.period or find_month(root, blocks, metadata.language)
    published = ruled.published or agree_with_address(found, address)
    return _draft(metadata, ruled, paragraphs, published, address)


def _draft(
    metadata: PageMetadata,
    ruled: RuledArticle,
    paragraphs: tuple[str, ...],
    published: str | None,
    address: str | None,
) -> ArticleDraft:
    return ArticleDraft(
        title=ruled.title or metadata.title or "",
        paragraphs=paragraphs,
        source=metadata.source or _host(address),
        authors=ruled.authors or metadata.authors,
        url=address,
        language=metadata.language,
        published=published,
        modified=metadata.modified,
        section=ruled.section or metadata.section,
        paywalled=metadata.paywalled,
    )


def _read_body(root: HtmlElement, blocks: list[Block], metadata: PageMetadata) -> tuple[str, ...]:
    """Return the text the page shows, or its structured data's if that is much longer."""
    shown = _read_shown(root, blocks, metadata)
    declared = _declared_paragraphs(metadata.body)
    return declared if _size(declared) > MIN_DECLARED_RATIO * _size(shown) else shown


def _read_shown(root: HtmlElement, blocks: list[Block], metadata: PageMetadata) -> tuple[str, ...]:
    known = Known(metadata.title or "", metadata.summary or "", metadata.authors)
    shown = choose_paragraphs(blocks, _vote(root), known)
    shown = shown or choose_paragraphs(blocks, _likely_lines(blocks), known)
    if pictures := read_captions(root, shown):
        return pictures
    return shown if _size(shown) >= MIN_BODY_CHARACTERS else choose_short_lines(blocks, known.title)


def _size(paragraphs: tuple[str, ...]) -> int:
    return sum(map(len, paragraphs))


def _vote(root: HtmlElement) -> list[str]:
    """Return the lines that trafilatura takes for the article; none if it fails."""
    try:
        document = bare_extraction(root, include_comments=False, include_tables=False)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []
    text = document.text if isinstance(document, Document) else None
    return text.split("\n") if text else []


def _likely_lines(blocks: list[Block]) -> list[str]:
    prose = [block for block in blocks if block.is_prose]
    clean = [block for block in prose if not block.foreign and not block.doubtful]
    return [block.text for block in clean or prose]


def _declared_paragraphs(body: str | None) -> tuple[str, ...]:
    if not body or "<" not in body:
        return split_paragraphs(body or "")
    try:
        return tuple(block.text for block in read_blocks(parse_page(body)))
    except UnreadableInputError:
        return ()


def _address(declared: str | None, fetched: str | None) -> str | None:
    """Return the URL a page declares, unless it is of another site or the front page.

    Either would wrongly make the page the next version of another article.
    """
    try:
        parts = urlsplit(declared or "")
    except ValueError:
        return fetched
    if not (parts.path.strip("/") or parts.query):
        return fetched
    return fetched if fetched and is_external(declared or "", fetched) else declared


def _host(address: str | None) -> str | None:
    try:
        host = urlsplit(address or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
