"""Read kept pages again with today's extraction; nothing is fetched."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archive.copies.clusters import admit_copy
from archive.errors import ArticleNotFoundError, UnreadableInputError
from archive.extraction.extract import read_original
from archive.extraction.site_rules import SiteRules
from archive.messages import Message
from archive.model import Article, ItemOutcome
from archive.store.articles import ArticleStore, StoreTransaction
from archive.text.normalize import NormalizedDraft, normalize_draft
from archive.wordings import PAGE_NOT_KEPT, REMOVED_MEANWHILE


def reextract(
    article_ids: Iterable[int], store: ArticleStore, rules: SiteRules
) -> Iterator[ItemOutcome]:
    """Improve articles from their kept pages; a changed text becomes the next version.

    An article whose page now gives nothing stays as it is. Raises ArticleNotFoundError.
    """
    for article_id in article_ids:
        held, page = store.get(article_id), store.page_of(article_id)
        if page is None:
            yield _refuse(held, PAGE_NOT_KEPT())
            continue
        try:
            draft = normalize_draft(read_original(page, rules))
        except UnreadableInputError as exc:
            yield _refuse(held, exc.message)
            continue
        with store.transaction() as transaction:
            outcome = _improve(article_id, draft, transaction)
        yield outcome


def _improve(article_id: int, draft: NormalizedDraft, transaction: StoreTransaction) -> ItemOutcome:
    held = transaction.find(article_id)
    if held is None:
        raise ArticleNotFoundError(REMOVED_MEANWHILE(article=article_id))
    draft = replace(draft, url=held.url or _free_url(draft, transaction))
    if not _says_more(held, draft):
        return ItemOutcome(held.headline, "unchanged", held.id)
    transaction.revise(held, draft)
    admit_copy(transaction.connection, held.id)
    return ItemOutcome(held.headline, "updated", held.id)


def _free_url(draft: NormalizedDraft, transaction: StoreTransaction) -> str | None:
    taken = draft.url is None or transaction.find_by_url(draft.url) is not None
    return None if taken else draft.url


def _says_more(held: Article, draft: NormalizedDraft) -> bool:
    fields = ("source", "authors", "url", "published", "modified", "section", "paywalled")
    said = {name: value for name in fields if (value := getattr(draft, name))}
    same_text = (held.title, held.paragraphs) == (draft.title, draft.paragraphs)
    return not same_text or any(getattr(held, name) != value for name, value in said.items())


def _refuse(held: Article, reason: Message) -> ItemOutcome:
    return ItemOutcome(held.headline, "rejected", held.id, reason)
