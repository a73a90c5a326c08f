"""The one search that pages, API, command line and evaluation share, so that all rank alike."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, TypeAlias

from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.attribution import tag_lookup
from indexer.engines.port import SearchEngine
from indexer.errors import EngineUnreachableError, QueryError
from indexer.models.embedding import Embedder
from indexer.models.reranker import Reranker
from indexer.passages import Passage, article_of, ordinal_of, split_passages
from indexer.query import Query, Synonyms, bundled_synonyms, parse_query, resolve_tags
from indexer.ranking.merged_ranking import Ranking, keep_similar
from indexer.ranking.neighbours import Example
from indexer.ranking.request import SearchQuery
from indexer.ranking.result_page import SearchPage, SearchResult, SearchStream
from indexer.search.pager import Pager
from indexer.search.ranker import Ranker
from indexer.search.retriever import Retriever
from indexer.wordings import ENGINE_UNREACHABLE, NO_SUCH_PASSAGE

SearchKind = Literal["search", "similar"]
# Returns what the function returns, and may note how long that took.
Observer: TypeAlias = Callable[[SearchKind, SearchQuery, Callable[[], SearchPage]], SearchPage]

logger = logging.getLogger(__name__)

NO_WORDS = Query(meaning="", words=())


def answer_unobserved(
    _kind: SearchKind, _query: SearchQuery, answer: Callable[[], SearchPage]
) -> SearchPage:
    """The observer that notes nothing."""
    return answer()


class SearchService:
    """Answers from one engine and one store. Safe for many threads."""

    def __init__(
        self,
        store: ArticleStore,
        engine: SearchEngine,
        embedder: Embedder,
        synonyms: Synonyms | None = None,
        reranker: Reranker | None = None,
        observe: Observer = answer_unobserved,
    ) -> None:
        self._store = store
        self._synonyms = synonyms or bundled_synonyms()
        self._retriever = Retriever(store, engine, embedder)
        self._ranker = Ranker(store, reranker)
        self._pager = Pager(store, engine, embedder, self._retriever)
        self._observe = observe

    def understand(self, text: str) -> Query:
        """The query with its acronyms and tags looked up. Raises QueryError."""
        parsed = parse_query(text, self._synonyms)
        return resolve_tags(parsed, tag_lookup(self._store.database))

    def search(self, query: SearchQuery) -> SearchPage:
        """One call of the model, one of the engine. Raises QueryError and StaleIndexError."""
        return self._observe("search", query, lambda: _answer(query, partial(self._search, query)))

    def stream(self, query: SearchQuery) -> SearchStream:
        """The same, with results that are read as they are taken. Raises as `search` does."""
        results: Iterator[SearchResult] = iter(())

        def find() -> SearchPage:
            nonlocal results
            parsed = self.understand(query.text)
            ranking = self._ranker.rank(self._retriever.retrieve(query, parsed), query, parsed)
            found = self._pager.stream(ranking, query, parsed)
            results = found.results
            return found.page

        page = self._observe("search", query, lambda: _answer(query, find))
        return SearchStream(page, results)

    def similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example] = ()
    ) -> SearchPage:
        """Articles near the examples, without their own. Raises QueryError."""
        return self._observe(
            "similar", query, lambda: _answer(query, partial(self._similar, like, query, unlike))
        )

    def rank(self, query: SearchQuery, parsed: Query) -> Ranking:
        """The whole ranking for a query, its best reranked, with distant articles."""
        retrieved = self._retriever.retrieve(query, parsed)
        return self._ranker.rank(retrieved, query, parsed, keep_distant=True)

    def rank_similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example] = ()
    ) -> Ranking:
        """The whole ranking of articles near the examples, by how near the best passage of an
        article is to each of their passages. Raises QueryError."""
        return self._ranker.merge(self._retriever.retrieve_similar(like, query, unlike), query)

    def find_passage(self, passage_id: int) -> tuple[Article, Passage]:
        """Raises ArticleNotFoundError, and QueryError if the article has no such passage."""
        article = self._store.get(article_of(passage_id))
        passages = split_passages(article)
        if ordinal_of(passage_id) >= len(passages):
            missing = {"article": article.id, "passage": ordinal_of(passage_id)}
            raise QueryError(NO_SUCH_PASSAGE(**missing))
        return article, passages[ordinal_of(passage_id)]

    def _search(self, query: SearchQuery) -> SearchPage:
        parsed = self.understand(query.text)
        retrieved = self._retriever.retrieve(query, parsed)
        ranking = self._ranker.rank(retrieved, query, parsed)
        return self._pager.page(ranking, query, parsed)

    def _similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example]
    ) -> SearchPage:
        ranking = keep_similar(self.rank_similar(like, query, unlike))
        return self._pager.cut(ranking, query, NO_WORDS)


def _answer(query: SearchQuery, find: Callable[[], SearchPage]) -> SearchPage:
    """What is found, or an empty page which says that the engine cannot be reached."""
    try:
        return find()
    except EngineUnreachableError as exc:
        logger.warning("%s", exc)
        notice = ENGINE_UNREACHABLE(reason=exc.message)
        return SearchPage((), 0, query.page, query.page_size, (notice,))
