"""Periods within a range of days: all of the period, whatever its length."""

from calendar import monthrange
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.text.periods import first_day, lies_within

DATES = st.dates(date(2019, 11, 1), date(2022, 2, 28))
PERIODS = st.builds(
    lambda day, length: day.isoformat()[:length], DATES, st.sampled_from((4, 7, 10))
)


def last_day(period: str) -> date:
    first = first_day(period)
    if len(period) == len("2021"):
        return first.replace(month=12, day=31)
    is_month = len(period) == len("2021-12")
    return first.replace(day=monthrange(first.year, first.month)[1]) if is_month else first


@given(PERIODS, st.none() | DATES, st.none() | DATES)
def test_a_period_lies_within_if_its_first_and_its_last_day_do(
    period: str, first: date | None, following: date | None
) -> None:
    after = first is None or first_day(period) >= first
    before = following is None or last_day(period) < following
    bounds = (each.isoformat() if each else None for each in (first, following))
    assert lies_within(period, *bounds) == (after and before)


def test_a_month_lies_in_itself_and_its_year_but_in_no_day() -> None:
    month, year = ("2021-12-01", "2022-01-01"), ("2021-01-01", "2022-01-01")
    assert lies_within("2021-12", *month)
    assert lies_within("2021-12", *year)
    for first in (date(2021, 12, 1) + timedelta(days=n) for n in range(31)):
        following = first + timedelta(days=1)
        assert not lies_within("2021-12", first.isoformat(), following.isoformat())
    assert not lies_within("2021", *month)
    assert lies_within("2021", *year)
