"""Articles that arrive through pages or API: read, stored, announced to the index."""

from collections.abc import Iterable, Mapping
from typing import Any

from archive.errors import UnreadableInputError
from archive.extraction.extract import extract_article
from archive.intake.ingest import ingest
from archive.messages import Message
from archive.model import ArticleDraft, ItemOutcome, SourceItem
from archive.sources import html, read_url
from archive.sources.options import ReadOptions
from archive.sources.shared.values import read_authors
from archive.text.normalize import clean_line, split_paragraphs
from web.context import WebContext
from web.request_state import note_outcomes
from web.wordings import NOT_A_WEB_ADDRESS

PASTED = "pasted text"


def add_items(context: WebContext, items: Iterable[SourceItem]) -> list[ItemOutcome]:
    """Each item's outcome, once it is durable; the index follows."""
    outcomes = list(ingest(items, context.services.store))
    note_outcomes(outcomes)
    if any(outcome.outcome in ("added", "updated") for outcome in outcomes):
        context.on_change()
    return outcomes


def remove_article(context: WebContext, article_id: int) -> None:
    """Raises ArticleNotFoundError."""
    with context.services.store.transaction() as transaction:
        transaction.delete(article_id)
    context.on_change()


def address_problem(address: str) -> Message | None:
    """Why nothing can be fetched from there, None where it can be tried."""
    if clean_line(address).startswith(("http://", "https://")):
        return None
    return NOT_A_WEB_ADDRESS()


def read_address(address: str, options: ReadOptions) -> list[SourceItem]:
    problem = address_problem(address)
    if problem:
        return [SourceItem(clean_line(address) or "address", problem=problem)]
    return list(read_url(clean_line(address), options))


def read_pasted(fields: Mapping[str, Any]) -> SourceItem:
    """Return the article of a form or JSON object. Its `text` is plain or a whole HTML page."""
    text = fields.get("text", "")
    name = clean_line(fields.get("title", "")) or PASTED
    try:
        page = html.recognizes(text.encode("utf-8", "replace"))
        return SourceItem(name, _from_html(text, fields) if page else _from_text(text, fields))
    except UnreadableInputError as exc:
        return SourceItem(name, problem=exc.message)


def _from_text(text: str, fields: Mapping[str, Any]) -> ArticleDraft:
    return ArticleDraft(
        title=fields.get("title", ""),
        paragraphs=split_paragraphs(text),
        source=fields.get("source") or None,
        authors=read_authors(fields.get("authors")),
        url=fields.get("url") or None,
        language=fields.get("language") or None,
        published=fields.get("published") or None,
    )


def _from_html(text: str, fields: Mapping[str, Any]) -> ArticleDraft:
    """Return the page's article, with the fields of the form in place of the page's own."""
    typed, page = _from_text("", fields), extract_article(text, fields.get("url") or None)
    return ArticleDraft(
        title=typed.title.strip() or page.title,
        paragraphs=page.paragraphs,
        source=typed.source or page.source,
        authors=typed.authors or page.authors,
        url=typed.url or page.url,
        language=typed.language or page.language,
        published=typed.published or page.published,
    )
