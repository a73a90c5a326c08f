"""One search for page, API, command line and evaluation, so that all rank alike."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from archive.model import Article, ArticleFilter
from archive.normalize import split_paragraphs
from archive.store import ArticleStore
from indexer.embedding import Embedder
from indexer.engine import (
    DenseHit,
    Retrieval,
    RetrievalRequest,
    SearchEngine,
    Vectors,
    check_fingerprint,
)
from indexer.errors import ModelError, QueryError
from indexer.fusion import FUSIONS, dense_score, keyword_score
from indexer.passages import (
    Passage,
    article_of,
    embedding_input,
    ordinal_of,
    split_passages,
    split_text,
)
from indexer.query import Query, parse_query, plain_query
from indexer.reasons import PassageReason, best_passages
from indexer.sync import expected_fingerprint

logger = logging.getLogger(__name__)

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")
DEPTH = 200
MOST_PER_PAGE = 100
KEYWORD_WEIGHT = 0.53
# Of a long article, passages from all over; each is one search in the vectors.
MOST_SIMILAR_PASSAGES = 12
MOST_SIMILAR_PARAGRAPHS = 1_000
SIMILAR_KEYWORD_WEIGHT = 0.1
NO_WORDS = Query(meaning="", words=())
PHRASE_NOT_FOUND = "No article holds the words in quotes together; these results hold some of them."
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


@dataclass(frozen=True, slots=True)
class KeywordRank:
    """An article's place in the keyword list, from 1."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class SemanticRank:
    """An article's place in the list by meaning, from 1, by the cosine of its best passage."""

    rank: int
    cosine: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An article, its place in both lists and the passages that are the reason for it."""

    article: Article
    score: float
    keyword: KeywordRank | None
    semantic: SemanticRank | None
    passages: tuple[PassageReason, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the merged list; `total` counts the whole list, `notices` say what went wrong."""

    results: tuple[SearchResult, ...]
    total: int
    page: int
    page_size: int
    notices: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The merged list, whole: article ids, best first, and what each list said of them."""

    article_ids: tuple[int, ...]
    scores: Mapping[int, float]
    keyword: Mapping[int, KeywordRank]
    semantic: Mapping[int, SemanticRank]
    hits: Mapping[int, Sequence[DenseHit]]


class SearchService:
    """Answers from one engine and one store. Safe for many threads."""

    def __init__(self, store: ArticleStore, engine: SearchEngine, embedder: Embedder) -> None:
        self._store = store
        self._engine = engine
        self._embedder = embedder

    def search(self, query: SearchQuery) -> SearchPage:
        """Raises QueryError and StaleIndexError."""
        parsed = parse_query(query.text)
        ranking, notices = self.rank(query, parsed)
        return self._page(ranking, query, parsed, notices)

    def rank(self, query: SearchQuery, parsed: Query) -> tuple[Ranking, tuple[str, ...]]:
        """The whole merged list for a query: one call of the model, one of the engine.

        Where no article holds the phrases asked for, their words are searched instead.
        """
        _check(query)
        vector, notices = self._encode(query, parsed)
        ranking = self._merge(query, parsed, vector)
        if not ranking.article_ids and parsed.phrases:
            ranking = self._merge(query, replace(parsed, phrases=()), vector)
            notices = (*notices, PHRASE_NOT_FOUND)
        return ranking, notices

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
        vectors = self._embedder.encode_passages(_spaced(inputs, MOST_SIMILAR_PASSAGES))
        weight = {"keyword": 1.0, "semantic": 0.0}.get(query.mode, SIMILAR_KEYWORD_WEIGHT)
        asked = [
            RetrievalRequest(
                words if weight and not place else None,
                vector if weight < 1 else None,
                query.filter,
                DEPTH,
            )
            for place, vector in enumerate(vectors[: 1 if weight == 1 else None])
        ]
        return fuse([self._retrieve(request) for request in asked], query.fusion, weight)

    def _page(
        self, ranking: Ranking, query: SearchQuery, parsed: Query, notices: tuple[str, ...]
    ) -> SearchPage:
        first = (query.page - 1) * query.page_size
        wanted = ranking.article_ids[first : first + query.page_size]
        results = tuple(
            _result(article, ranking, parsed) for article in self._store.get_many(wanted)
        )
        return SearchPage(results, len(ranking.article_ids), query.page, query.page_size, notices)


def fuse(retrievals: Sequence[Retrieval], fusion: str, keyword_weight: float) -> Ranking:
    """The merged list over articles: an article's meaning is that of its best passage (MaxP).

    Of several retrievals, one for each passage of what is compared, the mean counts; the words are
    those of the first.
    """
    first, hits = retrievals[0], _hits_by_article(retrievals)
    dense = _dense_scores(retrievals, hits)
    keyword = {hit.article_id: hit.share for hit in first.keyword}
    if keyword and dense:
        keyword = _comparable(first, keyword, dense)
    scores = FUSIONS[fusion](keyword, dense, keyword_weight)
    return Ranking(
        article_ids=_by_score(scores),
        scores=scores,
        keyword={
            hit.article_id: KeywordRank(rank, hit.score)
            for rank, hit in enumerate(first.keyword, start=1)
        },
        semantic={
            article: SemanticRank(rank, hits[article][0].cosine)
            for rank, article in enumerate(_by_score({a: dense[a] for a in hits}), start=1)
        },
        hits=hits,
    )


def _hits_by_article(retrievals: Sequence[Retrieval]) -> dict[int, list[DenseHit]]:
    hits: dict[int, list[DenseHit]] = defaultdict(list)
    for hit in sorted(
        (hit for retrieval in retrievals for hit in retrieval.dense), key=lambda hit: -hit.cosine
    ):
        hits[article_of(hit.passage_id)].append(hit)
    return hits


def _dense_scores(
    retrievals: Sequence[Retrieval], hits: Mapping[int, Sequence[DenseHit]]
) -> dict[int, float]:
    """The mean score of each article of either list over the retrievals by meaning.

    One that is missing from a retrieval scores no better there than the last of its language; that
    is what it is given.
    """
    languages = {article: own[0].language for article, own in hits.items()}
    languages |= {hit.article_id: hit.language for hit in retrievals[0].keyword}
    asked = [retrieval for retrieval in retrievals if retrieval.dense]
    found = [_best_scores(retrieval) for retrieval in asked]
    return {
        article: sum(best.get(article, last.get(language, 0.0)) for best, last in found)
        / len(found)
        for article, language in languages.items()
        if found
    }


def _best_scores(retrieval: Retrieval) -> tuple[dict[int, float], dict[str, float]]:
    """Each article's score by its best passage, and the last score of each language."""
    best: dict[int, float] = {}
    last: dict[str, float] = {}
    for hit in retrieval.dense:
        score = dense_score(retrieval.spreads[hit.language].standardize(hit.cosine))
        best.setdefault(article_of(hit.passage_id), score)
        last[hit.language] = score
    return best, last


def _comparable(
    retrieval: Retrieval, shares: Mapping[int, float], dense: Mapping[int, float]
) -> dict[int, float]:
    """The keyword score of every article of either list, whatever its language."""
    languages = {article_of(hit.passage_id): hit.language for hit in retrieval.dense}
    languages |= {hit.article_id: hit.language for hit in retrieval.keyword}
    return {
        article: keyword_score(
            shares.get(article, 0.0), retrieval.coverage.get(language, 0.0), dense[article]
        )
        for article, language in languages.items()
    }


def _spaced(inputs: Sequence[str], most: int) -> list[str]:
    """At most so many of them, from all over."""
    if len(inputs) <= most:
        return list(inputs)
    return [inputs[place * len(inputs) // most] for place in range(most)]


def _by_score(scores: Mapping[int, float]) -> tuple[int, ...]:
    return tuple(sorted(scores, key=lambda article: (-scores[article], article)))


def _result(article: Article, ranking: Ranking, parsed: Query) -> SearchResult:
    return SearchResult(
        article=article,
        score=ranking.scores[article.id],
        keyword=ranking.keyword.get(article.id),
        semantic=ranking.semantic.get(article.id),
        passages=best_passages(article, parsed, ranking.hits.get(article.id, ())),
    )


def _check(query: SearchQuery) -> None:
    if query.mode not in MODES:
        raise QueryError(f"no mode {query.mode!r}; there is: {', '.join(MODES)}")
    if query.fusion not in FUSIONS:
        raise QueryError(f"no fusion {query.fusion!r}; there is: {', '.join(FUSIONS)}")
    if query.page < 1 or not 1 <= query.page_size <= MOST_PER_PAGE:
        raise QueryError(f"pages count from 1 and hold 1 to {MOST_PER_PAGE} results")
    if not 0 <= query.keyword_weight <= 1:
        raise QueryError("the keyword weight lies between 0 and 1")
