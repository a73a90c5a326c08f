"""The second step of a search: one ranking of articles from what was retrieved."""

import logging
from dataclasses import replace

from archive.store.articles import ArticleStore
from indexer.errors import ModelError
from indexer.models.reranker import Reranker
from indexer.query import Query, has_text_conditions
from indexer.ranking.judging import MIN_HELD
from indexer.ranking.merged_ranking import (
    Ranking,
    append_rest,
    fuse,
    keep_answers,
    put_near_last,
    with_bounds,
)
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
        """The merged ranking, its best reranked, with what is merely near at its end.

        Articles that meet conditions on the text are answers however few words they hold, and so
        are those of a search by words alone.
        """
        has_met_conditions = has_text_conditions(parsed) and not retrieved.is_relaxed
        every_word_counts = has_met_conditions or query.mode == "keyword"
        ranking = with_bounds(
            self.merge(retrieved, query),
            len(parsed.meaning.split()),
            least_held=0.0 if every_word_counts else MIN_HELD,
        )
        ranking = self._rerank(ranking, query, parsed)
        if keep_distant:
            return ranking
        ranking = put_near_last(ranking)
        if any(found.rest for found in retrieved.retrievals):
            ranking = append_rest(ranking, self.merge(retrieved.with_rest(), query))
        return ranking if query.sort == "relevance" else keep_answers(ranking)

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
