"""From what an engine retrieved to one ranking over articles. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.engine import DenseHit, Retrieval
from indexer.fusion import FUSIONS, MOST_DEVIATIONS, dense_score, keyword_score
from indexer.passages import article_of

# The merged score that an article found by its meaning alone must reach: as the best of a list
# without words, else nothing is shown, and as one of its tail.
ANSWER_SCORE, TAIL_SCORE = 0.30, 0.18
# Among few passages the answer itself widens the spread it is judged by; among fewer still, nothing
# tells how far is far.
FEW_PASSAGES, FEW_PASSAGES_FACTOR, FEWEST_PASSAGES = 200, 0.6, 50


@dataclass(frozen=True, slots=True)
class KeywordRank:
    """An article's place in the keyword list, from 1; `share` is of a perfect match's score."""

    rank: int
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class SemanticRank:
    """An article's place in the list by meaning, from 1, by its best passage.

    `deviations` tell how far its score stands above the mean of its language; they make the order.
    """

    rank: int
    cosine: float
    deviations: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The merged list, whole: article ids, best first, and what each list said of them.

    `passages` are those that the meanings were judged against.
    """

    article_ids: tuple[int, ...]
    scores: Mapping[int, float]
    keyword: Mapping[int, KeywordRank]
    semantic: Mapping[int, SemanticRank]
    hits: Mapping[int, Sequence[DenseHit]]
    passages: int = 0


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
            hit.article_id: KeywordRank(rank, hit.score, hit.share)
            for rank, hit in enumerate(first.keyword, start=1)
        },
        semantic={
            article: SemanticRank(rank, hits[article][0].cosine, dense[article] * MOST_DEVIATIONS)
            for rank, article in enumerate(_by_score({a: dense[a] for a in hits}), start=1)
        },
        hits=hits,
        passages=sum(spread.passages for spread in first.spreads.values()),
    )


def drop_distant(ranking: Ranking) -> Ranking:
    """The ranking without what neither holds the words nor is near in meaning.

    Empty where no article does. Among the fewest passages all stay. Measured on questions from
    other archives and on nonsense: docs/decisions/009-fusion-across-languages.md.
    """
    ids, factor = ranking.article_ids, 1.0
    if ranking.passages < FEWEST_PASSAGES:
        return ranking
    if ranking.passages < FEW_PASSAGES:
        factor = FEW_PASSAGES_FACTOR
    best = max(ranking.scores.values(), default=0.0)
    if not ranking.keyword and best < factor * ANSWER_SCORE:
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


def _by_score(scores: Mapping[int, float]) -> tuple[int, ...]:
    return tuple(sorted(scores, key=lambda article: (-scores[article], article)))
