"""How many articles of the whole archive hold what is asked, over time, beside all there were.

A set, not a ranking: an article counts where it holds every word of the query and meets its
operators. Which do, the engine says; when they were published, the store.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.messages import Message
from archive.model import ArticleFilter
from archive.stats.days import DayCounts, DayStore
from archive.stats.histogram import Histogram, Unit, count_within, make_day_histogram
from archive.store.articles import ArticleStore
from indexer.analysis import ANALYZER_VERSION, is_stop_word
from indexer.attribution import resolve_filter
from indexer.engines.port import Counts, SearchEngine, check_fingerprint
from indexer.errors import QueryError
from indexer.query import Query
from indexer.query.required_words import only_exclude, require_words
from indexer.wordings import NOTHING_TO_COUNT

MOST_QUERIES = 2
# A unit that was asked for may need more bars than one that was chosen: a year of days.
MOST_ASKED_BARS = 370
# For tables: ten years of days.
MOST_ROWS = 4_000
FILTERS_REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class Counted:
    """A query and what it counts: `dated` articles stand in the bars, or `earlier` than the first
    of them; `notices` say what in it was not understood."""

    text: str
    dated: int
    undated: int = 0
    earlier: int = 0
    notices: tuple[Message, ...] = ()

    @property
    def total(self) -> int:
        return self.dated + self.undated


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """A unit of time from its first day to its last (ISO 8601 dates): the articles of each query,
    and all that pass the filter."""

    first: str
    last: str
    counts: tuple[int, ...]
    archive: int

    @property
    def shares(self) -> tuple[float, ...]:
        """Of each query, 0 to 1; 0 where the time has no articles."""
        return tuple(count / max(self.archive, 1) for count in self.counts)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars in order of time, without gaps, from the first article of any query to the last.

    `archive_undated` are all articles without a date that pass the filter.
    """

    unit: Unit
    queries: tuple[Counted, ...]
    bars: tuple[TimelineBar, ...] = ()
    archive_undated: int = 0


class Timelines:
    """Makes timelines. Safe for many threads."""

    def __init__(
        self, store: ArticleStore, engine: SearchEngine, understand: Callable[[str], Query]
    ) -> None:
        """`understand` looks up acronyms, authors and sections: `SearchService.understand`."""
        self._store = store
        self._engine = engine
        self._understand = understand
        self._days = DayStore(store.database)
        self._passing = lru_cache(FILTERS_REMEMBERED)(self._count_at)
        self._languages = lru_cache(1)(self._count_languages)

    def make(
        self,
        texts: Sequence[str],
        wanted: ArticleFilter = ArticleFilter(),
        unit: Unit | None = None,
        most_bars: int = MOST_ASKED_BARS,
    ) -> Timeline:
        """Of one query or MOST_QUERIES. A larger unit than the one asked for where that needs more
        bars; by default the smallest that gives a picture. Raises QueryError, StaleIndexError."""
        self._check_index()
        resolved = resolve_filter(wanted, self._store)
        queries = [self._read(text) for text in texts[:MOST_QUERIES]]
        found = [self._engine.count_matching(query, resolved) for query in queries]
        archive = self._count_passing(resolved)
        days = [counts.days for counts in found]
        histogram = _lay_bars(_add(days), unit, most_bars)
        series = [count_within(histogram, own) for own in days]
        counted = tuple(map(_counted, texts, queries, found, series))
        bars = _join_bars(histogram, series, count_within(histogram, archive.days))
        return Timeline(histogram.unit, counted, bars, archive.undated)

    def _read(self, text: str) -> Query:
        """The query as it demands words of articles. Raises QueryError where it demands nothing."""
        query = require_words(self._understand(text))
        if only_exclude(query.conditions) and self._are_stop_words(query):
            raise QueryError(NOTHING_TO_COUNT())
        return query

    def _are_stop_words(self, query: Query) -> bool:
        """Whether all words are stop words, in the languages of at least half of the archive."""
        languages = self._languages(self._store.last_seq())
        parts = {part for word in query.words for part in word.parts}
        silent = sum(
            articles
            for language, articles in languages.items()
            if all(is_stop_word(part, language) for part in parts)
        )
        return not parts or 2 * silent >= sum(languages.values()) > 0

    def _check_index(self) -> None:
        """Raises StaleIndexError where the index holds other terms than queries are made of."""
        held = self._engine.fingerprint()
        if held is not None:
            engine = self._engine
            today = {"analyzer": ANALYZER_VERSION, "engine": engine.name, "format": engine.format}
            check_fingerprint(held, replace(held, **today))

    def _count_passing(self, wanted: ArticleFilter) -> DayCounts:
        """All articles that pass; remembered while the archive stays as it is, but for filters
        that name articles, which may be very long."""
        if wanted.article_ids:
            return self._days.count(self._store.article_ids(wanted))
        return self._passing(self._store.last_seq(), wanted)

    def _count_at(self, _seq: int, wanted: ArticleFilter) -> DayCounts:
        if wanted == ArticleFilter():
            return self._days.count_all()
        return self._days.count(self._store.article_ids(wanted))

    def _count_languages(self, _seq: int) -> dict[str, int]:
        return dict(self._store.summarize().languages)


def _lay_bars(days: Mapping[str, int], unit: Unit | None, most_bars: int) -> Histogram:
    if unit is not None:
        return make_day_histogram(days, unit, most_bars)
    chosen = make_day_histogram(days)
    return make_day_histogram(days, "year", most_bars) if chosen.unit == "year" else chosen


def _add(several: Sequence[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for days in several:
        total.update(days)
    return total


def _counted(text: str, query: Query, found: Counts, shown: Sequence[int]) -> Counted:
    dated = sum(found.days.values())
    return Counted(text, dated, found.undated, dated - sum(shown), query.notices)


def _join_bars(
    histogram: Histogram, series: Sequence[Sequence[int]], archive: Sequence[int]
) -> tuple[TimelineBar, ...]:
    return tuple(
        TimelineBar(bar.first, bar.last, tuple(own[place] for own in series), archive[place])
        for place, bar in enumerate(histogram.bars)
    )
