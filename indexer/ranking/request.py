"""The request of a search. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from archive.model import ArticleFilter
from indexer.errors import QueryError
from indexer.ranking.fusion import FUSIONS
from indexer.ranking.listing import SORTS, Sort
from indexer.wordings import (
    NO_SUCH_FUSION,
    NO_SUCH_MODE,
    NO_SUCH_ORDER,
    PAGE_OUT_OF_RANGE,
    TOO_FEW_PER_OUTLET,
    WEIGHT_OUT_OF_RANGE,
)

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")
MAX_PAGE_SIZE = 100
# More is asked for only by what writes whole lists.
MAX_LIST_SIZE = 10_000
KEYWORD_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for and how; `page` counts from 1, `page_size` is at most MAX_LIST_SIZE.

    `explain` asks for all numbers that decided the order, and for the nearest sentence of passages
    found by their meaning alone, which takes one more call of the model.
    """

    text: str
    mode: Mode = "hybrid"
    filter: ArticleFilter = field(default_factory=ArticleFilter)
    page: int = 1
    page_size: int = 10
    fusion: str = "convex"
    keyword_weight: float = KEYWORD_WEIGHT
    sort: Sort = "relevance"
    fold_copies: bool = True
    most_per_outlet: int | None = None
    with_facets: bool = False
    explain: bool = False

    @property
    def needs_whole_list(self) -> bool:
        """Whether everything with the words is wanted, be it among the best or not."""
        return self.sort != "relevance" or self.page_size > MAX_PAGE_SIZE

    def cut_page(self, article_ids: Sequence[int]) -> Sequence[int]:
        """The part of a whole list that is on the page."""
        first = (self.page - 1) * self.page_size
        return article_ids[first : first + self.page_size]

    def check(self) -> None:
        """Raises QueryError for values that are unknown or out of range."""
        if self.mode not in MODES:
            raise QueryError(NO_SUCH_MODE(name=repr(self.mode), names=", ".join(MODES)))
        if self.fusion not in FUSIONS:
            raise QueryError(NO_SUCH_FUSION(name=repr(self.fusion), names=", ".join(FUSIONS)))
        if self.page < 1 or not 1 <= self.page_size <= MAX_LIST_SIZE:
            raise QueryError(PAGE_OUT_OF_RANGE(number=MAX_LIST_SIZE))
        if self.sort not in SORTS:
            raise QueryError(NO_SUCH_ORDER(name=repr(self.sort), names=", ".join(SORTS)))
        if self.most_per_outlet is not None and self.most_per_outlet < 1:
            raise QueryError(TOO_FEW_PER_OUTLET())
        if not 0 <= self.keyword_weight <= 1:
            raise QueryError(WEIGHT_OUT_OF_RANGE())
