"""A search as the arguments of an address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from indexer.errors import QueryError
from indexer.filters import FILTER_NAMES, FILTERS, make_filter, period_bounds
from indexer.ranking.listing import SORTS, Sort
from indexer.ranking.request import KEYWORD_WEIGHT, MODES, Mode, SearchQuery

PAGE_RESULTS = 10
EVEN_BALANCE = round(100 * KEYWORD_WEIGHT)
MAX_PAGE = 1_000_000
# Defaults, left out of addresses.
DEFAULT_ARGUMENTS = frozenset(
    {
        ("mode", "hybrid"),
        ("page", "1"),
        ("sort", "relevance"),
        ("balance", str(EVEN_BALANCE)),
    }
)
# What states a search, beside how it is shown.
SEARCH_ARGUMENTS = ("q", *FILTER_NAMES, "mode", "sort", "per_outlet", "balance", "page")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The search that some arguments state.

    `filters` holds the texts of those in use, by the names of FILTERS and in their order; `balance`
    is what words count beside meaning, in percent.
    """

    q: str
    mode: Mode
    filters: Mapping[str, tuple[str, ...]]
    sort: Sort
    page: int
    per_outlet: int | None
    balance: int
    explain: bool

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The name and text of each filter in use."""
        return [(name, text) for name, texts in self.filters.items() for text in texts]

    @property
    def first_day(self) -> str:
        """The first day `after` includes, for a date field; "" if it states none."""
        return _read_days(self.filters.get("after", ()))[0]

    @property
    def last_day(self) -> str:
        """The last day `before` includes, for a date field; "" if it states none."""
        return _read_days(self.filters.get("before", ()))[1]


def read_form(arguments: MultiDict[str, str]) -> SearchForm:
    """Read the search from an address's arguments; invalid values are ignored."""
    filters = {each.name: each.clean(arguments.getlist(each.name)) for each in FILTERS}
    balance = arguments.get("balance", EVEN_BALANCE, type=int)
    return SearchForm(
        q=arguments.get("q", ""),
        mode=next((mode for mode in MODES if mode == arguments.get("mode")), "hybrid"),
        filters={name: texts for name, texts in filters.items() if texts},
        sort=next((sort for sort in SORTS if sort == arguments.get("sort")), "relevance"),
        page=max(0, min(arguments.get("page", 1, type=int), MAX_PAGE)) or 1,
        per_outlet=arguments.get("per_outlet", type=int),
        balance=max(0, min(balance, 100)),
        explain=arguments.get("explain") == "1",
    )


def read_query(form: SearchForm) -> SearchQuery:
    """Return the query of the form. Raises QueryError for an invalid filter."""
    return SearchQuery(
        text=form.q,
        mode=form.mode,
        filter=make_filter(**form.filters),
        page=form.page,
        page_size=PAGE_RESULTS,
        sort=form.sort,
        most_per_outlet=form.per_outlet,
        keyword_weight=form.balance / 100,
        with_facets=True,
        explain=form.explain,
    )


def _read_days(texts: tuple[str, ...]) -> tuple[str, str]:
    """Return the first and last day of a period."""
    try:
        first, following = period_bounds("".join(texts))
    except QueryError:
        return "", ""
    return first, (date.fromisoformat(following) - timedelta(days=1)).isoformat()
