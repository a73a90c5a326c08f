"""From a ranking to the page a reader sees."""

from dataclasses import dataclass, replace

from archive.copies.clusters import Cluster, ClusterStore, WireCopy
from archive.model import Article
from archive.stats.facets import Facets, FacetStore
from archive.stats.histogram import Histogram, make_histogram
from archive.store.articles import ArticleStore
from indexer.engines.port import WordGain
from indexer.query import Query
from indexer.ranking.listing import make_listing
from indexer.ranking.ranking import KeywordRank, Ranking, ScoreParts, SemanticRank
from indexer.ranking.reasons import PassageReason, best_passages
from indexer.ranking.request import SearchQuery


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An article, its place in both lists and the passages that are the reason for it.

    `copies` are the other articles that tell the same text, whether they were found or not;
    `rerank` is what the reranker said of it, 0 to 1, where it was asked; `gains` what each word
    added to the keyword score, where that was.
    """

    article: Article
    score: float
    keyword: KeywordRank | None
    semantic: SemanticRank | None
    parts: ScoreParts
    passages: tuple[PassageReason, ...]
    copies: tuple[WireCopy, ...] = ()
    rerank: float | None = None
    gains: tuple[WordGain, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the list shown; `total`, `facets` and `histogram` are of the whole list.

    `notices` say what went wrong; `did_you_mean` is the query less its slips, where it has any.
    """

    results: tuple[SearchResult, ...]
    total: int
    page: int
    page_size: int
    notices: tuple[str, ...] = ()
    facets: Facets | None = None
    histogram: Histogram | None = None
    did_you_mean: str | None = None

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.page_size))


class ResultPages:
    """Cuts pages from whole lists. Safe for many threads."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store
        self._facets = FacetStore(store.database)
        self._clusters = ClusterStore(store.database)

    def cut(
        self, ranking: Ranking, query: SearchQuery, parsed: Query, notices: tuple[str, ...] = ()
    ) -> SearchPage:
        """The page the query asks for; its order and totals are those of every other page."""
        facts = self._facets.facts(ranking.article_ids)
        shown = make_listing(
            ranking.article_ids,
            facts,
            query.sort,
            fold_copies=query.fold_copies,
            most_per_outlet=query.most_per_outlet,
        )
        first = (query.page - 1) * query.page_size
        wanted = shown[first : first + query.page_size]
        clustered = [article for article in wanted if facts[article].cluster_id is not None]
        clusters = self._clusters.clusters_of(clustered) if clustered else {}
        results = tuple(
            _result(article, ranking, parsed, clusters.get(article.id))
            for article in self._store.get_many(wanted)
        )
        page = SearchPage(results, len(shown), query.page, query.page_size, notices)
        if not query.with_facets:
            return page
        dates = filter(None, (facts[article].published for article in shown))
        return replace(page, facets=self._facets.count(shown), histogram=make_histogram(dates))


def _result(
    article: Article, ranking: Ranking, parsed: Query, cluster: Cluster | None
) -> SearchResult:
    return SearchResult(
        article=article,
        score=ranking.scores[article.id],
        keyword=ranking.keyword.get(article.id),
        semantic=ranking.semantic.get(article.id),
        parts=ranking.parts(article.id, article.language),
        passages=best_passages(article, parsed, ranking.hits.get(article.id, ())),
        copies=cluster.others(article.id) if cluster else (),
        rerank=ranking.reranked.get(article.id),
    )
