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
    PassageVectors,
    SearchEngine,
    Vectors,
    check_fingerprint,
)
from indexer.kept_vectors import KeptVectors, keep_vectors
from indexer.lease import hold_lease
from indexer.models.embedding import Embedder
from indexer.passages import SPLITTER_VERSION, Passage, embedding_input, split_passages
from indexer.ranking.statistics import update_statistics

BATCH_ARTICLES = 512
COMMIT_ARTICLES = 2_000
COMMIT_SECONDS = 60.0
LOCK_TIMEOUT_SECONDS = 30.0

SplitArticle = tuple[Article, Sequence[Passage]]


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


def expected_fingerprint(embedder: Embedder, engine: SearchEngine) -> Fingerprint:
    """What an index of this model in this engine would be made with today."""
    versions = SPLITTER_VERSION, ANALYZER_VERSION, engine.name, engine.format
    return Fingerprint(embedder.name, *versions)


def sync(
    store: ArticleStore,
    engine: SearchEngine,
    embedder: Embedder,
    on_progress: Callable[[SyncProgress], None] = lambda progress: None,
    *,
    rebuild: bool = False,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> SyncReport:
    """Bring the engine up to the store's newest change, or with `rebuild` from nothing.

    A rebuild for another analyzer or format takes the vectors from the index as it is. Raises
    IndexLockedError, StaleIndexError, ModelError; what was committed until then stays.
    """
    with hold_lease(store.database.path.parent, lock_timeout_seconds):
        engine.rollback()
        fingerprint = expected_fingerprint(embedder, engine)
        if not rebuild:
            check_fingerprint(engine.fingerprint(), fingerprint)
            return _drain(store, engine, Preparer(store, embedder, fingerprint), on_progress)
        with keep_vectors(store, engine, fingerprint) as kept:
            engine.clear()
            preparer = Preparer(store, embedder, fingerprint, kept)
            return _drain(store, engine, preparer, on_progress)


def _drain(
    store: ArticleStore,
    engine: SearchEngine,
    preparer: "Preparer",
    on_progress: Callable[[SyncProgress], None],
) -> SyncReport:
    started = committed = time.monotonic()
    checkpoint = engine.checkpoint()
    total = store.count_changes_after(checkpoint)
    report, done, transaction = SyncReport(), 0, Transaction(engine)
    while changes := store.changes_after(checkpoint, BATCH_ARTICLES):
        batch = preparer.prepare(changes)
        transaction.write(batch)
        checkpoint, done = changes[-1].seq, done + len(changes)
        report = _add(report, batch)
        if transaction.articles >= COMMIT_ARTICLES or time.monotonic() - committed > COMMIT_SECONDS:
            transaction.commit(checkpoint)
            committed = time.monotonic()
        on_progress(SyncProgress(done, max(total, done)))
    if transaction.articles:
        transaction.commit(checkpoint)
    return replace(report, seconds=time.monotonic() - started)


class Transaction:
    """Writes to an engine and, with each commit, brings its language statistics up to date."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._written: dict[int, PassageVectors | None] = {}

    @property
    def articles(self) -> int:
        """How many articles were written or deleted since the last commit."""
        return len(self._written)

    def write(self, batch: IndexBatch) -> None:
        self._engine.write(batch)
        self._written |= {a.id: PassageVectors(a.language, a.vectors) for a in batch.articles}
        self._written |= dict.fromkeys(batch.deleted_ids)

    def commit(self, checkpoint: int) -> None:
        gone = self._engine.vectors(self._written).values()
        new = [own for own in self._written.values() if own is not None]
        self._engine.commit(checkpoint, update_statistics(self._engine.statistics(), gone, new))
        self._written.clear()


class Preparer:
    """Makes batches for an engine from changes in the store."""

    def __init__(
        self,
        store: ArticleStore,
        embedder: Embedder,
        fingerprint: Fingerprint,
        kept: KeptVectors | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._fingerprint = fingerprint
        self._kept = kept

    def prepare(self, changes: Sequence[Change]) -> IndexBatch:
        articles = _read_sound(self._store, [change.article_id for change in changes])
        vectors = self._find_vectors([(article, split_passages(article)) for article in articles])
        return IndexBatch(
            fingerprint=self._fingerprint,
            articles=tuple(_index_article(article, vectors[article.id]) for article in articles),
            deleted_ids=tuple(c.article_id for c in changes if c.article_id not in vectors),
        )

    def _find_vectors(self, split: Sequence[SplitArticle]) -> dict[int, Vectors]:
        if self._kept is None:
            return self._encode(split)
        kept = {article.id: self._kept.get(article.id, len(own)) for article, own in split}
        found = {i: vectors for i, vectors in kept.items() if vectors is not None}
        return found | self._encode([pair for pair in split if pair[0].id not in found])

    def _encode(self, split: Sequence[SplitArticle]) -> dict[int, Vectors]:
        """All passages of the batch in one call of the model, rounded to half precision."""
        inputs = [embedding_input(article.title, p) for article, own in split for p in own]
        encoded = self._embedder.encode_passages(inputs) if inputs else np.empty((0, 0), np.float32)
        vectors = encoded.astype(np.float16).astype(np.float32)
        ends = np.cumsum([len(own) for _, own in split], dtype=int).tolist()
        return {
            article.id: vectors[end - len(own) : end]
            for (article, own), end in zip(split, ends, strict=True)
        }


def _read_sound(store: ArticleStore, article_ids: list[int]) -> list[Article]:
    """Those that exist and are as they were stored: one that is damaged hides no other."""
    try:
        return store.get_many(article_ids)
    except DamagedRowError:
        if len(article_ids) == 1:
            return []
        half = len(article_ids) // 2
        return _read_sound(store, article_ids[:half]) + _read_sound(store, article_ids[half:])


def _index_article(article: Article, vectors: Vectors) -> IndexedArticle:
    return IndexedArticle(
        id=article.id,
        title=article.title,
        text=article.text,
        source=article.source,
        language=article.language,
        published=article.published,
        vectors=vectors,
        authors=article.authors,
        section=article.section,
        published_offset=article.published_offset,
    )


def _add(report: SyncReport, batch: IndexBatch) -> SyncReport:
    return SyncReport(
        indexed=report.indexed + len(batch.articles),
        removed=report.removed + len(batch.deleted_ids),
        passages=report.passages + sum(len(article.vectors) for article in batch.articles),
    )
