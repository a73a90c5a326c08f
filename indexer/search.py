"""One search for page, API, command line and evaluation, so that all rank alike."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.assist.spelling import suggest_query
from indexer.attribution import settle_filter, tag_lookup
from indexer.engines.port import (
    Retrieval,
    RetrievalRequest,
    SearchEngine,
    Vectors,
    check_fingerprint,
)
from indexer.errors import ModelError, QueryError
from indexer.models.embedding import Embedder
from indexer.passages import Passage, article_of, ordinal_of, split_passages
from indexer.query import (
    Query,
    Synonyms,
    bundled_synonyms,
    parse_query,
    plain_query,
    relax,
    settle_tags,
)
from indexer.ranking.neighbours import Example, compare, is_like_a_query
from indexer.ranking.ranking import Ranking, drop_distant, fuse
from indexer.ranking.request import SearchQuery
from indexer.ranking.reranking import RERANK_DEPTH, Reranker, rerank, score_articles
from indexer.ranking.result_page import ResultPages, SearchPage
from indexer.ranking.sentences import mark_sentences
from indexer.ranking.statistics import with_spreads
from indexer.sync import expected_fingerprint

logger = logging.getLogger(__name__)

DEPTH = 200
SIMILAR_KEYWORD_WEIGHT = 0.1
# One list alone knows no balance.
SINGLE_LIST_WEIGHTS = {"keyword": 1.0, "semantic": 0.0}
# Turning the pages of a list, or explaining it, asks the model no second time.
QUERIES_REMEMBERED = 256
NO_WORDS = Query(meaning="", words=())
PHRASE_NOT_FOUND = "No article meets all that was asked; these results hold some of its words."
RERANKING_UNAVAILABLE = "Reranking is unavailable; these results stand in the order of both lists."
SEMANTIC_UNAVAILABLE = "Search by meaning is unavailable; these results match by words only."


class SearchService:
    """Answers from one engine and one store. Safe for many threads."""

    def __init__(
        self,
        store: ArticleStore,
        engine: SearchEngine,
        embedder: Embedder,
        synonyms: Synonyms | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._store = store
        self._pages = ResultPages(store)
        self._engine = engine
        self._embedder = embedder
        self._reranker = reranker
        self._encode_query = lru_cache(QUERIES_REMEMBERED)(embedder.encode_query)
        self._synonyms = synonyms or bundled_synonyms()

    def understand(self, text: str) -> Query:
        """The query with its acronyms, authors and sections looked up. Raises QueryError."""
        parsed = parse_query(text, self._synonyms)
        return settle_tags(parsed, tag_lookup(self._store.database))

    def search(self, query: SearchQuery) -> SearchPage:
        """Raises QueryError and StaleIndexError."""
        parsed = self.understand(query.text)
        ranking, notices = self._rank(query, parsed)
        # What was demanded of the text is met, and meaning alone has no words to be judged beside.
        relaxed = PHRASE_NOT_FOUND in notices
        if query.mode == "hybrid" and (relaxed or relax(parsed) == parsed):
            ranking = drop_distant(ranking)
        ranking, failures = self._rerank(ranking, query, parsed)
        page = self._pages.cut(ranking, query, parsed, (*notices, *failures))
        meant = suggest_query(parsed, self._engine, self._store)
        page = replace(page, did_you_mean=meant)
        return self._explain(page, query, parsed) if query.explain else page

    def rank(self, query: SearchQuery, parsed: Query) -> tuple[Ranking, tuple[str, ...]]:
        """The whole list for a query, its best reranked, and what went wrong.

        One call of the model, one of the engine.
        """
        ranking, notices = self._rank(query, parsed)
        ranking, failures = self._rerank(ranking, query, parsed)
        return ranking, (*notices, *failures)

    def similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example] = ()
    ) -> SearchPage:
        """Articles near to the examples, their own left out. Raises QueryError."""
        return self._pages.cut(self.rank_similar(like, query, unlike), query, NO_WORDS)

    def rank_similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example] = ()
    ) -> Ranking:
        """The whole list of articles near to the examples, by how near the best passage of an
        article is to each passage of theirs. Raises QueryError."""
        compared = compare(like, unlike)
        words = plain_query(compared.words)
        if not unlike and is_like_a_query(like):
            vector = None if query.mode == "keyword" else self._encode_query(words.meaning)
            return self._merge(self._settle(query), words, vector)
        left_out = (*query.filter.excluded_ids, *compared.own_ids)
        query = self._settle(replace(query, filter=replace(query.filter, excluded_ids=left_out)))
        weight = SINGLE_LIST_WEIGHTS.get(query.mode, SIMILAR_KEYWORD_WEIGHT)
        if weight == 1:
            request = RetrievalRequest(words, None, query.filter, DEPTH)
            return fuse([self._retrieve(request)], query.fusion, weight)
        found = [
            self._retrieve(
                RetrievalRequest(
                    words if weight and not place else None, vector, query.filter, DEPTH
                )
            )
            for place, vector in enumerate(self._embedder.encode_passages(compared.inputs))
        ]
        return fuse(found, query.fusion, weight, compared.weights)

    def find_passage(self, passage_id: int) -> tuple[Article, Passage]:
        """Raises ArticleNotFoundError, and QueryError where the article has no such passage."""
        article = self._store.get(article_of(passage_id))
        passages = split_passages(article)
        if ordinal_of(passage_id) >= len(passages):
            raise QueryError(f"article {article.id} has no passage {ordinal_of(passage_id)}")
        return article, passages[ordinal_of(passage_id)]

    def _rank(self, query: SearchQuery, parsed: Query) -> tuple[Ranking, tuple[str, ...]]:
        """Where no article meets what is demanded of the text, its words are searched alone."""
        query = self._settle(query)
        vector, notices = self._encode(query, parsed)
        ranking = self._merge(query, parsed, vector)
        relaxed = relax(parsed)
        if not ranking.article_ids and relaxed.words and relaxed != parsed:
            ranking = self._merge(query, relaxed, vector)
            notices = (*notices, PHRASE_NOT_FOUND)
        return ranking, (*parsed.notices, *notices)

    def _rerank(
        self, ranking: Ranking, query: SearchQuery, parsed: Query
    ) -> tuple[Ranking, tuple[str, ...]]:
        """The ranking with its best in the reranker's order, where there is one.

        Not in the mode "keyword", which promises that words alone decide, nor by date, nor where
        fields alone are asked for and nothing is there to be read beside the passages.
        """
        unasked = query.mode == "keyword" or query.sort != "relevance" or not parsed.meaning.strip()
        if self._reranker is None or unasked:
            return ranking, ()
        best = self._store.get_many(ranking.article_ids[:RERANK_DEPTH])
        try:
            scores = score_articles(self._reranker, parsed, best, ranking.hits)
        except ModelError as exc:
            logger.warning("the list is not reranked: %s", exc)
            return ranking, (RERANKING_UNAVAILABLE,)
        return rerank(ranking, scores), ()

    def _explain(self, page: SearchPage, query: SearchQuery, parsed: Query) -> SearchPage:
        found = [result.article.id for result in page.results if result.keyword]
        gains = self._engine.explain(parsed, found)
        explained = (replace(r, gains=gains.get(r.article.id, ())) for r in page.results)
        page = replace(page, results=tuple(explained))
        vector, _ = self._encode(query, parsed)
        try:
            return page if vector is None else mark_sentences(page, vector, self._embedder)
        except ModelError as exc:
            logger.warning("no sentence is marked: %s", exc)
            return page

    def _settle(self, query: SearchQuery) -> SearchQuery:
        """The query checked, its filter in terms an engine knows."""
        query.check()
        return replace(query, filter=settle_filter(query.filter, self._store))

    def _encode(self, query: SearchQuery, parsed: Query) -> tuple[Vectors | None, tuple[str, ...]]:
        if query.mode == "keyword" or not parsed.meaning.strip():
            return None, ()
        try:
            return self._encode_query(parsed.meaning), ()
        except ModelError as exc:
            if query.mode == "semantic":
                raise
            logger.warning("keyword search alone: %s", exc)
            return None, (SEMANTIC_UNAVAILABLE,)

    def _merge(self, query: SearchQuery, parsed: Query, vector: Vectors | None) -> Ranking:
        request = RetrievalRequest(
            keyword=parsed if query.mode != "semantic" else replace(parsed, words=()),
            vector=vector,
            filter=query.filter,
            depth=DEPTH,
        )
        weight = SINGLE_LIST_WEIGHTS.get(query.mode, query.keyword_weight)
        return fuse([self._retrieve(request)], query.fusion, 1.0 if vector is None else weight)

    def _retrieve(self, request: RetrievalRequest) -> Retrieval:
        expected = expected_fingerprint(self._embedder, self._engine)
        check_fingerprint(self._engine.fingerprint(), expected)
        return with_spreads(self._engine.retrieve(request), request.vector)
