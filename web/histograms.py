"""A histogram as a picture: bars in a box of 100 by 30 units, each a link into its time."""

from dataclasses import dataclass

from archive.histogram import Bar, Histogram, Unit
from web.arguments import this_url

WIDTH, HEIGHT = 100.0, 30.0
LEAST_HEIGHT = 1.5
GAP_SHARE = 0.15
# How much of its first day names a bar: 2021, 2021-12, 2021-12-03.
PERIOD_CHARACTERS: dict[Unit, int] = {"year": 4, "month": 7, "week": 10, "day": 10}


@dataclass(frozen=True, slots=True)
class BarView:
    """A bar: where it stands, `x` from the left and `y` from the top, and where it leads."""

    bar: Bar
    period: str
    x: float
    y: float
    width: float
    height: float
    url: str


@dataclass(frozen=True, slots=True)
class HistogramView:
    """The bars with articles, and the time from the first day of all to the last."""

    unit: Unit
    bars: list[BarView]
    first: str
    last: str
    most: int


def view_histogram(histogram: Histogram | None) -> HistogramView | None:
    """None where there is not even two units to compare."""
    if histogram is None or len(histogram.bars) < 2:
        return None
    step = WIDTH / len(histogram.bars)
    bars = [
        _view_bar(bar, PERIOD_CHARACTERS[histogram.unit], place * step, step, histogram.most)
        for place, bar in enumerate(histogram.bars)
        if bar.articles
    ]
    first, last = histogram.bars[0].first, histogram.bars[-1].last
    return HistogramView(histogram.unit, bars, first, last, histogram.most)


def _view_bar(bar: Bar, characters: int, left: float, step: float, most: int) -> BarView:
    height = max(LEAST_HEIGHT, HEIGHT * bar.articles / most)
    return BarView(
        bar,
        bar.first[:characters],
        x=round(left + step * GAP_SHARE / 2, 3),
        y=round(HEIGHT - height, 3),
        width=round(step * (1 - GAP_SHARE), 3),
        height=round(height, 3),
        url=this_url(page=[], after=[bar.first], before=[bar.last]),
    )
