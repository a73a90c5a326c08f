"""Store the items of a source: normalize each draft, compare it with the store, save it."""

import time
from collections.abc import Callable, Iterable, Iterator

from archive.copies.clusters import admit_copy
from archive.copies.dedup import decide
from archive.errors import UnreadableInputError
from archive.messages import Message, join_messages
from archive.model import ItemOutcome, SourceItem
from archive.store.articles import ArticleStore, StoreTransaction
from archive.text.normalize import NormalizedDraft, normalize_draft
from archive.wordings import WIRE_COPY

BATCH_ITEMS = 64
BATCH_SECONDS = 0.5
BATCH_PAGE_BYTES = 16_000_000

# Called in the transaction of each batch, so that its notes and the articles are saved together.
Note = Callable[[StoreTransaction, list[ItemOutcome]], object]


def ingest(
    items: Iterable[SourceItem], store: ArticleStore, note: Note | None = None
) -> Iterator[ItemOutcome]:
    """Store every item; yield each outcome once it is on disk."""
    for batch in _batches(items):
        drafts = [_normalize(item) for item in batch]  # slow, so before the store is locked
        with store.transaction() as transaction:
            outcomes = [
                _admit(item, draft, transaction) for item, draft in zip(batch, drafts, strict=True)
            ]
            if note is not None:
                note(transaction, outcomes)
        yield from outcomes


def _normalize(item: SourceItem) -> NormalizedDraft | Message | None:
    """Return the draft, or the reason why there is none."""
    if item.draft is None:
        return item.problem
    try:
        return normalize_draft(item.draft)
    except UnreadableInputError as exc:
        return exc.message


def _admit(
    item: SourceItem, draft: NormalizedDraft | Message | None, transaction: StoreTransaction
) -> ItemOutcome:
    if not isinstance(draft, NormalizedDraft):
        return ItemOutcome(item.name, "rejected", reason=draft)
    same_url = transaction.find_by_url(draft.url) if draft.url else None
    same_text = transaction.find_by_hash(draft.content_hash)
    decision = decide(draft, same_url, same_text)
    existing = same_url or same_text
    reasons = [decision.reason, *draft.remarks]
    if decision.action == "insert" or existing is None:
        article_id = transaction.insert(draft)
    else:
        article_id = existing.id
        if decision.action == "revise":
            transaction.revise(existing, draft)
    if decision.action != "keep":
        reasons.append(_keep_page(article_id, item, transaction))
    return ItemOutcome(item.name, decision.outcome, article_id, join_messages(*reasons))


def _keep_page(article_id: int, item: SourceItem, transaction: StoreTransaction) -> Message | None:
    """Keep the page of a new text and return a remark if the text is a wire copy."""
    if item.page is not None:
        transaction.keep_page(article_id, item.page)
    original = admit_copy(transaction.connection, article_id)
    return WIRE_COPY(article=original) if original else None


def _batches(items: Iterable[SourceItem]) -> Iterator[list[SourceItem]]:
    """Yield batches of resolved items, small enough to report soon and to fit into memory."""
    batch: list[SourceItem] = []
    due, page_bytes = time.monotonic() + BATCH_SECONDS, 0
    for item in items:
        batch.append(item.resolve())
        page_bytes += len(item.page.data) if item.page else 0
        full = len(batch) >= BATCH_ITEMS or page_bytes >= BATCH_PAGE_BYTES
        if full or time.monotonic() >= due:
            yield batch
            batch, page_bytes = [], 0
            due = time.monotonic() + BATCH_SECONDS
    if batch:
        yield batch
