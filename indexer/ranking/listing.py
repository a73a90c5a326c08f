"""From a ranking to the list that is shown: sorted, copies folded, outlets bounded. Pure.

The list is made whole before a page is cut from it, so neither order nor totals depend on the page.
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
    """The articles of a ranking that still exist; of wire copies the first, and so of outlets."""
    ordered = sort_articles([article for article in ranked if article in facts], facts, sort)
    if fold_copies:
        ordered = _fold(ordered, facts)
    if most_per_outlet is not None:
        ordered = _bound_outlets(ordered, facts, most_per_outlet)
    return tuple(ordered)


def sort_articles(
    ranked: Sequence[int], facts: Mapping[int, ArticleFacts], sort: Sort
) -> list[int]:
    """By relevance as ranked; by date with the undated last, those of one moment as ranked."""
    if sort == "relevance":
        return list(ranked)
    dated = [article for article in ranked if facts[article].published]
    undated = [article for article in ranked if not facts[article].published]
    dated.sort(key=lambda article: facts[article].published or "", reverse=sort == "newest")
    return dated + undated


def _fold(ordered: Sequence[int], facts: Mapping[int, ArticleFacts]) -> list[int]:
    """The first article of each cluster, and those of none."""
    firsts: dict[int, int] = {}
    for article in ordered:
        cluster = facts[article].cluster_id
        if cluster is not None:
            firsts.setdefault(cluster, article)
    return [a for a in ordered if firsts.get(facts[a].cluster_id or 0, a) == a]


def _bound_outlets(
    ordered: Sequence[int], facts: Mapping[int, ArticleFacts], most: int
) -> list[int]:
    """An article without an outlet is one of its own."""
    seen: Counter[str] = Counter()
    kept = []
    for article in ordered:
        source = facts[article].source
        if source is None or seen[source] < most:
            kept.append(article)
        if source is not None:
            seen[source] += 1
    return kept
