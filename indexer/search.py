"""One search for page, API, command line and evaluation, so that all rank alike."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from archive.clusters import Cluster, ClusterStore, WireCopy
from archive.facets import Facets, FacetStore
from archive.model import Article, ArticleFilter
from archive.normalize import split_paragraphs
from archive.store import ArticleStore
from indexer.credits import credit_lookup
from indexer.embedding import Embedder
from indexer.engine import (
    Retrieval,
    RetrievalRequest,
    SearchEngine,
    Vectors,
    check_fingerprint,
)
from indexer.errors import ModelError, QueryError
from indexer.fusion import FUSIONS
from indexer.listing import SORTS, Sort, make_listing
from indexer.passages import (
    Passage,
    article_of,
    embedding_input,
    ordinal_of,
    split_passages,
    split_text,
)
from indexer.query import (
    Query,
    Synonyms,
    bundled_synonyms,
    parse_query,
    plain_query,
    relax,
    settle_credits,
)
from indexer.ranking import KeywordRank, Ranking, SemanticRank, drop_distant, fuse
from indexer.reasons import PassageReason, best_passages
from indexer.sync import expected_fingerprint

logger = logging.getLogger(__name__)

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")
DEPTH = 200
MOST_PER_PAGE = 100
KEYWORD_WEIGHT = 0.5
# Of a long article, passages from all over; each is one search in the vectors.
MOST_SIMILAR_PASSAGES = 12
MOST_SIMILAR_PARAGRAPHS = 1_000
SIMILAR_KEYWORD_WEIGHT = 0.1
NO_WORDS = Query(meaning="", words=())
PHRASE_NOT_FOUND = "No article meets all that was asked; these results hold some of its words."
SEMANTIC_UNAVAILABLE = "Search by meaning is unavailable; these results match by words only."


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a person asks; `page` counts from 1, `page_size` up to MOST_PER_PAGE."""

    text: str
    mode: Mode = "hybrid"
    filter: ArticleFilter = field(default_factory=ArticleFilter)
    page: int = 1
    page_size: int = 10
    fusion: str = "convex"
    keyword_weight: float = KEYWORD_WEIGHT
    sort: Sort = "relevance"
    fold_copies: bool = True
    most_per_outlet: int | None = None
    with_facets: bool = False


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An article, its place in both lists and the passages that are the reason for it.

    `copies` are the other articles that tell the same text, whether they were found or not.
    """

    article: Article
    score: float
    keyword: KeywordRank | None
    semantic: SemanticRank | None
    passages: tuple[PassageReason, ...]
    copies: tuple[WireCopy, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the list shown; `total` and `facets` are of the whole list.

    `notices` say what went wrong.
    """

    results: tuple[SearchResult, ...]
    total: int
    page: int
    page_size: int
    notices: tuple[str, ...] = ()
    facets: Facets | None = None

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.page_size))


class SearchService:
    """Answers from one engine and one store. Safe for many threads."""

    def __init__(
        self,
        store: ArticleStore,
        engine: SearchEngine,
        embedder: Embedder,
        synonyms: Synonyms | None = None,
    ) -> None:
        self._store = store
        self._facets = FacetStore(store.database)
        self._clusters = ClusterStore(store.database)
        self._engine = engine
        self._embedder = embedder
        self._synonyms = synonyms or bundled_synonyms()

    def understand(self, text: str) -> Query:
        """The query with its acronyms, authors and sections looked up. Raises QueryError."""
        parsed = parse_query(text, self._synonyms)
        return settle_credits(parsed, credit_lookup(self._store.database))

    def search(self, query: SearchQuery) -> SearchPage:
        """Raises QueryError and StaleIndexError."""
        parsed = self.understand(query.text)
        ranking, notices = self.rank(query, parsed)
        # What was demanded of the text is met, and meaning alone has no words to be judged beside.
        if query.mode == "hybrid" and relax(parsed) == parsed:
            ranking = drop_distant(ranking)
        return self._page(ranking, query, parsed, notices)

    def rank(self, query: SearchQuery, parsed: Query) -> tuple[Ranking, tuple[str, ...]]:
        """The whole merged list for a query: one call of the model, one of the engine.

        Where no article meets what the query demands of the text, its words are searched alone.
        """
        _check(query)
        vector, notices = self._encode(query, parsed)
        ranking = self._merge(query, parsed, vector)
        relaxed = relax(parsed)
        if not ranking.article_ids and relaxed.words and relaxed != parsed:
            ranking = self._merge(query, relaxed, vector)
            notices = (*notices, PHRASE_NOT_FOUND)
        return ranking, (*parsed.notices, *notices)

    def similar_to_article(self, article_id: int, query: SearchQuery) -> SearchPage:
        """Articles near to all of this one, itself left out. Raises ArticleNotFoundError."""
        article = self._store.get(article_id)
        return self._neighbours(article, split_passages(article), query)

    def similar_to_passage(self, passage_id: int, query: SearchQuery) -> SearchPage:
        """Articles with passages near in meaning to this one, its own article left out.

        Raises ArticleNotFoundError, and QueryError where the article has no such passage.
        """
        article, passage = self.find_passage(passage_id)
        return self._neighbours(article, [passage], query)

    def similar_to_text(self, text: str, query: SearchQuery) -> SearchPage:
        """Articles near to all of a text. Raises QueryError where it says nothing."""
        return self._page(self.rank_similar(text, query), query, NO_WORDS, ())

    def rank_similar(self, text: str, query: SearchQuery) -> Ranking:
        """The whole list of articles near to a text. Raises QueryError where it says nothing."""
        words = plain_query(text)
        passages = split_text(split_paragraphs(text)[:MOST_SIMILAR_PARAGRAPHS])
        return self._rank_near([passage.text for passage in passages], words, query)

    def find_passage(self, passage_id: int) -> tuple[Article, Passage]:
        """Raises ArticleNotFoundError, and QueryError where the article has no such passage."""
        article = self._store.get(article_of(passage_id))
        passages = split_passages(article)
        if ordinal_of(passage_id) >= len(passages):
            raise QueryError(f"article {article.id} has no passage {ordinal_of(passage_id)}")
        return article, passages[ordinal_of(passage_id)]

    def _encode(self, query: SearchQuery, parsed: Query) -> tuple[Vectors | None, tuple[str, ...]]:
        if query.mode == "keyword" or not parsed.meaning.strip():
            return None, ()
        try:
            return self._embedder.encode_query(parsed.meaning), ()
        except ModelError as exc:
            if query.mode == "semantic":
                raise
            logger.warning("keyword search alone: %s", exc)
            return None, (SEMANTIC_UNAVAILABLE,)

    def _merge(self, query: SearchQuery, parsed: Query, vector: Vectors | None) -> Ranking:
        by_words_alone = query.mode == "keyword" or vector is None
        request = RetrievalRequest(
            keyword=parsed if query.mode != "semantic" else replace(parsed, words=()),
            vector=vector,
            filter=query.filter,
            depth=DEPTH,
        )
        weight = 1.0 if by_words_alone else query.keyword_weight
        return fuse([self._retrieve(request)], query.fusion, weight)

    def _retrieve(self, request: RetrievalRequest) -> Retrieval:
        check_fingerprint(self._engine.fingerprint(), expected_fingerprint(self._embedder))
        return self._engine.retrieve(request)

    def _neighbours(
        self, article: Article, passages: Sequence[Passage], query: SearchQuery
    ) -> SearchPage:
        inputs = [embedding_input(article.title, passage) for passage in passages]
        words = plain_query(" ".join([article.title, *(passage.text for passage in passages)]))
        excluded = replace(query.filter, excluded_ids=(*query.filter.excluded_ids, article.id))
        query = replace(query, filter=excluded)
        return self._page(self._rank_near(inputs, words, query), query, NO_WORDS, ())

    def _rank_near(self, inputs: Sequence[str], words: Query, query: SearchQuery) -> Ranking:
        """By the mean over the passages of how near an article's best passage is to each."""
        _check(query)
        weight = {"keyword": 1.0, "semantic": 0.0}.get(query.mode, SIMILAR_KEYWORD_WEIGHT)
        vectors: list[Vectors | None] = [None]
        if weight < 1:
            vectors = [*self._embedder.encode_passages(_spaced(inputs, MOST_SIMILAR_PASSAGES))]
        asked = [
            RetrievalRequest(words if weight and not place else None, vector, query.filter, DEPTH)
            for place, vector in enumerate(vectors)
        ]
        return fuse([self._retrieve(request) for request in asked], query.fusion, weight)

    def _page(
        self, ranking: Ranking, query: SearchQuery, parsed: Query, notices: tuple[str, ...]
    ) -> SearchPage:
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
        facets = self._facets.count(shown) if query.with_facets else None
        return SearchPage(results, len(shown), query.page, query.page_size, notices, facets)


def _result(
    article: Article, ranking: Ranking, parsed: Query, cluster: Cluster | None
) -> SearchResult:
    return SearchResult(
        article=article,
        score=ranking.scores[article.id],
        keyword=ranking.keyword.get(article.id),
        semantic=ranking.semantic.get(article.id),
        passages=best_passages(article, parsed, ranking.hits.get(article.id, ())),
        copies=cluster.others(article.id) if cluster else (),
    )


def _spaced(inputs: Sequence[str], most: int) -> list[str]:
    """At most so many of them, from all over."""
    if len(inputs) <= most:
        return list(inputs)
    return [inputs[place * len(inputs) // most] for place in range(most)]


def _check(query: SearchQuery) -> None:
    if query.mode not in MODES:
        raise QueryError(f"no mode {query.mode!r}; there is: {', '.join(MODES)}")
    if query.fusion not in FUSIONS:
        raise QueryError(f"no fusion {query.fusion!r}; there is: {', '.join(FUSIONS)}")
    if query.page < 1 or not 1 <= query.page_size <= MOST_PER_PAGE:
        raise QueryError(f"pages count from 1 and hold 1 to {MOST_PER_PAGE} results")
    if query.sort not in SORTS:
        raise QueryError(f"no order {query.sort!r}; there is: {', '.join(SORTS)}")
    if query.most_per_outlet is not None and query.most_per_outlet < 1:
        raise QueryError("at least one result per outlet")
    if not 0 <= query.keyword_weight <= 1:
        raise QueryError("the keyword weight lies between 0 and 1")
