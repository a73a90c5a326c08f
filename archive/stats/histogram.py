"""Moments counted by day, week, month or year, without gaps. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "year")
MOST_BARS = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of one unit of time, from its first day to its last (ISO 8601 dates)."""

    first: str
    last: str
    articles: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars in order of time, all of one unit, those without articles too."""

    unit: Unit
    bars: tuple[Bar, ...] = ()

    @property
    def most(self) -> int:
        """The articles of the highest bar."""
        return max((bar.articles for bar in self.bars), default=0)


def make_histogram(
    moments: Iterable[str], unit: Unit = "day", most_bars: int = MOST_BARS
) -> Histogram:
    """Of ISO 8601 moments: see `make_day_histogram`."""
    return make_day_histogram(Counter(moment[:10] for moment in moments), unit, most_bars)


def make_day_histogram(
    days: Mapping[str, int], unit: Unit = "day", most_bars: int = MOST_BARS
) -> Histogram:
    """Of the articles of each day, by the smallest unit, not below `unit`, that needs at most so
    many bars.

    Of more years than that, the latest are kept.
    """
    if not days:
        return Histogram(unit)
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    chosen = _choose_unit(first, last, unit, most_bars)
    counts = _count_units(days, chosen)
    if chosen == "year":
        first = max(first, date(max(1, last.year - most_bars + 1), 1, 1))
    bars = (
        Bar(start.isoformat(), last_of(start, chosen).isoformat(), counts[start])
        for start in _starts(first, last, chosen)
    )
    return Histogram(chosen, tuple(bars))


def count_within(histogram: Histogram, days: Mapping[str, int]) -> tuple[int, ...]:
    """The articles of these days in the time of each bar."""
    counts = _count_units(days, histogram.unit)
    return tuple(counts[date.fromisoformat(bar.first)] for bar in histogram.bars)


def start_of(day: date, unit: Unit) -> date:
    """The first day of the unit that holds a day; weeks begin on Monday (ISO 8601)."""
    if unit == "week":
        return day - timedelta(days=day.weekday())  # the calendar itself begins on a Monday
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]


def last_of(start: date, unit: Unit) -> date:
    """The last day of the unit that begins so; at the end of the calendar, its last day."""
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[unit]
    if (date.max - start).days < longest:
        return date.max
    return start_of(start + timedelta(days=longest), unit) - timedelta(days=1)


def _count_units(days: Mapping[str, int], unit: Unit) -> Counter[date]:
    counts: Counter[date] = Counter()
    for day, articles in days.items():
        counts[start_of(date.fromisoformat(day), unit)] += articles
    return counts


def _choose_unit(first: date, last: date, least: Unit, most_bars: int) -> Unit:
    for unit in UNITS[UNITS.index(least) :]:
        if _distance(first, last, unit) < most_bars:
            return unit
    return "year"


def _distance(first: date, last: date, unit: Unit) -> int:
    """How many units lie from the one to the other."""
    if unit == "year":
        return last.year - first.year
    if unit == "month":
        return (last.year - first.year) * 12 + last.month - first.month
    days = (start_of(last, unit) - start_of(first, unit)).days
    return days // 7 if unit == "week" else days


def _starts(first: date, last: date, unit: Unit) -> Iterator[date]:
    start = start_of(first, unit)
    while start <= last:
        yield start
        end = last_of(start, unit)
        if end == date.max:
            return
        start = end + timedelta(days=1)
