"""Articles put into an engine without a store, and what it then finds."""

from typing import Any

import numpy as np

from archive.model import ArticleFilter
from indexer.engines.port import (
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    Retrieval,
    RetrievalRequest,
    SearchEngine,
)
from indexer.passages import article_of
from indexer.query import parse_query
from tests.support.fakes import FakeEmbedder

FINGERPRINT = Fingerprint("fake", "1", "1")
EMBEDDER = FakeEmbedder()


def indexed(article_id: int, text: str, **fields: Any) -> IndexedArticle:
    """An article with a passage for each paragraph, in French unless it says otherwise."""
    values = {"title": "", "source": "Agence", "language": "fr", "published": "2021-12-03"}
    vectors = EMBEDDER.encode_passages(text.split("\n\n")).astype(np.float16).astype(np.float32)
    return IndexedArticle(id=article_id, text=text, vectors=vectors, **(values | fields))


def put(
    engine: SearchEngine,
    *articles: IndexedArticle,
    seq: int = 1,
    deleted: tuple[int, ...] = (),
) -> None:
    engine.write(IndexBatch(FINGERPRINT, articles, deleted))
    engine.commit(seq)


def find(engine: SearchEngine, text: str, depth: int = 50, **wanted: Any) -> Retrieval:
    query = parse_query(text)
    vector = EMBEDDER.encode_query(query.meaning) if query.meaning else None
    return engine.retrieve(
        RetrievalRequest(query, vector, ArticleFilter(**wanted), depth, counted=True)
    )


def both(found: Retrieval) -> tuple[list[int], list[int]]:
    """The articles of both lists in their order."""
    dense = dict.fromkeys(article_of(hit.passage_id) for hit in found.dense)
    return [hit.article_id for hit in found.keyword], list(dense)
