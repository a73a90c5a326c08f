"""From the store's changes into an engine, from its checkpoint on."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from archive.errors import DamagedRowError
from archive.model import Article, Change
from archive.store.articles import ArticleStore
from indexer.analysis import ANALYZER_VERSION
from indexer.engines.port import (
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    SearchEngine,
    Vectors,
    check_fingerprint,
)
from indexer.lease import hold_lease
from indexer.models.embedding import Embedder
from indexer.passages import SPLITTER_VERSION, embedding_input, split_passages

BATCH_ARTICLES = 512
COMMIT_ARTICLES = 2_000
COMMIT_SECONDS = 60.0
LOCK_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run brought into the engine."""

    indexed: int = 0
    removed: int = 0
    passages: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a run has come, in changes."""

    done: int
    total: int


def expected_fingerprint(embedder: Embedder) -> Fingerprint:
    return Fingerprint(embedder.name, SPLITTER_VERSION, ANALYZER_VERSION)


def sync(
    store: ArticleStore,
    engine: SearchEngine,
    embedder: Embedder,
    on_progress: Callable[[SyncProgress], None] = lambda progress: None,
    *,
    rebuild: bool = False,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> SyncReport:
    """Bring the engine up to the store's newest change, or from nothing where `rebuild`.

    Raises IndexLockedError, StaleIndexError, ModelError; what was committed until then stays.
    """
    with hold_lease(store.database.path.parent, lock_timeout_seconds):
        engine.rollback()
        if rebuild:
            engine.clear()
        check_fingerprint(engine.fingerprint(), expected_fingerprint(embedder))
        return _drain(store, engine, embedder, on_progress)


def _drain(
    store: ArticleStore,
    engine: SearchEngine,
    embedder: Embedder,
    on_progress: Callable[[SyncProgress], None],
) -> SyncReport:
    started = committed = time.monotonic()
    checkpoint = engine.checkpoint()
    total = store.count_changes_after(checkpoint)
    report, done, uncommitted = SyncReport(), 0, 0
    while changes := store.changes_after(checkpoint, BATCH_ARTICLES):
        batch = _prepare(store, embedder, changes)
        engine.write(batch)
        checkpoint = changes[-1].seq
        done, uncommitted = done + len(changes), uncommitted + len(changes)
        report = _add(report, batch)
        if uncommitted >= COMMIT_ARTICLES or time.monotonic() - committed > COMMIT_SECONDS:
            engine.commit(checkpoint)
            committed, uncommitted = time.monotonic(), 0
        on_progress(SyncProgress(done, max(total, done)))
    if uncommitted:
        engine.commit(checkpoint)
    return replace(report, seconds=time.monotonic() - started)


def _prepare(store: ArticleStore, embedder: Embedder, changes: Sequence[Change]) -> IndexBatch:
    articles = _read_sound(store, [change.article_id for change in changes])
    found = {article.id for article in articles}
    return IndexBatch(
        fingerprint=expected_fingerprint(embedder),
        articles=_index_articles(articles, embedder),
        deleted_ids=tuple(c.article_id for c in changes if c.article_id not in found),
    )


def _read_sound(store: ArticleStore, article_ids: list[int]) -> list[Article]:
    """Those that exist and are as they were stored: one that is damaged hides no other."""
    try:
        return store.get_many(article_ids)
    except DamagedRowError:
        if len(article_ids) == 1:
            return []
        half = len(article_ids) // 2
        return _read_sound(store, article_ids[:half]) + _read_sound(store, article_ids[half:])


def _index_articles(articles: list[Article], embedder: Embedder) -> tuple[IndexedArticle, ...]:
    """All passages of the batch in one call of the model."""
    passages = [split_passages(article) for article in articles]
    inputs = [
        embedding_input(article.title, passage)
        for article, own in zip(articles, passages, strict=True)
        for passage in own
    ]
    vectors = embedder.encode_passages(inputs) if inputs else np.empty((0, 0), np.float32)
    ends = np.cumsum([len(own) for own in passages])
    return tuple(
        _index_article(article, vectors[end - len(own) : end])
        for article, own, end in zip(articles, passages, ends, strict=True)
    )


def _index_article(article: Article, vectors: Vectors) -> IndexedArticle:
    return IndexedArticle(
        id=article.id,
        title=article.title,
        text=article.text,
        source=article.source,
        language=article.language,
        published=article.published,
        vectors=vectors,
    )


def _add(report: SyncReport, batch: IndexBatch) -> SyncReport:
    return SyncReport(
        indexed=report.indexed + len(batch.articles),
        removed=report.removed + len(batch.deleted_ids),
        passages=report.passages + sum(len(article.vectors) for article in batch.articles),
    )
