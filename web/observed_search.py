"""The search that notes for the request what it was asked and how long it took."""

import time
from collections.abc import Callable, Sequence

from archive.store.articles import ArticleStore
from indexer.engines.port import SearchEngine, Vectors
from indexer.errors import IndexerError, QueryError
from indexer.models.embedding import Embedder
from indexer.query import Synonyms
from indexer.ranking.neighbours import Example
from indexer.ranking.request import MODES, SearchQuery
from indexer.ranking.reranking import Reranker
from indexer.ranking.result_page import SearchPage
from indexer.search import SearchService
from web.request_notes import Answer, SearchKind, SearchNote, note_search, time_stage


class TimedEmbedder:
    """The same embedder; its time is the request's stage "model"."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        return self._embedder.name

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        with time_stage("model"):
            return self._embedder.encode_passages(texts)

    def encode_query(self, text: str) -> Vectors:
        with time_stage("model"):
            return self._embedder.encode_query(text)

    def describe(self) -> dict[str, str]:
        return self._embedder.describe()


class TimedReranker:
    """The same reranker; its time is the request's stage "reranker"."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    @property
    def name(self) -> str:
        return self._reranker.name

    def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        with time_stage("reranker"):
            return self._reranker.score(query, passages)

    def describe(self) -> dict[str, str]:
        return self._reranker.describe()


class ObservedSearch(SearchService):
    """See `SearchService`, which answers."""

    def __init__(
        self,
        store: ArticleStore,
        engine: SearchEngine,
        embedder: Embedder,
        synonyms: Synonyms | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        timed = None if reranker is None else TimedReranker(reranker)
        super().__init__(store, engine, TimedEmbedder(embedder), synonyms, timed)

    def search(self, query: SearchQuery) -> SearchPage:
        answer = super().search
        return _observe("search", query, lambda: answer(query))

    def similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example] = ()
    ) -> SearchPage:
        answer = super().similar
        return _observe("similar", query, lambda: answer(like, query, unlike))


def _observe(kind: SearchKind, query: SearchQuery, find: Callable[[], SearchPage]) -> SearchPage:
    start = time.perf_counter()
    answer: Answer = "failed"
    results: int | None = None
    try:
        page = find()
        results = page.total
        answer = "found" if page.total else "nothing"
        return page
    except QueryError:
        answer = "refused"
        raise
    except IndexerError:
        answer = "unavailable"
        raise
    finally:
        mode = query.mode if query.mode in MODES else "other"
        seconds = time.perf_counter() - start
        note_search(SearchNote(kind, mode, answer, results, len(query.text.split()), seconds))
