"""The lists that a merged ranking is measured beside, all made of that one ranking. Pure.

So every list of a topic comes from the same retrieval: what they differ in is the merging alone.
"""

from collections.abc import Mapping

from indexer.ranking.fusion import Scores, convex_combination, reciprocal_rank_fusion
from indexer.ranking.ranking import Ranking

# The plain recipe takes so many articles of either list, and both count alike.
PLAIN_DEPTH = 200
PLAIN_WEIGHT = 0.5
MERGED = "hybrid"
SINGLE_LISTS = ("keyword", "semantic")
OTHER_FUSIONS = ("plain convex", "rrf")

Order = tuple[int, ...]


def list_orders(ranking: Ranking) -> Mapping[str, Order]:
    """Article ids, best first, by the name of the list.

    "hybrid" is the ranking itself. "keyword" and "semantic" are what the search shows in these
    modes. "rrf" is the reciprocal rank fusion of these two; "plain convex" merges their raw scores.
    """
    shares = {article: place.share for article, place in ranking.keyword.items()}
    nearness = {article: -float(place.rank) for article, place in ranking.semantic.items()}
    return {
        MERGED: ranking.article_ids,
        "keyword": _order(shares),
        "semantic": _order(nearness),
        "plain convex": _order(combine_plainly(ranking)),
        "rrf": _order(reciprocal_rank_fusion(shares, nearness, PLAIN_WEIGHT)),
    }


def combine_plainly(ranking: Ranking) -> dict[int, float]:
    """The usual recipe: BM25 and cosine, each scaled by its list's own extremes, half of each.

    An article's cosine is that of its best passage. Nothing makes languages comparable.
    """
    words = {article: place.score for article, place in ranking.keyword.items()}
    cosines = {article: hits[0].cosine for article, hits in ranking.hits.items()}
    return convex_combination(
        scale_to_extremes(_best(words)), scale_to_extremes(_best(cosines)), PLAIN_WEIGHT
    )


def scale_to_extremes(scores: Scores) -> dict[int, float]:
    """0 for the least of the list, 1 for the greatest, and 1 for all where they are alike."""
    least, most = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    spread = most - least
    return {a: (score - least) / spread if spread else 1.0 for a, score in scores.items()}


def _best(scores: Scores) -> dict[int, float]:
    return {article: scores[article] for article in _order(scores)[:PLAIN_DEPTH]}


def _order(scores: Scores) -> Order:
    return tuple(sorted(scores, key=lambda article: (-scores[article], article)))
