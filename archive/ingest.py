"""From a source into the store: draft, normalise, decide, put."""

import time
from collections.abc import Iterable, Iterator

from archive.dedup import decide
from archive.errors import UnreadableInputError
from archive.model import ItemOutcome, SourceItem
from archive.normalize import NormalizedDraft, normalize_draft
from archive.store import ArticleStore, StoreTransaction

BATCH_ITEMS = 64
BATCH_SECONDS = 0.5


def ingest(items: Iterable[SourceItem], store: ArticleStore) -> Iterator[ItemOutcome]:
    """Put every item into the store; each outcome is given once it is on disk."""
    for batch in _batches(items):
        drafts = [_normalize(item) for item in batch]  # slow, so before the store is locked
        with store.transaction() as transaction:
            outcomes = [
                _admit(item, draft, transaction) for item, draft in zip(batch, drafts, strict=True)
            ]
        yield from outcomes


def _normalize(item: SourceItem) -> NormalizedDraft | str | None:
    """The draft, or why there is none."""
    if item.draft is None:
        return item.problem
    try:
        return normalize_draft(item.draft)
    except UnreadableInputError as exc:
        return str(exc)


def _admit(
    item: SourceItem, draft: NormalizedDraft | str | None, transaction: StoreTransaction
) -> ItemOutcome:
    if not isinstance(draft, NormalizedDraft):
        return ItemOutcome(item.name, "rejected", reason=draft)
    same_url = transaction.find_by_url(draft.url) if draft.url else None
    same_text = transaction.find_by_hash(draft.content_hash)
    decision = decide(draft, same_url, same_text)
    held = same_url or same_text
    if decision.action == "insert" or held is None:
        article_id = transaction.insert(draft)
    else:
        article_id = held.id
        if decision.action == "revise":
            transaction.revise(held, draft)
    reasons = [reason for reason in (decision.reason, *draft.remarks) if reason]
    return ItemOutcome(item.name, decision.outcome, article_id, "; ".join(reasons) or None)


def _batches(items: Iterable[SourceItem]) -> Iterator[list[SourceItem]]:
    """Runs of items small enough to be acknowledged soon, so that a slow source is not held up."""
    batch: list[SourceItem] = []
    due = time.monotonic() + BATCH_SECONDS
    for item in items:
        batch.append(item)
        if len(batch) >= BATCH_ITEMS or time.monotonic() >= due:
            yield batch
            batch = []
            due = time.monotonic() + BATCH_SECONDS
    if batch:
        yield batch
