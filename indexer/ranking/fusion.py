"""Fusion of two ranked lists into one. Pure.

Every fusion takes a score per article for each list, higher is better, and returns one score for
each article of either list. `dense_score` and `keyword_score` first make the scores of articles in
different languages comparable.
"""

from collections.abc import Mapping

RRF_K = 60
# The best of a hundred thousand passages lies about this many deviations above the mean.
MAX_DEVIATIONS = 7.0
# In the query's own language, articles whose meaning lies z deviations above the mean have on
# average a keyword share of 0 up to 1.8 deviations, and of 0.15 for each further one.
MIN_DEVIATIONS, SHARE_PER_DEVIATION = 1.8, 0.15
# A language whose articles contain less than the first share of the query's words is foreign to the
# query; one with more than the second is its own.
FOREIGN_COVERAGE, OWN_COVERAGE = 0.3, 0.7

Scores = Mapping[int, float]


def dense_score(deviations: float) -> float:
    """An article's score by meaning, from the deviations of its best passage's cosine."""
    return max(0.0, deviations) / MAX_DEVIATIONS


def keyword_score(share: float, coverage: float, dense: float) -> float:
    """An article's score by words: its share of a perfect match's score.

    In a language other than the query's, words match by chance or not at all. The less of the
    query's words a language covers, the more the share is replaced by the average share of articles
    with this dense score, so that no article is buried for being written in another language.
    """
    trust = min(1.0, max(0.0, (coverage - FOREIGN_COVERAGE) / (OWN_COVERAGE - FOREIGN_COVERAGE)))
    return trust * share + (1 - trust) * expected_share(dense)


def expected_share(dense: float) -> float:
    """The average keyword share of articles with this dense score in the query's language."""
    deviations = dense * MAX_DEVIATIONS
    return min(1.0, max(0.0, SHARE_PER_DEVIATION * (deviations - MIN_DEVIATIONS)))


def convex_combination(keyword: Scores, dense: Scores, keyword_weight: float) -> dict[int, float]:
    """keyword_weight * keyword + (1 - keyword_weight) * dense (Bruch et al., TOIS 2023).

    An article missing from a list scores 0 there.
    """
    return {
        article: keyword_weight * keyword.get(article, 0.0)
        + (1 - keyword_weight) * dense.get(article, 0.0)
        for article in keyword.keys() | dense.keys()
    }


def reciprocal_rank_fusion(
    keyword: Scores, dense: Scores, keyword_weight: float
) -> dict[int, float]:
    """The weighted sum of 1 / (60 + rank) over the lists (Cormack et al., SIGIR 2009)."""
    fused: dict[int, float] = {}
    for scores, weight in ((keyword, keyword_weight), (dense, 1 - keyword_weight)):
        for rank, article in enumerate(sorted(scores, key=lambda a: (-scores[a], a)), start=1):
            fused[article] = fused.get(article, 0.0) + weight / (RRF_K + rank)
    return fused


FUSIONS = {"convex": convex_combination, "rrf": reciprocal_rank_fusion}
