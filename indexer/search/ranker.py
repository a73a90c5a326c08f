"""The second step of a search: one ranking of articles from what was retrieved."""

import logging
from dataclasses import replace

from archive.store.articles import ArticleStore
from indexer.errors import ModelError
from indexer.models.reranker import Reranker
from indexer.query import Query, has_text_conditions
from indexer.ranking.merged_ranking import Ranking, append_rest, drop_distant, fuse
from indexer.ranking.request import SearchQuery
from indexer.ranking.reranking import RERANK_DEPTH, rerank, score_articles
from indexer.search.retriever import Retrieved

logger = logging.getLogger(__name__)


class Ranker:
    """Merges both lists and has the best articles reranked. Safe for many threads."""

    def __init__(self, store: ArticleStore, reranker: Reranker | None) -> None:
        self._store = store
        self._reranker = reranker

    def rank(
        self, retrieved: Retrieved, query: SearchQuery, parsed: Query, *, keep_distant: bool = False
    ) -> Ranking:
        """The merged ranking, its best reranked, without what is distant from the query.

        Nothing is dropped in modes of one list, which have nothing to judge the other by, or if
        articles meet conditions on the text, which makes them answers.
        """
        ranking = self.merge(retrieved, query)
        has_met_conditions = has_text_conditions(parsed) and not retrieved.is_relaxed
        if query.mode == "hybrid" and not has_met_conditions and not keep_distant:
            ranking = drop_distant(ranking)
        if any(found.rest for found in retrieved.retrievals):
            ranking = append_rest(ranking, self.merge(retrieved.with_rest(), query))
        return self._rerank(ranking, query, parsed)

    def merge(self, retrieved: Retrieved, query: SearchQuery) -> Ranking:
        """The merged ranking, whole."""
        ranking = fuse(
            retrieved.retrievals, query.fusion, retrieved.keyword_weight, retrieved.weights
        )
        return replace(
            ranking, is_relaxed=retrieved.is_relaxed, lacks_meaning=retrieved.lacks_meaning
        )

    def _rerank(self, ranking: Ranking, query: SearchQuery, parsed: Query) -> Ranking:
        """The ranking with its best in the reranker's order, if there is a reranker.

        Not in the mode "keyword", in which words alone decide, not by date, and not for fields
        alone, which leave nothing to read beside the passages.
        """
        is_needed = query.mode != "keyword" and query.sort == "relevance" and parsed.meaning.strip()
        if self._reranker is None or not is_needed:
            return ranking
        best = self._store.get_many(ranking.article_ids[:RERANK_DEPTH])
        try:
            return rerank(ranking, score_articles(self._reranker, parsed, best, ranking.hits))
        except ModelError as exc:
            logger.warning("the list is not reranked: %s", exc)
            return replace(ranking, lacks_reranking=True)
