"""From a ranking to the list that is shown: sorted, copies folded, outlets bounded. Pure.

The list is made whole before a page is cut from it, so neither order nor totals depend on the page.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from archive.facets import ArticleFacts

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")


@dataclass(frozen=True, slots=True)
class Listing:
    """Article ids in the order shown; `folded` are the wire copies left out under one of them."""

    article_ids: tuple[int, ...]
    folded: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def make_listing(
    ranked: Sequence[int],
    facts: Mapping[int, ArticleFacts],
    sort: Sort = "relevance",
    *,
    fold_copies: bool = True,
    most_per_outlet: int | None = None,
) -> Listing:
    """The articles of a ranking that still exist; of wire copies the first, and so of outlets."""
    ordered = sort_articles([article for article in ranked if article in facts], facts, sort)
    folded: dict[int, list[int]] = {}
    if fold_copies:
        ordered, folded = _fold(ordered, facts)
    if most_per_outlet is not None:
        ordered = _bound_outlets(ordered, facts, most_per_outlet)
    return Listing(tuple(ordered), {shown: tuple(folded.get(shown, ())) for shown in ordered})


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


def _fold(
    ordered: Sequence[int], facts: Mapping[int, ArticleFacts]
) -> tuple[list[int], dict[int, list[int]]]:
    shown: dict[object, int] = {}
    folded: dict[int, list[int]] = {}
    for article in ordered:
        cluster = facts[article].cluster_id
        key = ("cluster", cluster) if cluster is not None else ("article", article)
        if key in shown:
            folded.setdefault(shown[key], []).append(article)
        else:
            shown[key] = article
    return list(shown.values()), folded


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
