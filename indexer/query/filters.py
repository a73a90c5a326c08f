"""From what people type to an ArticleFilter. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from archive.model import ArticleFilter
from archive.text.language import language_code
from archive.text.normalize import clean_line
from indexer.errors import QueryError

_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_AGE = re.compile(r"(\d{1,5})([djwsmya])", re.ASCII)
# In English and French: d(ays) j(ours), w(eeks) s(emaines), m(onths, mois), y(ears) a(ns).
_DAYS = {"d": 1, "j": 1, "w": 7, "s": 7, "m": 30, "y": 365, "a": 365}


def make_filter(
    sources: Iterable[str] = (),
    languages: Iterable[str] = (),
    after: str | None = None,
    before: str | None = None,
    *,
    sections: Iterable[str] = (),
    authors: Iterable[str] = (),
    tags: Iterable[str] = (),
    collections: Iterable[int] = (),
) -> ArticleFilter:
    """`after` and `before` are years, months, days or ages (see `period_bounds`), and both are
    included. Raises QueryError."""
    return ArticleFilter(
        sources=_names(sources),
        sections=_names(sections),
        authors=_names(authors),
        tags=_names(tags),
        collections=tuple(collections),
        languages=tuple(read_language(tag) for tag in languages if tag),
        published_from=period_bounds(after)[0] if after else None,
        published_before=period_bounds(before)[1] if before else None,
    )


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in map(clean_line, texts) if name)


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
        raise QueryError(
            f"not a date: {_shorten(text)!r}; write 2021, 2021-12 or 2021-12-03"
        ) from exc


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
    code = "und" if tag == "und" else language_code(tag)
    if code is None:
        raise QueryError(f"not a language: {_shorten(tag)!r}; write a code such as fr, en or ar")
    return code
