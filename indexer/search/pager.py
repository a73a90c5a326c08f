"""The third step of a search: the page that is shown, from a whole ranking."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from archive.copies.clusters import Cluster, ClusterStore
from archive.messages import Message
from archive.model import Article
from archive.stats.facets import ArticleFacts, Facets, FacetStore, add_frequencies
from archive.stats.histogram import make_day_histogram
from archive.store.articles import ArticleStore
from indexer.assist.spelling import suggest_query
from indexer.engines.port import Counts, SearchEngine
from indexer.errors import ModelError
from indexer.models.embedding import Embedder
from indexer.query import Query
from indexer.ranking.listing import make_listing
from indexer.ranking.merged_ranking import Ranking
from indexer.ranking.reasons import best_passages
from indexer.ranking.request import SearchQuery
from indexer.ranking.result_page import SearchPage, SearchResult, SearchStream
from indexer.ranking.sentences import mark_sentences
from indexer.search.retriever import Retriever
from indexer.wordings import DEMANDS_UNMET, LIST_CUT, MEANING_UNAVAILABLE, RERANKING_UNAVAILABLE

FactsById: TypeAlias = Mapping[int, ArticleFacts]

# Articles whose texts are in memory at once while a list is written.
STREAMED_AT_ONCE = 100

logger = logging.getLogger(__name__)


class Pager:
    """Makes pages from whole rankings. Safe for many threads."""

    def __init__(
        self, store: ArticleStore, engine: SearchEngine, embedder: Embedder, retriever: Retriever
    ) -> None:
        self._store = store
        self._engine = engine
        self._embedder = embedder
        self._retriever = retriever
        self._facets = FacetStore(store.database)
        self._clusters = ClusterStore(store.database)

    def page(self, ranking: Ranking, query: SearchQuery, parsed: Query) -> SearchPage:
        """The page a query asks for, with a corrected query, and explained if that is wanted."""
        page = self.cut(ranking, query, parsed)
        page = replace(page, did_you_mean=suggest_query(parsed, self._engine, self._store))
        return self._explain(page, query, parsed) if query.explain else page

    def cut(self, ranking: Ranking, query: SearchQuery, parsed: Query) -> SearchPage:
        """The page alone; its order and totals are the same for every page of the list."""
        shown, facts = self._list(ranking, query)
        results = tuple(self._results(query.cut_page(shown), facts, ranking, parsed))
        page = SearchPage(
            results, len(shown), query.page, query.page_size, make_notices(parsed, ranking)
        )
        near = sum(ranking.match(article) == "near" for article in shown)
        return self._count(replace(page, near=near), shown, ranking, query.with_facets)

    def stream(self, ranking: Ranking, query: SearchQuery, parsed: Query) -> SearchStream:
        """The same page, with results that are read from the store as they are taken."""
        shown, facts = self._list(ranking, query)
        wanted = query.cut_page(shown)
        results = (
            result
            for first in range(0, len(wanted), STREAMED_AT_ONCE)
            for result in self._results(
                wanted[first : first + STREAMED_AT_ONCE], facts, ranking, parsed
            )
        )
        page = SearchPage((), len(shown), query.page, query.page_size)
        return SearchStream(self._count(page, shown, ranking, with_facets=False), results)

    def _list(self, ranking: Ranking, query: SearchQuery) -> tuple[Sequence[int], FactsById]:
        """The whole list in the order asked for, and the facts of its articles."""
        facts = self._facets.facts(ranking.article_ids)
        shown = make_listing(
            ranking.article_ids,
            facts,
            query.sort,
            fold_copies=query.fold_copies,
            most_per_outlet=query.most_per_outlet,
        )
        return shown, facts

    def _results(
        self, article_ids: Sequence[int], facts: FactsById, ranking: Ranking, parsed: Query
    ) -> Iterator[SearchResult]:
        clustered = [article for article in article_ids if facts[article].cluster_id is not None]
        clusters = self._clusters.clusters_of(clustered) if clustered else {}
        for article in self._store.get_many(article_ids):
            yield _make_result(article, ranking, parsed, clusters.get(article.id))

    def _count(
        self, page: SearchPage, shown: Sequence[int], ranking: Ranking, with_facets: bool
    ) -> SearchPage:
        """The page with the totals of everything that matches, be it in the list or not."""
        matches = ranking.matches
        holding = len(ranking.keyword) if matches is None else matches.counts.total
        page = replace(
            page, with_all_words=ranking.complete, with_some_words=holding - ranking.complete
        )
        if matches is not None:
            in_counts = matches.dense_ids.union(ranking.keyword)
            listed, shown = len(shown), [a for a in shown if a not in in_counts]
            total = matches.counts.total + len(shown)
            notices = (*page.notices, LIST_CUT(number=listed, total=total))
            page = replace(page, total=total, listed=listed, notices=notices)
        if not with_facets:
            return page
        facets = self._facets.count(shown)
        if matches is not None:
            facets = add_counts(facets, matches.counts)
        return replace(page, facets=facets, histogram=make_day_histogram(dict(facets.days)))

    def _explain(self, page: SearchPage, query: SearchQuery, parsed: Query) -> SearchPage:
        """The page with each word's gain, and the nearest sentences if the model works."""
        found = [result.article.id for result in page.results if result.keyword]
        gains = self._engine.explain(parsed, found)
        explained = (replace(r, gains=gains.get(r.article.id, ())) for r in page.results)
        page = replace(page, results=tuple(explained))
        try:
            vector = self._retriever.encode(query, parsed)
            return page if vector is None else mark_sentences(page, vector, self._embedder)
        except ModelError as exc:
            logger.warning("no sentence is marked: %s", exc)
            return page


def add_counts(facets: Facets, counts: Counts) -> Facets:
    """The facets of both."""
    return Facets(
        sources=add_frequencies(facets.sources, counts.sources),
        languages=add_frequencies(facets.languages, counts.languages),
        sections=add_frequencies(facets.sections, counts.sections),
        authors=add_frequencies(facets.authors, counts.authors),
        days=add_frequencies(facets.days, counts.days, None),
    )


def make_notices(parsed: Query, ranking: Ranking) -> tuple[Message, ...]:
    """What the query was read as and what of it could not be done."""
    notices = [*parsed.notices]
    if ranking.lacks_meaning:
        notices.append(MEANING_UNAVAILABLE())
    if ranking.is_relaxed:
        notices.append(DEMANDS_UNMET())
    if ranking.lacks_reranking:
        notices.append(RERANKING_UNAVAILABLE())
    return tuple(notices)


def _make_result(
    article: Article, ranking: Ranking, parsed: Query, cluster: Cluster | None
) -> SearchResult:
    return SearchResult(
        article=article,
        score=ranking.scores[article.id],
        keyword=ranking.keyword.get(article.id),
        semantic=ranking.semantic.get(article.id),
        parts=ranking.parts(article.id, article.language),
        match=ranking.match(article.id),
        passages=best_passages(article, parsed, ranking.hits.get(article.id, ())),
        copies=cluster.others(article.id) if cluster else (),
        rerank=ranking.reranked.get(article.id),
    )
