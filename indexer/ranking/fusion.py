"""Two ranked lists into one. Pure.

Every fusion takes for each list a score per article, higher is better, and gives one score per
article found in either list. What makes the scores of articles in several languages comparable
comes before: `dense_score` and `keyword_score`.
"""

from collections.abc import Mapping

RRF_K = 60
# The best of a hundred thousand passages stands about so many deviations above the mean.
MOST_DEVIATIONS = 7.0
# Among articles in the query's own language, those whose meaning stands z deviations out have a
# keyword share of about so much on average: 0 up to 1.8 deviations, then 0.15 for each.
LEAST_DEVIATIONS, SHARE_PER_DEVIATION = 1.8, 0.15
# A language whose articles hold less than the one share of the query's words is not the query's; of
# more than the other, it is.
FOREIGN_COVERAGE, OWN_COVERAGE = 0.3, 0.7

Scores = Mapping[int, float]


def dense_score(deviations: float) -> float:
    """What an article's meaning is worth, by how far its best passage's cosine stands out."""
    return max(0.0, deviations) / MOST_DEVIATIONS


def keyword_score(share: float, coverage: float, dense: float) -> float:
    """What an article's words are worth: its share of a perfect match's score.

    In a language that is not the query's, words match by chance or not at all. There the share that
    articles of such a meaning have on average takes its place, as far as the query's words are
    foreign: an article is not buried for being written in another language.
    """
    trust = min(1.0, max(0.0, (coverage - FOREIGN_COVERAGE) / (OWN_COVERAGE - FOREIGN_COVERAGE)))
    return trust * share + (1 - trust) * expected_share(dense)


def expected_share(dense: float) -> float:
    """The keyword share that articles of a dense score have on average in the query's language."""
    deviations = dense * MOST_DEVIATIONS
    return min(1.0, max(0.0, SHARE_PER_DEVIATION * (deviations - LEAST_DEVIATIONS)))


def convex_combination(keyword: Scores, dense: Scores, keyword_weight: float) -> dict[int, float]:
    """keyword_weight * keyword + (1 - keyword_weight) * dense (Bruch et al., TOIS 2023).

    An article missing from a list has that list's score 0 there.
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
