"""Extract articles again from their kept pages with the current rules; nothing is fetched."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archive.copies.clusters import admit_copy
from archive.diff import changes_of
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

    An article whose page yields nothing is unchanged. Raise ArticleNotFoundError.
    """
    for article_id in article_ids:
        article, page = store.get(article_id), store.page_of(article_id)
        if page is None:
            yield _refuse(article, PAGE_NOT_KEPT())
            continue
        try:
            draft = normalize_draft(read_original(page, rules), store.zones)
        except UnreadableInputError as exc:
            yield _refuse(article, exc.message)
            continue
        with store.transaction() as transaction:
            outcome = _improve(article_id, draft, transaction)
        yield outcome


def _improve(article_id: int, draft: NormalizedDraft, transaction: StoreTransaction) -> ItemOutcome:
    article = transaction.find(article_id)
    if article is None:
        raise ArticleNotFoundError(REMOVED_MEANWHILE(article=article_id))
    draft = replace(draft, url=article.url or _free_url(draft, transaction))
    if not changes_of(article, draft):
        return ItemOutcome(article.headline, "unchanged", article.id)
    transaction.revise(article, draft)
    admit_copy(transaction.connection, article.id)
    return ItemOutcome(article.headline, "updated", article.id)


def _free_url(draft: NormalizedDraft, transaction: StoreTransaction) -> str | None:
    taken = draft.url is None or transaction.find_by_address(draft.url) is not None
    return None if taken else draft.url


def _refuse(article: Article, reason: Message) -> ItemOutcome:
    return ItemOutcome(article.headline, "rejected", article.id, reason)
