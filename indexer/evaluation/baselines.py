"""The lists that a merged ranking is compared with, all derived from that ranking. Pure.

Every list of a topic thus comes from the same retrieval, and the lists differ only in the merging.
"""

from collections.abc import Mapping

from indexer.ranking.fusion import Scores, convex_combination, reciprocal_rank_fusion
from indexer.ranking.merged_ranking import Ranking

# Plain convex fusion takes this many articles of each list and gives both the same weight.
PLAIN_DEPTH = 200
PLAIN_WEIGHT = 0.5
MERGED = "hybrid"
SINGLE_LISTS = ("keyword", "semantic")
OTHER_FUSIONS = ("plain convex", "rrf")

Order = tuple[int, ...]


def list_orders(ranking: Ranking) -> Mapping[str, Order]:
    """The ids of each list's articles, best first, by the name of the list.

    "hybrid" is the ranking itself, "keyword" and "semantic" are the results of a search in these
    modes, "rrf" is the reciprocal rank fusion of the two, "plain convex" a combination of their raw
    scores.
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
    """The mean of BM25 and cosine, each scaled to the extremes of its own list.

    An article's cosine is that of its best passage. Languages are not made comparable.
    """
    words = {article: place.score for article, place in ranking.keyword.items()}
    cosines = {article: hits[0].cosine for article, hits in ranking.hits.items()}
    return convex_combination(
        scale_to_extremes(_top(words)), scale_to_extremes(_top(cosines)), PLAIN_WEIGHT
    )


def scale_to_extremes(scores: Scores) -> dict[int, float]:
    """Scale the scores from 0 to 1; all are 1 if they are equal."""
    lowest, highest = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    spread = highest - lowest
    return {a: (score - lowest) / spread if spread else 1.0 for a, score in scores.items()}


def _top(scores: Scores) -> dict[int, float]:
    return {article: scores[article] for article in _order(scores)[:PLAIN_DEPTH]}


def _order(scores: Scores) -> Order:
    return tuple(sorted(scores, key=lambda article: (-scores[article], article)))
