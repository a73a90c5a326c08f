"""What is new to a saved search: articles changed since the last check that the search lists.

An article is judged as the search's own page would judge it, except in four ways:
- lists are not cut at their depth: an article matches however many older ones rank before it;
- articles that are merely near do not match;
- a search by words and meaning reports what answers by its words: what is found by meaning alone is
  for those who look, not for an alert;
- if no article meets the conditions on the text, the page shows some that contain a part of the
  words; these do not match.
Copies are not folded and outlets not limited, which only concerns display.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.store.articles import ArticleStore
from archive.store.saved_matches import FoundMatch
from indexer.errors import ModelError
from indexer.ranking.merged_ranking import Ranking
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.search.retriever import DEPTH
from indexer.wordings import CHECKS_WAIT

BATCH_CHANGES = 5_000
# Less than the depth of a list, so that the list by words contains all of a slice.
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
    """Yield the matches of each batch of changes past `seen_seq`, up to the engine's `checkpoint`.

    Read the checkpoint before the call, so that what is indexed later is left to the next check.
    Raises QueryError, StaleIndexError, ModelError; the batches yielded until then stand.
    """
    matcher: SavedSearchMatcher | None = None
    while changes := store.changes_after(seen_seq, BATCH_CHANGES):
        seqs = {change.article_id: change.seq for change in changes if change.seq <= checkpoint}
        if not seqs:
            return
        matcher = matcher or SavedSearchMatcher(service, query)
        scores = matcher.match(list(seqs))
        seen_seq = max(seqs.values())
        found = (FoundMatch(article, seqs[article], score) for article, score in scores.items())
        yield MatchBatch(tuple(found), seen_seq)


class SavedSearchMatcher:
    """One search, by which any number of articles can be judged as among the whole archive.

    Each slice of articles is searched together with two reference articles, the best of the whole
    archive by words and the best overall. They decide whether the query's conditions can be met and
    how its lists are made comparable. The spreads of the cosines, and the bounds beyond which an
    article answers by its meaning, are those of the archive.
    """

    def __init__(self, service: SearchService, query: SearchQuery) -> None:
        # By date, so that nothing is reranked: a reranker only scores the best articles.
        self._query = replace(query, sort="newest")
        self._service = service
        self._parsed = service.understand(query.text)
        self._whole = self._rank()
        self._references = _best_of(self._whole)

    def list_all(self) -> dict[int, float]:
        """The articles that the search lists now, down to the lists' depth, with their scores."""
        return _scores(self._whole, self._find_answers(self._whole))

    def match(self, article_ids: Sequence[int]) -> dict[int, float]:
        """Those of the articles that the search lists, with their scores."""
        if not self._references:
            return {}
        scores: dict[int, float] = {}
        for start in range(0, len(article_ids), SLICE_ARTICLES):
            scores |= self._match_slice(article_ids[start : start + SLICE_ARTICLES])
        return scores

    def _match_slice(self, article_ids: Sequence[int]) -> dict[int, float]:
        """Match a slice, in halves if the list by meaning, of passages, was too short for it."""
        ranking = self._rank((*article_ids, *self._references))
        kept = self._find_answers(ranking)
        if len(article_ids) > 1 and _is_cut(ranking, kept):
            middle = len(article_ids) // 2
            return self._match_slice(article_ids[:middle]) | self._match_slice(article_ids[middle:])
        return _scores(ranking, kept & set(article_ids))

    def _rank(self, article_ids: tuple[int, ...] = ()) -> Ranking:
        query = self._query
        if article_ids:
            query = replace(query, filter=replace(query.filter, article_ids=article_ids))
        ranking = self._service.rank(query, self._parsed)
        if ranking.lacks_meaning:
            raise ModelError(CHECKS_WAIT())
        if ranking.is_relaxed:
            return replace(ranking, article_ids=(), keyword={}, scores={})
        return ranking

    def _find_answers(self, ranking: Ranking) -> set[int]:
        """Those that answer by their words or, in a search by meaning, by their meaning."""
        judged = replace(ranking, bounds=self._whole.bounds)
        if self._query.mode == "semantic":
            return set(filter(judged.is_sure, ranking.article_ids))
        return {a for a in ranking.article_ids if judged.match(a) in ("all", "some")}


def _best_of(whole: Ranking) -> tuple[int, ...]:
    """The best article by words, if any, and the best overall; empty if nothing is listed."""
    by_words = min(whole.keyword, key=lambda article: whole.keyword[article].rank, default=None)
    overall = whole.article_ids[:1]
    return overall if by_words is None else (by_words, *overall)


def _is_cut(ranking: Ranking, kept: set[int]) -> bool:
    """Whether a language's list is full of answers, so that there may be more beyond its end."""
    passages = Counter(hit.language for hits in ranking.hits.values() for hit in hits)
    dropped = {hits[0].language for article, hits in ranking.hits.items() if article not in kept}
    return any(n >= DEPTH and language not in dropped for language, n in passages.items())


def _scores(ranking: Ranking, kept: set[int]) -> dict[int, float]:
    return {article: ranking.scores[article] for article in ranking.article_ids if article in kept}
