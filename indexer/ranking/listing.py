"""The list that is shown, from a ranking: sorted, copies folded, outlets limited. Pure.

The whole list is made before a page is cut from it, so neither order nor totals depend on the page.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from archive.stats.facets import ArticleFacts

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")


def make_listing(
    ranked: Sequence[int],
    facts: Mapping[int, ArticleFacts],
    sort: Sort = "relevance",
    *,
    fold_copies: bool = True,
    most_per_outlet: int | None = None,
) -> tuple[int, ...]:
    """The articles of a ranking that still exist.

    With `fold_copies` only the first of each cluster of copies, with `most_per_outlet` only the
    first articles of each outlet.
    """
    ordered = sort_articles([article for article in ranked if article in facts], facts, sort)
    if fold_copies:
        ordered = _fold(ordered, facts)
    if most_per_outlet is not None:
        ordered = _limit_outlets(ordered, facts, most_per_outlet)
    return tuple(ordered)


def sort_articles(
    ranked: Sequence[int], facts: Mapping[int, ArticleFacts], sort: Sort
) -> list[int]:
    """Sort by relevance or date; articles of one date stay as ranked, undated ones go last."""
    if sort == "relevance":
        return list(ranked)
    dated = [article for article in ranked if facts[article].day]
    undated = [article for article in ranked if not facts[article].day]
    dated.sort(key=lambda article: facts[article].moment, reverse=sort == "newest")
    return dated + undated


def _fold(ordered: Sequence[int], facts: Mapping[int, ArticleFacts]) -> list[int]:
    """The first article of each cluster, and those in no cluster."""
    firsts: dict[int, int] = {}
    for article in ordered:
        cluster = facts[article].cluster_id
        if cluster is not None:
            firsts.setdefault(cluster, article)
    return [a for a in ordered if firsts.get(facts[a].cluster_id or 0, a) == a]


def _limit_outlets(
    ordered: Sequence[int], facts: Mapping[int, ArticleFacts], max_articles: int
) -> list[int]:
    """At most `max_articles` of each outlet; articles without an outlet are all kept."""
    seen: Counter[str] = Counter()
    kept = []
    for article in ordered:
        source = facts[article].source
        if source is None or seen[source] < max_articles:
            kept.append(article)
        if source is not None:
            seen[source] += 1
    return kept
