"""Histograms and timelines as pictures: bars in a box of 100 by 30 units, each linking to its
period.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from archive.stats.histogram import Bar, Histogram, Unit
from indexer.timelines import Timeline, TimelineBar
from web.urls.arguments import this_url

WIDTH, HEIGHT = 100.0, 30.0
# A timeline is drawn taller, so a smaller bar is still visible.
MIN_HEIGHT, MIN_COLUMN_HEIGHT = 1.5, 0.25
GAP_SHARE = 0.15
# A share of fewer articles means little, so it does not set the scale.
TELLING_ARTICLES = 20
# How many characters of its first day name a bar: 2021, 2021-12, 2021-12-03.
PERIOD_CHARACTERS: dict[Unit, int] = {"year": 4, "month": 7, "week": 10, "day": 10}
# What the height of a bar shows: the number of articles, or their share.
Measure = Literal["articles", "share"]
MEASURES: tuple[Measure, ...] = ("articles", "share")
# Return the address of a bar's search: query number, first day, last day.
SearchUrl = Callable[[int, str, str], str]


@dataclass(frozen=True, slots=True)
class BarView:
    """A bar: its place, `x` from the left and `y` from the top, and the search it links to."""

    bar: Bar
    period: str
    x: float
    y: float
    width: float
    height: float
    url: str


@dataclass(frozen=True, slots=True)
class HistogramView:
    """The bars with articles, and the period from the first day to the last."""

    unit: Unit
    bars: list[BarView]
    first: str
    last: str
    most: int
    imprecise: int


def view_histogram(histogram: Histogram | None) -> HistogramView | None:
    """Return None if there are not two units of time to compare."""
    if histogram is None or len(histogram.bars) < 2:
        return None
    step = WIDTH / len(histogram.bars)
    bars = [
        _view_bar(bar, PERIOD_CHARACTERS[histogram.unit], place * step, step, histogram.most)
        for place, bar in enumerate(histogram.bars)
        if bar.articles
    ]
    first, last = histogram.bars[0].first, histogram.bars[-1].last
    return HistogramView(histogram.unit, bars, first, last, histogram.most, histogram.imprecise)


def _view_bar(bar: Bar, characters: int, left: float, step: float, most: int) -> BarView:
    height = max(MIN_HEIGHT, HEIGHT * bar.articles / most)
    return BarView(
        bar,
        bar.first[:characters],
        x=round(left + step * GAP_SHARE / 2, 3),
        y=round(HEIGHT - height, 3),
        width=round(step * (1 - GAP_SHARE), 3),
        height=round(height, 3),
        url=this_url(page=[], after=[bar.first], before=[bar.last]),
    )


@dataclass(frozen=True, slots=True)
class ColumnView:
    """The count of one query in a unit of time, and its bar; no articles give a height of 0."""

    number: int
    articles: int
    share: float
    x: float
    y: float
    width: float
    height: float
    url: str


@dataclass(frozen=True, slots=True)
class MomentView:
    """A unit of time: a column for each query, and the number of all articles."""

    period: str
    last: str
    archive: int
    columns: list[ColumnView]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The units of time in order; `most` is the value of a bar of full height.

    `cut` says whether shares of fewer than TELLING_ARTICLES rise above that and are cut off there.
    """

    moments: list[MomentView]
    most: float
    cut: bool


def view_timeline(timeline: Timeline, measure: Measure, search_url: SearchUrl) -> TimelineView:
    """Draw a timeline that has bars."""
    highest = max(max(_figures(bar, measure)) for bar in timeline.bars)
    telling = [bar for bar in timeline.bars if bar.archive >= TELLING_ARTICLES]
    shown = telling if measure == "share" else timeline.bars
    most = max((max(_figures(bar, measure)) for bar in shown), default=0) or highest
    characters = PERIOD_CHARACTERS[timeline.unit]
    step = WIDTH / len(timeline.bars)
    moments = []
    for place, bar in enumerate(timeline.bars):
        levels = [min(figure / most, 1) for figure in _figures(bar, measure)]
        columns = _view_columns(bar, levels, place * step, step, search_url)
        moments.append(MomentView(bar.first[:characters], bar.last, bar.archive, columns))
    return TimelineView(moments, most, cut=most < highest)


def _figures(bar: TimelineBar, measure: Measure) -> tuple[float, ...]:
    return bar.shares if measure == "share" else bar.counts


def _view_columns(
    bar: TimelineBar, levels: list[float], left: float, step: float, search_url: SearchUrl
) -> list[ColumnView]:
    """Place the columns side by side, as high as their level, 0 to 1."""
    width = step * (1 - GAP_SHARE) / len(levels)
    heights = [max(MIN_COLUMN_HEIGHT, HEIGHT * level) if level else 0.0 for level in levels]
    return [
        ColumnView(
            number,
            bar.counts[number],
            bar.shares[number],
            x=round(left + step * GAP_SHARE / 2 + number * width, 3),
            y=round(HEIGHT - height, 3),
            width=round(width, 3),
            height=round(height, 3),
            url=search_url(number, bar.first, bar.last),
        )
        for number, height in enumerate(heights)
    ]
