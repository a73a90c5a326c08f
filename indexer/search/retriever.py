"""The first step of a search: the model encodes the query, the engine retrieves both lists."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.store.articles import ArticleStore
from indexer.attribution import resolve_filter
from indexer.engines.port import (
    Retrieval,
    RetrievalRequest,
    SearchEngine,
    Vectors,
    check_fingerprint,
)
from indexer.errors import ModelError
from indexer.models.embedding import Embedder
from indexer.query import Query, drop_text_conditions, plain_query
from indexer.ranking.neighbours import Comparison, Example, compare, is_like_a_query
from indexer.ranking.request import MAX_LIST_SIZE, SearchQuery
from indexer.ranking.statistics import with_spreads
from indexer.sync import expected_fingerprint

logger = logging.getLogger(__name__)

DEPTH = 200
SIMILAR_KEYWORD_WEIGHT = 0.1
# With one list there is nothing to balance.
SINGLE_LIST_WEIGHTS = {"keyword": 1.0, "semantic": 0.0}
# Further pages of a list, and its explanation, need the same vector again.
MAX_CACHED_QUERIES = 256


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the engine found, and how it is to be merged.

    `keyword_weight` is the weight of words beside meaning, `weights` are those of several
    retrievals. `is_relaxed` says that no article met the query's conditions on its text and the
    lists hold some of its words, `lacks_meaning` that the model failed.
    """

    retrievals: tuple[Retrieval, ...]
    keyword_weight: float
    weights: tuple[float, ...] = (1.0,)
    is_relaxed: bool = False
    lacks_meaning: bool = False

    def with_rest(self) -> "Retrieved":
        """The same, with the rest of each keyword list in the list itself."""
        whole = (replace(r, keyword=(*r.keyword, *r.rest), rest=()) for r in self.retrievals)
        return replace(self, retrievals=tuple(whole))

    @property
    def knows_words(self) -> bool:
        """Whether the archive holds any of the words, be it in articles that pass the filter."""
        return any(any(found.coverage.values()) for found in self.retrievals)

    def without_meaning(self) -> "Retrieved":
        """The same, as if no passage were near."""
        return replace(self, retrievals=tuple(replace(r, dense=()) for r in self.retrievals))

    @property
    def is_empty(self) -> bool:
        return not any(found.keyword or found.dense for found in self.retrievals)


class Retriever:
    """Retrieves from one engine. Safe for many threads."""

    def __init__(self, store: ArticleStore, engine: SearchEngine, embedder: Embedder) -> None:
        self._store = store
        self._engine = engine
        self._embedder = embedder
        self._encode_query = lru_cache(MAX_CACHED_QUERIES)(embedder.encode_query)

    def retrieve(self, query: SearchQuery, parsed: Query) -> Retrieved:
        """Both lists for a query, without its conditions on the text if no article meets them.

        Raises QueryError and StaleIndexError, and ModelError in the mode "semantic".
        """
        query = self._resolve(query)
        vector, lacks_meaning = self._encode_or_do_without(query, parsed)
        found = self._retrieve_lists(query, parsed, vector, counted=True)
        is_known = vector is None or found.knows_words or self._embedder.knows(parsed.meaning)
        found = found if is_known else found.without_meaning()
        relaxed = drop_text_conditions(parsed)
        if found.is_empty and relaxed.words and relaxed != parsed:
            found = self._retrieve_lists(query, relaxed, vector, counted=True)
            found = replace(found, is_relaxed=True)
        return replace(found, lacks_meaning=lacks_meaning)

    def retrieve_similar(
        self, like: Sequence[Example], query: SearchQuery, unlike: Sequence[Example] = ()
    ) -> Retrieved:
        """The lists for each passage of the examples, without their own articles.

        Raises QueryError, StaleIndexError and ModelError.
        """
        compared = compare(like, unlike)
        words = plain_query(compared.words)
        if not unlike and is_like_a_query(like):
            query = self._resolve(query)
            return self._retrieve_lists(query, words, self.encode(query, words))
        excluded = (*query.filter.excluded_ids, *compared.own_ids)
        query = self._resolve(replace(query, filter=replace(query.filter, excluded_ids=excluded)))
        return self._retrieve_each(query, words, compared)

    def encode(self, query: SearchQuery, parsed: Query) -> Vectors | None:
        """The query's vector, None if its mode or text has no use for one. Raises ModelError."""
        if query.mode == "keyword" or not parsed.meaning.strip():
            return None
        return self._encode_query(parsed.meaning)

    def _encode_or_do_without(
        self, query: SearchQuery, parsed: Query
    ) -> tuple[Vectors | None, bool]:
        """The query's vector, and whether the model failed."""
        try:
            return self.encode(query, parsed), False
        except ModelError as exc:
            if query.mode == "semantic":
                raise
            logger.warning("keyword search alone: %s", exc)
            return None, True

    def _resolve(self, query: SearchQuery) -> SearchQuery:
        """The query, checked, with a filter that the engine understands."""
        query.check()
        return replace(query, filter=resolve_filter(query.filter, self._store))

    def _retrieve_lists(
        self, query: SearchQuery, parsed: Query, vector: Vectors | None, counted: bool = False
    ) -> Retrieved:
        """Both lists, `counted` for a query; the words of a whole article are in most articles."""
        keyword = parsed if query.mode != "semantic" else replace(parsed, words=())
        rest = MAX_LIST_SIZE - DEPTH if counted and query.needs_whole_list else 0
        found = self._ask(keyword, vector, query, rest, counted)
        weight = SINGLE_LIST_WEIGHTS.get(query.mode, query.keyword_weight)
        return Retrieved((found,), 1.0 if vector is None else weight)

    def _retrieve_each(self, query: SearchQuery, words: Query, compared: Comparison) -> Retrieved:
        """The list by meaning for each passage, and one by words, with the first of them."""
        weight = SINGLE_LIST_WEIGHTS.get(query.mode, SIMILAR_KEYWORD_WEIGHT)
        if weight == 1:
            return Retrieved((self._ask(words, None, query),), weight)
        vectors = self._embedder.encode_passages(compared.inputs)
        keywords = [words if weight else None, *[None] * (len(vectors) - 1)]
        found = (
            self._ask(keyword, vector, query)
            for keyword, vector in zip(keywords, vectors, strict=True)
        )
        return Retrieved(tuple(found), weight, compared.weights)

    def _ask(
        self,
        keyword: Query | None,
        vector: Vectors | None,
        query: SearchQuery,
        rest: int = 0,
        counted: bool = False,
    ) -> Retrieval:
        expected = expected_fingerprint(self._embedder, self._engine)
        check_fingerprint(self._engine.fingerprint(), expected)
        request = RetrievalRequest(keyword, vector, query.filter, DEPTH, rest, counted)
        return with_spreads(self._engine.retrieve(request), vector)
