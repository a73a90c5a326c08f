"""The search that notes for each request what was asked and how long it took."""

import time
from collections.abc import Callable
from typing import TypeVar

from archive.store.articles import ArticleStore
from indexer.engines.port import SearchEngine
from indexer.errors import IndexerError, QueryError
from indexer.models.embedding import Embedder
from indexer.models.reranker import Reranker
from indexer.models.wrapping import ModelCall, WrappedEmbedder, WrappedReranker
from indexer.query import Synonyms
from indexer.ranking.request import MODES, SearchQuery
from indexer.ranking.result_page import SearchPage
from indexer.search import SearchService
from web.request_state import Answer, SearchKind, SearchNote, note_search, time_stage

Input = TypeVar("Input")
Output = TypeVar("Output")


def make_search(
    store: ArticleStore,
    engine: SearchEngine,
    embedder: Embedder,
    synonyms: Synonyms,
    reranker: Reranker | None,
) -> SearchService:
    """A search whose models are timed as stages of the request."""
    timed = WrappedEmbedder(embedder, time_as("model"))
    timed_reranker = reranker and WrappedReranker(reranker, time_as("reranker"))
    return SearchService(store, engine, timed, synonyms, timed_reranker, observe)


def time_as(stage: str) -> ModelCall:
    """Calls whose time is added to a stage of the request."""

    def call(function: Callable[[Input], Output], given: Input) -> Output:
        with time_stage(stage):
            return function(given)

    return call


def observe(kind: SearchKind, query: SearchQuery, find: Callable[[], SearchPage]) -> SearchPage:
    """Return what is found, and note the search for the request."""
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
