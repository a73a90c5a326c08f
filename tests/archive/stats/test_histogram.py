from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.stats.histogram import MAX_BARS, UNITS, Histogram, Unit, make_day_histogram

days = st.lists(st.dates().map(date.isoformat), min_size=1, max_size=50)


def make_histogram(moments: Iterable[str], unit: Unit = "day") -> Histogram:
    return make_day_histogram(Counter(moment[:10] for moment in moments), unit)


@given(days, st.sampled_from(UNITS))
def test_bars_follow_without_gaps_and_hold_every_article(moments: list[str], unit: Unit) -> None:
    histogram = make_histogram(moments, unit)
    assert 1 <= len(histogram.bars) <= MAX_BARS
    assert UNITS.index(histogram.unit) >= UNITS.index(unit)
    for bar, following in zip(histogram.bars, histogram.bars[1:], strict=False):
        assert date.fromisoformat(bar.last) + timedelta(1) == date.fromisoformat(following.first)
    first, last = histogram.bars[0].first, histogram.bars[-1].last
    within = [moment for moment in moments if first <= moment <= last]
    assert sum(bar.articles for bar in histogram.bars) == len(within)
    assert max(moments) <= last
    assert histogram.unit == "year" or min(moments) >= first


def test_the_unit_grows_with_the_time_between() -> None:
    spans = {"day": 10, "week": 100, "month": 1_000, "year": 10_000}
    for unit, distance in spans.items():
        end = date(2021, 12, 3) + timedelta(distance)
        assert make_histogram(["2021-12-03T10:00:00", end.isoformat()]).unit == unit


def test_a_week_begins_on_monday() -> None:
    bars = make_histogram(["2021-12-05", "2021-12-06"], "week").bars
    assert [(bar.first, bar.last, bar.articles) for bar in bars] == [
        ("2021-11-29", "2021-12-05", 1),
        ("2021-12-06", "2021-12-12", 1),
    ]


def test_of_years_without_end_the_latest_are_kept() -> None:
    histogram = make_histogram(["0001-01-01", "2021-01-01", "9999-12-31"])
    assert (histogram.unit, len(histogram.bars)) == ("year", MAX_BARS)
    assert histogram.bars[-1].last == "9999-12-31"


def test_nothing_has_no_bars() -> None:
    assert make_histogram([]).bars == ()
    assert make_histogram([]).most == 0


def test_a_month_has_a_bar_where_bars_are_as_long() -> None:
    days = {"2021-12-03": 3, "2021-12-04": 1, "2021-12": 2, "2021": 1}
    by_day = make_day_histogram(days)
    assert (by_day.unit, [bar.articles for bar in by_day.bars]) == ("day", [3, 1])
    assert by_day.imprecise == 3
    by_month = make_day_histogram(days, "month")
    assert ([bar.articles for bar in by_month.bars], by_month.imprecise) == ([6], 1)
    by_year = make_day_histogram(days, "year")
    assert ([bar.articles for bar in by_year.bars], by_year.imprecise) == ([7], 0)


def test_the_unit_is_one_in_which_most_have_a_bar() -> None:
    assert make_day_histogram({"2021-12": 3, "2022-01": 4, "2021-12-03": 2}).unit == "month"
    assert make_day_histogram({"2019": 1, "2021": 1, "2021-12-03": 1}).unit == "year"
    assert (
        make_day_histogram({"2021": 1, "1950": 1, "2021-12-03": 9, "2021-12-04": 9}).unit == "day"
    )
