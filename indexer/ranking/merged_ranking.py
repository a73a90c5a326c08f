"""The merged ranking of articles, from what an engine retrieved. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer.engines.port import CosineSpread, DenseHit, KeywordMatches, Retrieval
from indexer.passages import article_of
from indexer.ranking.fusion import FUSIONS, MAX_DEVIATIONS, dense_score, keyword_score
from indexer.ranking.judging import MIN_HELD, Match, find_bounds, judge

# How many articles that are merely near are shown after those that answer.
MAX_NEAR = 10


@dataclass(frozen=True, slots=True)
class KeywordRank:
    """An article's place in the keyword list, from 1, and what `KeywordHit` says of it."""

    rank: int
    score: float
    share: float
    held: float


@dataclass(frozen=True, slots=True)
class SemanticRank:
    """An article's place in the list by meaning, from 1, by its best passage.

    `deviations` is how far its score lies above the mean of its language, by which it is ranked.
    """

    rank: int
    cosine: float
    deviations: float


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """The parts of a merged score: words and meaning, each on one scale for all languages.

    The lower the `coverage` of the query's words in the article's language, the more `words` is the
    average of articles with such a `meaning`. `spread` is that of the query's cosines over the
    article's language.
    """

    words: float
    meaning: float
    keyword_weight: float
    coverage: float | None = None
    spread: CosineSpread | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The whole merged list: article ids, best first, and their places in each list.

    `words` and `meanings` are the scores that were merged, `keyword_weight` is the weight of the
    first; `spreads` and `coverage` are those of the retrieval. `bounds` are the deviations beyond
    which articles of each language are surely about the query, and `least_held` the share of its
    words from which they are for these. `reranked` holds a reranker's scores of the best; it is
    empty without one.

    `is_relaxed` says that no article meets the query's conditions on its text, and these contain
    some of its words; `lacks_meaning` and `lacks_reranking` that the embedder or reranker failed.
    `matches` counts everything that has the words, if that is more than the list holds, and
    `complete` what has all of them.
    """

    article_ids: tuple[int, ...]
    scores: Mapping[int, float]
    keyword: Mapping[int, KeywordRank]
    semantic: Mapping[int, SemanticRank]
    hits: Mapping[int, Sequence[DenseHit]]
    words: Mapping[int, float]
    meanings: Mapping[int, float]
    keyword_weight: float
    spreads: Mapping[str, CosineSpread]
    coverage: Mapping[str, float]
    bounds: Mapping[str, float] | None = None
    least_held: float = MIN_HELD
    reranked: Mapping[int, float] = field(default_factory=dict)
    is_relaxed: bool = False
    lacks_meaning: bool = False
    lacks_reranking: bool = False
    matches: KeywordMatches | None = None
    complete: int = 0

    def match(self, article_id: int) -> Match | None:
        """How an article answers; None without bounds."""
        if self.bounds is None:
            return None
        by_words = self.keyword.get(article_id)
        held = None if by_words is None else by_words.held
        return judge(held, self.is_sure(article_id), self.least_held)

    def is_sure(self, article_id: int) -> bool:
        """Whether its meaning alone makes it an answer."""
        by_meaning = self.semantic.get(article_id)
        if by_meaning is None or self.bounds is None:
            return False
        language = self.hits[article_id][0].language
        return by_meaning.deviations > self.bounds.get(language, math.inf)

    def parts(self, article_id: int, language: str) -> ScoreParts:
        """The parts of an article's score."""
        return ScoreParts(
            words=self.words.get(article_id, 0.0),
            meaning=self.meanings.get(article_id, 0.0),
            keyword_weight=self.keyword_weight,
            coverage=self.coverage.get(language),
            spread=self.spreads.get(language),
        )


def fuse(
    retrievals: Sequence[Retrieval],
    fusion: str,
    keyword_weight: float,
    weights: Sequence[float] = (1.0,),
) -> Ranking:
    """The merged ranking of articles, whose meaning is that of their best passage (MaxP).

    Scores of several retrievals, one for each passage that is compared, are added up with their
    weights; a negative weight leads away from a passage (Rocchio, 1971). The keyword list is that
    of the first retrieval.
    """
    first = retrievals[0]
    sought = [found for found, weight in zip(retrievals, weights, strict=True) if weight > 0]
    hits = _hits_by_article(sought)
    dense = _dense_scores(retrievals, weights, hits)
    keyword = {hit.article_id: hit.share for hit in first.keyword}
    if keyword and dense:
        keyword = _comparable(first, keyword, dense)
    scores = FUSIONS[fusion](keyword, dense, keyword_weight)
    return Ranking(
        article_ids=_by_score(scores, hits),
        scores=scores,
        keyword={
            hit.article_id: KeywordRank(rank, hit.score, hit.share, hit.held)
            for rank, hit in enumerate(first.keyword, start=1)
        },
        semantic={
            article: SemanticRank(rank, hits[article][0].cosine, dense[article] * MAX_DEVIATIONS)
            for rank, article in enumerate(_by_score({a: dense[a] for a in hits}, hits), start=1)
        },
        hits=hits,
        words=keyword,
        meanings=dense,
        keyword_weight=keyword_weight,
        spreads=first.spreads,
        coverage=first.coverage,
        matches=first.matches,
        complete=first.complete,
    )


def with_bounds(ranking: Ranking, query_words: int, least_held: float = MIN_HELD) -> Ranking:
    """The ranking, able to judge how its articles answer a query of so many words."""
    deviations = {article: place.deviations for article, place in ranking.semantic.items()}
    languages = {article: found[0].language for article, found in ranking.hits.items()}
    passages = {language: spread.passages for language, spread in ranking.spreads.items()}
    bounds = find_bounds(deviations, languages, passages, query_words)
    return replace(ranking, bounds=bounds, least_held=least_held)


def append_rest(ranking: Ranking, whole: Ranking) -> Ranking:
    """The ranking, then all other articles with the words, as they follow in the `whole` ranking,
    which was made of the keyword list and its rest.
    """
    listed = set(ranking.article_ids)
    rest = tuple(a for a in whole.article_ids if a in whole.keyword and a not in listed)
    return replace(
        ranking,
        article_ids=(*ranking.article_ids, *rest),
        scores={**whole.scores, **ranking.scores},
        keyword={**whole.keyword, **ranking.keyword},
        words={**whole.words, **ranking.words},
        meanings={**whole.meanings, **ranking.meanings},
    )


def put_near_last(ranking: Ranking) -> Ranking:
    """The ranking with the articles that are merely near after all others, and of those that hold
    none of the words only the nearest few.
    """
    answers, near = _part(ranking)
    nearest = set([a for a in near if a not in ranking.keyword][:MAX_NEAR])
    shown = (a for a in near if a in ranking.keyword or a in nearest)
    return replace(ranking, article_ids=(*answers, *shown))


def keep_answers(ranking: Ranking) -> Ranking:
    """The ranking without the articles that are merely near, unless all are."""
    answers, _ = _part(ranking)
    return replace(ranking, article_ids=tuple(answers)) if answers else ranking


def keep_similar(ranking: Ranking) -> Ranking:
    """The ranking of articles similar to others without those that are no nearer than chance would
    have it, but with the nearest few.
    """
    judged = with_bounds(ranking, query_words=0)
    nearest = set(ranking.article_ids[:MAX_NEAR])
    kept = (a for a in ranking.article_ids if a in nearest or judged.is_sure(a))
    return replace(ranking, article_ids=tuple(kept)) if ranking.semantic else ranking


def _part(ranking: Ranking) -> tuple[list[int], list[int]]:
    """The articles that answer, and those that are merely near."""
    matches = {article: ranking.match(article) for article in ranking.article_ids}
    answers = [article for article, match in matches.items() if match != "near"]
    return answers, [article for article, match in matches.items() if match == "near"]


def _hits_by_article(retrievals: Sequence[Retrieval]) -> dict[int, list[DenseHit]]:
    hits: dict[int, list[DenseHit]] = defaultdict(list)
    for hit in sorted(
        (hit for retrieval in retrievals for hit in retrieval.dense), key=lambda hit: -hit.cosine
    ):
        hits[article_of(hit.passage_id)].append(hit)
    return hits


def _dense_scores(
    retrievals: Sequence[Retrieval],
    weights: Sequence[float],
    hits: Mapping[int, Sequence[DenseHit]],
) -> dict[int, float]:
    """The weighted sum of each article's scores in the retrievals by meaning.

    An article that is missing from a retrieval gets the score of the last one of its language
    there, which is the best it can have.
    """
    languages = {article: found[0].language for article, found in hits.items()}
    languages |= {hit.article_id: hit.language for hit in retrievals[0].keyword}
    weighted = [
        (weight, *_best_scores(retrieval))
        for retrieval, weight in zip(retrievals, weights, strict=True)
        if retrieval.dense
    ]
    return {
        article: sum(
            weight * best.get(article, last.get(language, 0.0)) for weight, best, last in weighted
        )
        for article, language in languages.items()
        if weighted
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
    """The keyword score of every article of either list, comparable across languages."""
    languages = {article_of(hit.passage_id): hit.language for hit in retrieval.dense}
    languages |= {hit.article_id: hit.language for hit in retrieval.keyword}
    return {
        article: keyword_score(
            shares.get(article, 0.0), retrieval.coverage.get(language, 0.0), dense[article]
        )
        for article, language in languages.items()
    }


def _by_score(
    scores: Mapping[int, float], hits: Mapping[int, Sequence[DenseHit]]
) -> tuple[int, ...]:
    """Article ids by score, equal ones by their best cosine, best first."""
    nearest = {article: found[0].cosine for article, found in hits.items()}
    return tuple(sorted(scores, key=lambda a: (-scores[a], -nearest.get(a, -1.0), a)))
