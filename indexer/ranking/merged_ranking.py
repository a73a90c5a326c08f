"""The merged ranking of articles, from what an engine retrieved. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer.engines.port import CosineSpread, DenseHit, KeywordMatches, Retrieval
from indexer.passages import article_of
from indexer.ranking.fusion import FUSIONS, MAX_DEVIATIONS, dense_score, keyword_score

# The merged score that an article found by its meaning alone must reach: as the best of a list
# without words, else nothing is shown, and as any other article of a list.
ANSWER_SCORE, TAIL_SCORE = 0.30, 0.18
# Among few passages an answer itself widens the spread by which it is judged; among fewer than
# MIN_PASSAGES the spread says nothing.
FEW_PASSAGES, FEW_PASSAGES_FACTOR, MIN_PASSAGES = 200, 0.6, 50


@dataclass(frozen=True, slots=True)
class KeywordRank:
    """An article's place in the keyword list, from 1, and its share of a perfect match's score."""

    rank: int
    score: float
    share: float


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
    first; `spreads` and `coverage` are those of the retrieval. `reranked` holds a reranker's scores
    of the best; it is empty without one.

    `is_relaxed` says that no article meets the query's conditions on its text, and these contain
    some of its words; `lacks_meaning` and `lacks_reranking` that the embedder or reranker failed.
    `matches` counts everything that has the words, if that is more than the list holds.
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
    reranked: Mapping[int, float] = field(default_factory=dict)
    is_relaxed: bool = False
    lacks_meaning: bool = False
    lacks_reranking: bool = False
    matches: KeywordMatches | None = None

    @property
    def passages(self) -> int:
        """The number of passages that the spreads describe."""
        return sum(spread.passages for spread in self.spreads.values())

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
            hit.article_id: KeywordRank(rank, hit.score, hit.share)
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
    )


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


def drop_distant(ranking: Ranking) -> Ranking:
    """The ranking without articles that neither contain the words nor are near in meaning.

    Possibly empty. With fewer than MIN_PASSAGES passages all articles stay. The thresholds were
    measured on questions from other archives and on nonsense:
    docs/decisions/009-fusion-across-languages.md.
    """
    ids, factor = ranking.article_ids, 1.0
    if ranking.passages < MIN_PASSAGES:
        return ranking
    if ranking.passages < FEW_PASSAGES:
        factor = FEW_PASSAGES_FACTOR
    best = max(ranking.scores.values(), default=0.0)
    # Not whether an article of the list contains a word: that would depend on the filter.
    if not any(ranking.coverage.values()) and best < factor * ANSWER_SCORE:
        return replace(ranking, article_ids=())
    near = factor * TAIL_SCORE
    kept = (a for a in ids if a in ranking.keyword or ranking.scores[a] >= near)
    return replace(ranking, article_ids=tuple(kept))


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
