"""Reads a page by the user's own rule for its site. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from archive.extraction.page_blocks import read_blocks
from archive.extraction.page_tree import parse_page
from archive.extraction.site_rules import NO_RULE, SiteRule
from archive.text.normalize import clean_line


@dataclass(frozen=True, slots=True)
class RuledArticle:
    """The fields a rule found; None or empty if it has no selector or nothing matched."""

    paragraphs: tuple[str, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    section: str | None = None


def read_by_rule(markup: str, rule: SiteRule) -> RuledArticle:
    """Return the fields that the rule's selectors match, with the whole text of its body.

    `markup` is a page that parse_page has accepted, hence within its limits.
    """
    if rule == NO_RULE:
        return RuledArticle()
    page = BeautifulSoup(f"<!doctype html>{markup}", "lxml")
    for element in page.select(rule.remove) if rule.remove else ():
        element.decompose()
    return RuledArticle(
        paragraphs=tuple(_paragraphs(page, rule.body)),
        title=next(_values(page, rule.title), None),
        authors=tuple(_values(page, rule.authors)),
        published=next(_values(page, rule.published), None),
        section=next(_values(page, rule.section), None),
    )


def _paragraphs(page: BeautifulSoup, selector: str | None) -> Iterator[str]:
    """Yield the blocks of each selected element, those of nested ones only once."""
    selected = page.select(selector) if selector else []
    chosen = {id(element) for element in selected}
    for element in selected:
        if not any(id(parent) in chosen for parent in element.parents):
            yield from (block.text for block in read_blocks(parse_page(str(element))))


def _values(page: BeautifulSoup, selector: str | None) -> Iterator[str]:
    """Yield each element's machine-readable value, as of <time> and <meta>, or its text."""
    for element in page.select(selector) if selector else ():
        value = clean_line(_machine_value(element) or element.get_text(" "))
        if value:
            yield value


def _machine_value(element: Tag) -> str | None:
    for name in ("datetime", "content"):
        value = element.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None
