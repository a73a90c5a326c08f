"""Dates as sources write them, with the precision they have. Pure.

A date is a moment, a day, a month or a year; none is ever turned into a more precise one. A month
is written "2021-12" and a year "2021" (ISO 8601, reduced precision).
"""

import re
from datetime import UTC, date, datetime, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1400
MAX_DATE_CHARACTERS = 100
YEAR_CHARACTERS, MONTH_CHARACTERS = len("2021"), len("2021-12")

# A moment, a day, or the text of a month or a year.
Written = datetime | date | str

# Strict, as the standard library ignores "PM", "GMT+0100" and zones it does not know. A year of
# zeros is an unset date, which it would place in this century.
_RFC5322 = re.compile(
    r"(?:[A-Za-z]{3}, *)?\d{1,2} [A-Za-z]{3} (?:[1-9]\d{3}|\d\d) \d\d?:\d\d(?::\d\d)? "
    r"(?:[+-]\d{4}|UTC?|GMT|[ECMP][SD]T)(?: \([^()]*\))?"
)
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})\b")
_TIME_OF_DAY = re.compile(r"\d[:hH]\d{2}|\d ?[hH]\b|\d ?[ap]\.?m\b", re.IGNORECASE)
_WEEK = re.compile(r"\d{4}-?W\d\d")
# Catalogues and databases fill a missing month or day with zeros.
_YEAR_AND_MONTH = re.compile(
    r"(?P<year>\d{4})(?:(?P<sign>[-/.])(?P<month>\d{1,2})(?:(?P=sign)00)?)?"
    r"|(?P<month_first>\d{1,2})[-/.](?P<year_last>\d{4})"
)
_MONTH_IN_WORDS = re.compile(r"\D*(?<!\d)\d{4}(?!\d)\D*|\d{4} ?年 ?\d{1,2} ?月|\d{4}년 ?\d{1,2}월")
# The end of a time: "Europe/Paris", also in brackets after an offset (RFC 9557), or the clock of a
# region, which is not that of its winter all year.
_NAMED_ZONE = re.compile(
    r"(?P<time>.*\d(?: ?[AaPp]\.?[Mm]\.?|Z|[+-]\d\d:?\d\d)?)\s*"
    r"(?:\[(?P<bracketed>[\w+-]+(?:/[\w+-]+)*)\]|\s(?P<named>[A-Za-z_]+(?:/[\w+-]+){1,2}|[ECMP]T))"
)
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}


def read_written(text: str, day_first: bool = False) -> Written | None:
    """Return what one clean line says, a moment with the offset that it gives; None if it is no
    date.

    Reads ISO 8601, RFC 5322 dates, named time zones, and dates in words of many languages.
    `day_first` decides about 03/12/2021.
    """
    text, zone = _split_zone(text)
    found = _parse_iso(text) or _parse_rfc5322(text) or _parse_reduced(text)
    found = found or _parse_words(text, day_first)
    return place_in(found, zone) if isinstance(found, datetime) else found


def place_in(moment: datetime, zone: tzinfo | None) -> datetime | None:
    """Return the moment on the clock of its publisher; None if UTC cannot express it.

    A time without a zone is the zone's own. One in UTC names only the moment, because many systems
    write all times so; it is moved to the zone. Without a zone, both stay as they are.
    """
    try:
        in_utc = moment.replace(tzinfo=moment.tzinfo or zone or UTC).astimezone(UTC)
        is_universal = moment.tzinfo is None or not moment.utcoffset()
        return in_utc.astimezone(zone) if zone is not None and is_universal else moment
    except OverflowError:  # before year 1 or after 9999
        return None


def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of this name in the IANA database, or None."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _split_zone(text: str) -> tuple[str, tzinfo | None]:
    """Return the text without the name of a zone, and the zone, if it ends in one that exists."""
    found = _NAMED_ZONE.fullmatch(text) if len(text) <= MAX_DATE_CHARACTERS else None
    if found is None:
        return text, None
    name = found["bracketed"] or found["named"]
    zone = find_zone(_REGIONS.get(name, name))
    return (found["time"], zone) if zone is not None else (text, None)


def _parse_iso(text: str) -> date | None:
    if _WEEK.fullmatch(text):
        return None
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return None


def _parse_rfc5322(text: str) -> date | None:
    if not _RFC5322.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _parse_reduced(text: str) -> str | None:
    """Return the month or year that digits alone give: 2021-12, 12/2021, 2021-12-00, 2021."""
    found = _YEAR_AND_MONTH.fullmatch(text)
    if found is None:
        return None
    year, month = found["year"] or found["year_last"], found["month"] or found["month_first"]
    return _reduce(int(year), int(month or 0))


def _reduce(year: int, month: int) -> str | None:
    if month > 12 or year == 0:
        return None
    return f"{year:04}-{month:02}" if month else f"{year:04}"


@lru_cache(maxsize=4_096)  # an invalid date is tried in every language: 30 ms
def _parse_words(text: str, day_first: bool) -> Written | None:
    if len(text) > MAX_DATE_CHARACTERS or not any(c.isdigit() for c in text):
        return None
    import dateparser  # slow to load: only for dates in words

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    if day_first and _DAY_OR_MONTH_FIRST.match(text):
        settings["DATE_ORDER"] = "DMY"
    moment: datetime | None = dateparser.parse(text, settings=settings)
    if moment is None:
        return _parse_month_in_words(text)
    return moment if _TIME_OF_DAY.search(text) else moment.date()


def _parse_month_in_words(text: str) -> str | None:
    """Return the month of "décembre 2021", or None if the text says more or less than that."""
    if not _MONTH_IN_WORDS.fullmatch(text):
        return None
    from dateparser.date import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["year", "month"]}
    found = DateDataParser(settings=settings).get_date_data(text)
    is_month = found.date_obj is not None and found.period == "month"
    return _reduce(found.date_obj.year, found.date_obj.month) if is_month else None
