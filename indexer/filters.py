"""Every filter of the archive, defined once, and from what people type to an ArticleFilter. Pure.

Addresses, API, command line, saved searches and feeds all take their filters from `FILTERS`: a
filter added there is offered by each of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from archive.model import ArticleFilter
from indexer.errors import QueryError
from indexer.wordings import NOT_A_DAY, NOT_A_LANGUAGE, TOO_MANY_VALUES

Kind = Literal["name", "language", "number", "first_day", "last_day"]
Given = str | Iterable[str | int] | None

MAX_NUMBER = 2**62
MAX_VALUES = 50
_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_AGE = re.compile(r"(\d{1,5})([djwsmya])", re.ASCII)
# In English and French: d(ays) j(ours), w(eeks) s(emaines), m(onths, mois), y(ears) a(ns).
_DAYS = {"d": 1, "j": 1, "w": 7, "s": 7, "m": 30, "y": 365, "a": 365}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its `name` in addresses, JSON and options, and its `field` of ArticleFilter.

    `kind` says how its texts are read, `purpose` what it does, in a line.
    """

    name: str
    field: str
    kind: Kind
    purpose: str

    @property
    def repeatable(self) -> bool:
        """Whether it takes several values, any one of which an article may have."""
        return self.kind not in ("first_day", "last_day")

    def clean(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The texts that state a value, as an address states them again."""
        if self.kind == "number":
            numbers = (number for number in map(_read_number, texts) if number is not None)
            return tuple(map(str, dict.fromkeys(numbers)))
        if self.repeatable:
            return tuple(dict.fromkeys(filter(None, texts)))
        first = next(iter(texts), "").strip()
        return (first,) if first else ()

    def read(self, given: Given) -> tuple[str, ...] | tuple[int, ...] | str | None:
        """The value of the field in an ArticleFilter. Raises QueryError, also for more than
        MAX_VALUES different ones.
        """
        texts = [given] if isinstance(given, str) else [str(text) for text in given or ()]
        if self.repeatable:
            stated = self.clean(texts)
            if len(stated) > MAX_VALUES:
                raise QueryError(TOO_MANY_VALUES(name=self.name, number=MAX_VALUES))
            values = map(self._read_one, stated)
            return tuple(value for value in values if value != "")
        period = next(iter(texts), "")
        return self._read_one(period) if period else None

    def read_stated(self, text: str) -> ArticleFilter:
        """The filter for one value. Raises QueryError, also if the text is blank."""
        value = self._read_one(text)
        fields: dict[str, Any] = {self.field: (value,) if self.repeatable else value}
        return ArticleFilter(**fields)

    def _read_one(self, text: str) -> Any:
        if self.kind == "name":
            return _clean_name(text)
        if self.kind == "language":
            return read_language(text)
        if self.kind == "number":
            return int(text)
        first, following = period_bounds(text)
        return first if self.kind == "first_day" else following


FILTERS: tuple[Filter, ...] = (
    Filter("source", "sources", "name", "Only this outlet"),
    Filter("language", "languages", "language", "Only this language, e.g. fr"),
    Filter("section", "sections", "name", "Only this section"),
    Filter("author", "authors", "name", "Only this author"),
    Filter("tag", "tags", "name", "Only articles with this tag"),
    Filter("collection", "collections", "number", "Only this collection, by its number"),
    Filter("after", "published_from", "first_day",
           "Published in or after this year, month or day"),
    Filter("before", "published_before", "last_day",
           "Published in or before this year, month or day"),
)  # fmt: skip
FILTER_NAMES = tuple(each.name for each in FILTERS)
_BY_NAME = {each.name: each for each in FILTERS}


def make_filter(**given: Given) -> ArticleFilter:
    """The filter of what each of FILTERS, by its name, was given.

    `after` and `before` are years, months, days or ages (see `period_bounds`), and both are
    included. Raises QueryError.
    """
    fields: dict[str, Any] = {
        _BY_NAME[name].field: _BY_NAME[name].read(texts) for name, texts in given.items()
    }
    return ArticleFilter(**fields)


def _clean_name(text: str) -> str:
    # Imported late, as below: the help of the command line is made from FILTERS.
    from archive.text.normalize import clean_line

    return clean_line(text)


def _read_number(text: str) -> int | None:
    """A number, brought to one the store can hold; None for what is no number."""
    try:
        return max(0, min(int(text), MAX_NUMBER))
    except ValueError:
        return None


def period_bounds(text: str) -> tuple[str, str]:
    """The first day of a year, month or day, and the day after its last, as ISO 8601 dates.

    An age, such as 7d, 2w, 6m or 1y (in French 7j, 2s, 6m, 1a), is the day that long ago, in UTC.
    Raises QueryError.

    >>> period_bounds("2021-12")
    ('2021-12-01', '2022-01-01')
    """
    try:
        return _read_period(text.strip())
    except (ValueError, OverflowError) as exc:
        raise QueryError(NOT_A_DAY(text=repr(_shorten(text)))) from exc


def range_bounds(text: str) -> tuple[str | None, str | None]:
    """The bounds of a period or of a range `from..to`, either end of which may be left open.

    >>> range_bounds("2021..2022-06")
    ('2021-01-01', '2022-07-01')
    """
    if ".." not in text:
        return period_bounds(text)
    first, _, last = text.partition("..")
    ends = [period_bounds(end) for end in (first, last) if end.strip()]
    if not ends:
        return period_bounds(text)
    start, following = min(ends)[0], max(ends)[1]
    return (start if first.strip() else None), (following if last.strip() else None)


def _read_period(text: str) -> tuple[str, str]:
    age = _AGE.fullmatch(text.lower())
    if age is not None:
        day = datetime.now(UTC).date() - timedelta(int(age[1]) * _DAYS[age[2]])
        return _bounds(day.year, day.month, day.day)
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return _bounds(*(int(part) for part in found.groups() if part is not None))


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _bounds(year: int, month: int | None = None, day: int | None = None) -> tuple[str, str]:
    first = date(year, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        following = first + timedelta(days=1)
    elif month is not None:
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    else:
        following = first.replace(year=first.year + 1)
    return first.isoformat(), following.isoformat()


def read_language(tag: str) -> str:
    """The code the archive keeps for a language tag. Raises QueryError."""
    from archive.text.language import language_code

    code = "und" if tag == "und" else language_code(tag)
    if code is None:
        raise QueryError(NOT_A_LANGUAGE(text=repr(_shorten(tag))))
    return code
