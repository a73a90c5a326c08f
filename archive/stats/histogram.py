"""Articles counted by day, week, month or year, without gaps. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from archive.model import DAY_CHARACTERS
from archive.text.dates import MONTH_CHARACTERS, YEAR_CHARACTERS
from archive.text.periods import first_day

Unit = Literal["day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "year")
MAX_BARS = 60
# How much of a date must be known for it to lie in one unit.
_CHARACTERS: Mapping[Unit, int] = {
    "day": DAY_CHARACTERS,
    "week": DAY_CHARACTERS,
    "month": MONTH_CHARACTERS,
    "year": YEAR_CHARACTERS,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of one unit of time, from its first day to its last (ISO 8601 dates)."""

    first: str
    last: str
    articles: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars of one unit in chronological order, including those without articles.

    `imprecise` articles are in no bar: only their month or year is known, and it is longer.
    """

    unit: Unit
    bars: tuple[Bar, ...] = ()
    imprecise: int = 0

    @property
    def most(self) -> int:
        """Return the number of articles of the highest bar."""
        return max((bar.articles for bar in self.bars), default=0)


def make_day_histogram(
    days: Mapping[str, int], unit: Unit = "day", max_bars: int = MAX_BARS
) -> Histogram:
    """Return the histogram of the number of articles by day, month or year.

    The unit is the smallest, from `unit` up, that needs at most `max_bars` bars and in which at
    least half of the articles have a bar: one of which only the month is known has none in days and
    weeks. If even years need more, the latest years are kept.
    """
    if not days:
        return Histogram(unit)
    chosen = _choose_unit(days, unit, max_bars)
    counts = _count_units(days, chosen)
    first, last = min(counts, default=None), max(counts, default=None)
    if first is None or last is None:
        return Histogram(chosen, imprecise=sum(days.values()))
    if chosen == "year":
        first = max(first, date(max(1, last.year - max_bars + 1), 1, 1))
    bars = (
        Bar(start.isoformat(), last_of(start, chosen).isoformat(), counts[start])
        for start in _starts(first, last, chosen)
    )
    return Histogram(chosen, tuple(bars), count_imprecise(days, chosen))


def count_within(histogram: Histogram, days: Mapping[str, int]) -> tuple[int, ...]:
    """Return how many articles of these days fall into each bar."""
    counts = _count_units(days, histogram.unit)
    return tuple(counts[date.fromisoformat(bar.first)] for bar in histogram.bars)


def count_imprecise(days: Mapping[str, int], unit: Unit) -> int:
    """Return the number of articles of which only a longer period than the unit is known."""
    return sum(days.values()) - sum(_count_units(days, unit).values())


def start_of(day: date, unit: Unit) -> date:
    """Return the first day of the unit around a day; weeks begin on Monday (ISO 8601)."""
    if unit == "week":
        return day - timedelta(days=day.weekday())  # the calendar itself begins on a Monday
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]


def last_of(start: date, unit: Unit) -> date:
    """Return the last day of the unit that starts on a day, at most the calendar's last."""
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[unit]
    if (date.max - start).days < longest:
        return date.max
    return start_of(start + timedelta(days=longest), unit) - timedelta(days=1)


def _count_units(days: Mapping[str, int], unit: Unit) -> Counter[date]:
    """Return the articles by the first day of their unit, without those of a longer period."""
    counts: Counter[date] = Counter()
    for period, articles in days.items():
        if len(period) >= _CHARACTERS[unit]:
            counts[start_of(first_day(period), unit)] += articles
    return counts


def _choose_unit(days: Mapping[str, int], smallest: Unit, max_bars: int) -> Unit:
    articles = sum(days.values())
    for unit in UNITS[UNITS.index(smallest) :]:
        counts = _count_units(days, unit)
        if 2 * sum(counts.values()) < articles:
            continue
        if _distance(min(counts), max(counts), unit) < max_bars:
            return unit
    return "year"


def _distance(first: date, last: date, unit: Unit) -> int:
    """Return the number of units from the first day's to the last day's."""
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
