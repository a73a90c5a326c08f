"""Vectors of an index that is about to be rebuilt, so that the model need not make them again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np

from archive.store.articles import ArticleStore
from indexer.engines.port import Fingerprint, SearchEngine, Vectors
from indexer.errors import IndexerError

BATCH_ARTICLES = 512
ALL_CHANGES = 1 << 62


class KeptVectors:
    """Vectors by article, in a file: those of a million passages take 800 MB."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[int, tuple[int, int, int]] = {}

    def add(self, article_id: int, vectors: Vectors) -> None:
        """Keep the vectors (passages, d), whose values are exact in half precision."""
        rows, width = vectors.shape
        self._places[article_id] = (self._file.tell(), rows, width)
        self._file.write(vectors.astype(np.float16).tobytes())

    def get(self, article_id: int, passages: int) -> Vectors | None:
        """None unless exactly so many vectors of the article are kept."""
        start, rows, width = self._places.get(article_id, (0, 0, 0))
        if not rows or rows != passages:
            return None
        self._file.seek(start)
        content = self._file.read(rows * width * np.dtype(np.float16).itemsize)
        return np.frombuffer(content, np.float16).reshape(rows, width).astype(np.float32)


@contextmanager
def keep_vectors(
    store: ArticleStore, engine: SearchEngine, expected: Fingerprint
) -> Iterator[KeptVectors]:
    """What the index holds of articles as they are now, if another analyzer or format is all that
    keeps it from being as expected; else nothing."""
    with TemporaryFile(dir=store.database.path.parent) as file:
        kept = KeptVectors(file)
        with suppress(IndexerError):  # a damaged index may hold some; the model makes the others
            if _may_keep(store, engine, expected):
                _keep_unchanged(store, engine, kept)
        yield kept


def _may_keep(store: ArticleStore, engine: SearchEngine, expected: Fingerprint) -> bool:
    made_by = engine.fingerprint()
    if made_by is None or made_by == expected or engine.checkpoint() > store.last_seq():
        return False
    return (made_by.model, made_by.splitter) == (expected.model, expected.splitter)


def _keep_unchanged(store: ArticleStore, engine: SearchEngine, kept: KeptVectors) -> None:
    changed = {c.article_id for c in store.changes_after(engine.checkpoint(), ALL_CHANGES)}
    ids = [article_id for article_id in engine.article_ids() if article_id not in changed]
    for start in range(0, len(ids), BATCH_ARTICLES):
        for article_id, own in engine.vectors(ids[start : start + BATCH_ARTICLES]).items():
            kept.add(article_id, own.vectors)
