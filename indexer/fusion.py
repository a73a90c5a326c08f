"""Two ranked lists into one. Pure.

Both functions take for each list a score per article, higher is better, and give one score per
article found in either list.
"""

from collections.abc import Mapping

RRF_K = 60
# Cosines of E5 models crowd between these two for any pair of texts; the share of the way from the
# one to the other compares with a keyword share of 0 to 1.
LEAST_COSINE = 0.70
MOST_COSINE = 1.0

Scores = Mapping[int, float]


def dense_score(cosine: float) -> float:
    """The cosine on the scale of a keyword share, 0 to 1."""
    return min(1.0, max(0.0, (cosine - LEAST_COSINE) / (MOST_COSINE - LEAST_COSINE)))


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
