"""Takes apart a page that holds several whole articles, as exports of press databases do. Pure.

Such a page repeats one element, and each has a title, a day and a text of its own. A page with a
headline above them, or whose titles lead elsewhere, is one article or a list of others.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from archive.errors import FieldRefusedError
from archive.extraction import page_cues
from archive.extraction.page_blocks import HEADINGS, Block, read_blocks
from archive.extraction.page_tree import parse_page
from archive.model import ArticleDraft
from archive.text.dates import MONTH_CHARACTERS
from archive.text.normalize import clean_line, parse_published

MIN_ARTICLES, MAX_ARTICLES = 2, 1_000
# Those of an export are outermost; each that is tried takes time linear in the page.
MAX_GROUPS = 30
MAX_LINE_CHARACTERS = 200
_TITLE = re.compile(r"title|titre|head-?line|heading|titel|titulo", re.IGNORECASE)
_SOURCE = re.compile(r"publication|source|newspaper|journal|media|outlet", re.IGNORECASE)
_AUTHOR = re.compile(r"author|auteur|byline|autor", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\d+ (?:mots|words|palabras|wörter|parole)|copyright.*|©.*|.*\d{3,}.*|page .*|document .*"
    r"|fran[cç]ais|english|anglais|deutsch|español|italiano|português",
    re.IGNORECASE,
)


def split_articles(html: str) -> list[ArticleDraft]:
    """Return the articles of the page if it holds several, in order; otherwise nothing."""
    root = parse_page(html)
    for elements in islice(_repeated(root), MAX_GROUPS):
        if _read(elements[0]) is None:
            continue
        drafts = [draft for element in elements if (draft := _read(element)) is not None]
        if len(drafts) == len(elements) and not _has_headline_outside(root, elements):
            return drafts
    return []


def _repeated(root: HtmlElement) -> Iterator[list[HtmlElement]]:
    """Yield groups of siblings that are made alike, the outermost first."""
    for parent in root.iter():
        groups: dict[tuple[str, str], list[HtmlElement]] = defaultdict(list)
        for child in parent:
            if child.tag in ("article", "section", "div", "td", "li"):
                groups[str(child.tag), child.get("class") or ""].append(child)
        for elements in groups.values():
            if MIN_ARTICLES <= len(elements) <= MAX_ARTICLES:
                yield elements


def _has_headline_outside(root: HtmlElement, elements: Sequence[HtmlElement]) -> bool:
    inside = set(elements)
    headings = root.iter("h1")
    return any(inside.isdisjoint(heading.iterancestors()) for heading in headings)


def _read(element: HtmlElement) -> ArticleDraft | None:
    """Return the article in an element, or None if it lacks a title, a day or a text."""
    blocks = read_blocks(element)
    start = next((n for n, block in enumerate(blocks) if _is_text(block)), None)
    if start is None:
        return None
    lines = [block for block in blocks[:start] if len(block.text) <= MAX_LINE_CHARACTERS]
    title = next((block for block in lines if _is_title(block)), None)
    days = {place: day for place, block in enumerate(lines) if (day := _day(block.text))}
    if title is None or not days or title.linked_share > 0.5:
        return None
    place = next(iter(days))
    return ArticleDraft(
        title=title.text,
        paragraphs=tuple(block.text for block in blocks[start:] if _is_text(block)),
        source=_find_source(lines, title, place),
        authors=tuple(b.text for b in lines if b is not title and _is_named(b, _AUTHOR)),
        published=days[place],
    )


def _find_source(lines: Sequence[Block], title: Block, day: int) -> str | None:
    """Return the line that is named as the outlet, or else stands beside the day."""
    named = next((b for b in lines if b is not title and _is_named(b, _SOURCE)), None)
    if named is not None:
        return named.text
    beside = [lines[place] for place in (day + 1, day - 1) if 0 <= place < len(lines)]
    names = (b.text for b in beside if b is not title and not _NO_NAME.fullmatch(b.text))
    return next((name for name in names if _day(name) is None), None)


def _is_text(block: Block) -> bool:
    return block.is_prose and not block.is_heading and not _is_title(block)


def _is_title(block: Block) -> bool:
    return block.tag in HEADINGS or _is_named(block, _TITLE)


def _is_named(block: Block, name: re.Pattern[str]) -> bool:
    own = block.inside[-1]
    is_line = sum(map(len, own.itertext())) <= 2 * len(block.text)
    near = (*block.inside[-2:], *(own.iterdescendants("span", "b", "a") if is_line else ()))
    return any(name.search(page_cues.name_of(element)) for element in near)


def _day(text: str) -> str | None:
    try:
        found = parse_published(clean_line(text))
    except FieldRefusedError:
        return None
    return found if len(found) > MONTH_CHARACTERS else None
