"""Timelines: the number of articles that match a query over time, beside all of the archive.

Matches are a set, not a ranking: an article counts if it contains every word of the query and meets
its conditions. The engine finds them, the store knows when they were published.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.messages import Message
from archive.model import ArticleFilter
from archive.stats.days import DayCounts, DayStore
from archive.stats.histogram import (
    Histogram,
    Unit,
    count_imprecise,
    count_within,
    make_day_histogram,
)
from archive.store.articles import ArticleStore
from indexer.analysis import ANALYZER_VERSION
from indexer.attribution import resolve_filter
from indexer.engines.port import Counts, SearchEngine, check_fingerprint
from indexer.errors import QueryError
from indexer.query import Query
from indexer.query.required_words import only_exclude, require_words
from indexer.wordings import NOTHING_TO_COUNT

MAX_QUERIES = 2
# A requested unit may need more bars than one that is chosen here: a year of days.
MAX_REQUESTED_BARS = 370
# Of a table: ten years of days.
MAX_ROWS = 4_000
MAX_CACHED_FILTERS = 16


@dataclass(frozen=True, slots=True)
class Counted:
    """A query and the number of its articles.

    `dated` articles are in the bars, except those `earlier` than the first bar and the `imprecise`
    ones, of which only a month or year is known that is longer than a bar. `notices` say what in
    the query was not understood.
    """

    text: str
    dated: int
    undated: int = 0
    earlier: int = 0
    imprecise: int = 0
    notices: tuple[Message, ...] = ()

    @property
    def total(self) -> int:
        return self.dated + self.undated


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """The articles of each query, and all that pass the filter, in one unit of time.

    `first` and `last` are its days, as ISO 8601 dates.
    """

    first: str
    last: str
    counts: tuple[int, ...]
    archive: int

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each query's articles, 0 to 1; 0 if there are no articles."""
        return tuple(count / max(self.archive, 1) for count in self.counts)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars in order of time, without gaps, from the first article of any query to the last.

    `archive_undated` and `archive_imprecise` count the articles that pass the filter and are in no
    bar: those without a date, and those of which only a longer month or year is known.
    """

    unit: Unit
    queries: tuple[Counted, ...]
    bars: tuple[TimelineBar, ...] = ()
    archive_undated: int = 0
    archive_imprecise: int = 0


class Timelines:
    """Makes timelines. Safe for many threads."""

    def __init__(
        self, store: ArticleStore, engine: SearchEngine, understand: Callable[[str], Query]
    ) -> None:
        """`understand` parses a query and looks up its tags: `SearchService.understand`."""
        self._store = store
        self._engine = engine
        self._understand = understand
        self._days = DayStore(store.database)
        self._passing = lru_cache(MAX_CACHED_FILTERS)(self._count_at)

    def make(
        self,
        texts: Sequence[str],
        wanted: ArticleFilter = ArticleFilter(),
        unit: Unit | None = None,
        max_bars: int = MAX_REQUESTED_BARS,
    ) -> Timeline:
        """The timeline of up to MAX_QUERIES queries. Raises QueryError and StaleIndexError.

        The unit is the one asked for or, if it needs more bars than allowed, a larger one; by
        default it is chosen by the span of time.
        """
        self._check_index()
        resolved = resolve_filter(wanted, self._store)
        queries = [self._read(text) for text in texts[:MAX_QUERIES]]
        found = [self._engine.count_matching(query, resolved) for query in queries]
        archive = self._count_passing(resolved)
        days = [counts.days for counts in found]
        histogram = _lay_bars(_add(days), unit, max_bars)
        series = [count_within(histogram, counts) for counts in days]
        imprecise = [count_imprecise(each, histogram.unit) for each in days]
        counted = tuple(map(_counted, texts, queries, found, series, imprecise))
        bars = _join_bars(histogram, series, count_within(histogram, archive.days))
        return Timeline(
            histogram.unit,
            counted,
            bars,
            archive.undated,
            count_imprecise(archive.days, histogram.unit),
        )

    def _read(self, text: str) -> Query:
        """The query with its words required. Raises QueryError if it requires nothing."""
        query = require_words(self._understand(text))
        if not query.words and only_exclude(query.conditions):
            raise QueryError(NOTHING_TO_COUNT())
        return query

    def _check_index(self) -> None:
        """Raises StaleIndexError if the terms of the index and of queries differ."""
        made_by = self._engine.fingerprint()
        if made_by is not None:
            engine = self._engine
            today = {"analyzer": ANALYZER_VERSION, "engine": engine.name, "format": engine.format}
            check_fingerprint(made_by, replace(made_by, **today))

    def _count_passing(self, wanted: ArticleFilter) -> DayCounts:
        """Count all articles that pass the filter, cached until the archive changes.

        Filters that list article ids may be very long and are not cached.
        """
        if wanted.article_ids:
            return self._days.count(self._store.article_ids(wanted))
        return self._passing(self._store.last_seq(), wanted)

    def _count_at(self, _seq: int, wanted: ArticleFilter) -> DayCounts:
        if wanted == ArticleFilter():
            return self._days.count_all()
        return self._days.count(self._store.article_ids(wanted))


def _lay_bars(days: Mapping[str, int], unit: Unit | None, max_bars: int) -> Histogram:
    if unit is not None:
        return make_day_histogram(days, unit, max_bars)
    chosen = make_day_histogram(days)
    return make_day_histogram(days, "year", max_bars) if chosen.unit == "year" else chosen


def _add(several: Sequence[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for days in several:
        total.update(days)
    return total


def _counted(
    text: str, query: Query, found: Counts, shown: Sequence[int], imprecise: int
) -> Counted:
    dated = sum(found.days.values())
    earlier = dated - imprecise - sum(shown)
    return Counted(text, dated, found.undated, earlier, imprecise, query.notices)


def _join_bars(
    histogram: Histogram, series: Sequence[Sequence[int]], archive: Sequence[int]
) -> tuple[TimelineBar, ...]:
    return tuple(
        TimelineBar(bar.first, bar.last, tuple(counts[place] for counts in series), archive[place])
        for place, bar in enumerate(histogram.bars)
    )
