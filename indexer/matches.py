"""What is new to a saved search: articles changed since the last look that the search lists.

An article is judged as the search's own page would judge it, in three ways otherwise:
- lists are not cut at their depth: an article is a match however many older ones rank before it;
- a search by meaning alone, whose page shows the nearest however far they are, is held to the
  relevance floor that the search by words and meaning has, or every new article were a match;
- where no article meets all that is demanded, the page shows some that hold a part; they are no
  match.
Copies are not folded and outlets not bounded here: that is a matter of showing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.store.articles import ArticleStore
from archive.store.saved_matches import FoundMatch
from indexer.errors import ModelError
from indexer.query import relax
from indexer.ranking.ranking import Ranking, drop_distant
from indexer.ranking.request import KEYWORD_WEIGHT, SearchQuery
from indexer.search import DEPTH, PHRASE_NOT_FOUND, SEMANTIC_UNAVAILABLE, SearchService

BATCH_CHANGES = 5_000
# Fewer than the depth of a list, so that the list by words holds every one of them.
SLICE_ARTICLES = 150


@dataclass(frozen=True, slots=True)
class MatchBatch:
    """The matches among the changes up to `seen_seq`."""

    matches: tuple[FoundMatch, ...]
    seen_seq: int


def find_matches(
    store: ArticleStore,
    service: SearchService,
    query: SearchQuery,
    seen_seq: int,
    checkpoint: int,
) -> Iterator[MatchBatch]:
    """The matches of each batch of changes past `seen_seq`, up to the engine's `checkpoint`.

    The checkpoint is to be read before this is called: what is indexed later waits for the next
    check. Raises QueryError, StaleIndexError, ModelError; the batches given until then stand.
    """
    sieve: Sieve | None = None
    while changes := store.changes_after(seen_seq, BATCH_CHANGES):
        seqs = {change.article_id: change.seq for change in changes if change.seq <= checkpoint}
        if not seqs:
            return
        sieve = sieve or Sieve(service, query)
        scores = sieve.sift(list(seqs))
        seen_seq = max(seqs.values())
        found = (FoundMatch(article, seqs[article], score) for article, score in scores.items())
        yield MatchBatch(tuple(found), seen_seq)


def list_held(service: SearchService, query: SearchQuery) -> dict[int, float]:
    """The articles listed now with their scores, down to the lists' depth. Raises as above."""
    return Sieve(service, query).held()


class Sieve:
    """One search, by which any number of articles can be judged as among the whole archive.

    Each slice of articles is searched beside the best of the whole archive by words and overall:
    by these the search decides whether its demands can be met, how its lists are made comparable
    and where its floor lies. The spreads of the cosines are the archive's in any case.
    """

    def __init__(self, service: SearchService, query: SearchQuery) -> None:
        # By date, so that no reranker is asked: its figures are of the best alone.
        self._query = replace(query, sort="newest")
        if query.mode == "semantic":  # the floor was measured at this weight
            self._query = replace(self._query, keyword_weight=KEYWORD_WEIGHT)
        self._service = service
        self._parsed = service.understand(query.text)
        self._floored = query.mode != "keyword" and relax(self._parsed) == self._parsed
        self._whole = self._rank()
        self._judges = _best_of(self._whole)

    def held(self) -> dict[int, float]:
        """The scores of what the whole archive lists."""
        return _scores(self._whole, self._keep(self._whole))

    def sift(self, article_ids: Sequence[int]) -> dict[int, float]:
        """The scores of those of the articles that are listed."""
        if not self._judges:
            return {}
        scores: dict[int, float] = {}
        for start in range(0, len(article_ids), SLICE_ARTICLES):
            scores |= self._sift_slice(article_ids[start : start + SLICE_ARTICLES])
        return scores

    def _sift_slice(self, article_ids: Sequence[int]) -> dict[int, float]:
        """Halved where the list by meaning, which holds passages, was too short for all."""
        ranking = self._rank((*article_ids, *self._judges))
        kept = self._keep(ranking)
        if len(article_ids) > 1 and _is_cut(ranking, kept):
            middle = len(article_ids) // 2
            return self._sift_slice(article_ids[:middle]) | self._sift_slice(article_ids[middle:])
        return _scores(ranking, kept & set(article_ids))

    def _rank(self, article_ids: tuple[int, ...] = ()) -> Ranking:
        query = self._query
        if article_ids:
            query = replace(query, filter=replace(query.filter, article_ids=article_ids))
        ranking, notices = self._service.rank(query, self._parsed)
        if SEMANTIC_UNAVAILABLE in notices:
            raise ModelError("the model failed; saved searches wait until it answers")
        met = PHRASE_NOT_FOUND not in notices
        return ranking if met else replace(ranking, article_ids=(), keyword={}, scores={})

    def _keep(self, ranking: Ranking) -> set[int]:
        return set((drop_distant(ranking) if self._floored else ranking).article_ids)


def _best_of(whole: Ranking) -> tuple[int, ...]:
    """The best by words and the best overall; none where nothing is listed."""
    by_words = min(whole.keyword, key=lambda article: whole.keyword[article].rank, default=None)
    overall = whole.article_ids[:1]
    return overall if by_words is None else (by_words, *overall)


def _is_cut(ranking: Ranking, kept: set[int]) -> bool:
    """Whether the list of a language is full and the floor dropped none of it: one past its end may
    be above the floor too."""
    passages = Counter(hit.language for hits in ranking.hits.values() for hit in hits)
    dropped = {hits[0].language for article, hits in ranking.hits.items() if article not in kept}
    return any(n >= DEPTH and language not in dropped for language, n in passages.items())


def _scores(ranking: Ranking, kept: set[int]) -> dict[int, float]:
    return {article: ranking.scores[article] for article in ranking.article_ids if article in kept}
