"""Store the items of a source: normalize each draft, compare it with the store, save it."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from archive.copies.clusters import admit_copy
from archive.copies.dedup import Decision, are_same_publication, decide, decide_capture
from archive.errors import UnreadableInputError
from archive.messages import Message, join_messages
from archive.model import Article, ItemOutcome, SourceItem
from archive.store.articles import ArticleStore, StoreTransaction
from archive.text.normalize import NormalizedDraft, format_utc, normalize_draft
from archive.text.zones import Zones
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
        drafts = [
            _normalize(item, store.zones) for item in batch
        ]  # slow, so before the store is locked
        with store.transaction() as transaction:
            outcomes = [
                _admit(item, draft, transaction) for item, draft in zip(batch, drafts, strict=True)
            ]
            if note is not None:
                note(transaction, outcomes)
        yield from outcomes


def _normalize(item: SourceItem, zones: Zones) -> NormalizedDraft | Message | None:
    """Return the draft, or the reason why there is none."""
    if item.draft is None:
        return item.problem
    try:
        draft = normalize_draft(item.draft, zones)
    except UnreadableInputError as exc:
        return exc.message
    # A capture that claims to be of the future is one of now.
    is_captured = draft.captured is not None and draft.captured <= format_utc(datetime.now(UTC))
    return draft if is_captured else replace(draft, captured=None)


def _admit(
    item: SourceItem, draft: NormalizedDraft | Message | None, transaction: StoreTransaction
) -> ItemOutcome:
    if not isinstance(draft, NormalizedDraft):
        return ItemOutcome(item.name, "rejected", reason=draft)
    same_address = transaction.find_by_address(draft.url) if draft.url else None
    same_text = None if same_address else _find_publication(draft, transaction)
    held = same_address or same_text
    decision = _decide(draft, same_address, same_text, transaction)
    reasons = [decision.reason, *draft.remarks]
    article_id = _carry_out(decision, draft, held, transaction)
    if decision.action in ("insert", "revise"):
        reasons.append(_keep_page(article_id, item, transaction))
    return ItemOutcome(item.name, decision.outcome, article_id, join_messages(*reasons))


def _find_publication(draft: NormalizedDraft, transaction: StoreTransaction) -> Article | None:
    """Return the oldest article with the draft's text that nothing tells apart from it."""
    for publication in transaction.publications(draft.content_hash, draft.title):
        if are_same_publication(draft, publication):
            return transaction.find(publication.id)
    return None


def _decide(
    draft: NormalizedDraft,
    same_address: Article | None,
    same_text: Article | None,
    transaction: StoreTransaction,
) -> Decision:
    held = same_address or same_text
    number = transaction.next_number(held) if held else 1
    if same_address and draft.captured:
        versions = transaction.versions(same_address)
        if draft.captured < versions[0].since:
            return decide_capture(draft, same_address, versions, number)
    return decide(draft, same_address, same_text, number)


def _carry_out(
    decision: Decision, draft: NormalizedDraft, held: Article | None, transaction: StoreTransaction
) -> int:
    """Do what was decided and return the article's id."""
    if held is None:
        return transaction.insert(draft)
    if decision.action == "revise":
        transaction.revise(held, draft)
    elif decision.action == "file":
        transaction.file_capture(held, draft)
    elif decision.action == "date":
        transaction.date_version(held, decision.number, draft.captured or "")
    return held.id


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
