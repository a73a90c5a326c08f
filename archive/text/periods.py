"""Days, months and years as text, and the days that they hold. Pure.

A period is "2021-12-03", "2021-12" or "2021": the beginning of an ISO 8601 date. Periods compare as
text, a month before its days.
"""

from datetime import date

from archive.model import DAY_CHARACTERS, Dated
from archive.text.dates import MONTH_CHARACTERS, YEAR_CHARACTERS

FIRST_OF_YEAR, FIRST_OF_MONTH = "-01-01", "-01"


def least_period(first: str) -> str:
    """Return the least period, as text, of those that lie on or after a day.

    On 1 January begins a year, on the first of a month a month: "2021-12-01" gives "2021-12".
    """
    return first.removesuffix(FIRST_OF_YEAR).removesuffix(FIRST_OF_MONTH)


def split_periods(following: str) -> tuple[str, str]:
    """Return the month and the year around a day, of which only a part lies before it.

    All other periods that are less than the day, as text, lie wholly before it.
    """
    return following[:MONTH_CHARACTERS], following[:YEAR_CHARACTERS]


def lies_within(period: str, first: str | None, following: str | None) -> bool:
    """Return whether the whole period lies from the first day on and before the following one.

    The empty period, of an undated article, lies nowhere.
    """
    if not period or (first and period < least_period(first)):
        return False
    return not following or (period < following and period not in split_periods(following))


def first_day(period: str) -> date:
    """Return the first day of the period."""
    missing = {YEAR_CHARACTERS: FIRST_OF_YEAR, MONTH_CHARACTERS: FIRST_OF_MONTH}
    return date.fromisoformat(period + missing.get(len(period), ""))


def tells_another_date(held: Dated, given: Dated) -> bool:
    """Return whether a new date says something else than the one held, or more.

    The month of a known day, the day of a known moment, and no date at all, say nothing new.
    """
    if not given.published:
        return False
    if len(given.published) <= DAY_CHARACTERS:
        return not (held.day or "").startswith(given.published)
    same_offset = (given.published_offset or 0) == (held.published_offset or 0)
    return given.published != held.published or not same_offset


def is_day(period: str) -> bool:
    return len(period) == DAY_CHARACTERS
