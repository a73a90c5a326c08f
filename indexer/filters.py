"""From what people type to an ArticleFilter. Pure."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from archive.language import language_code
from archive.model import ArticleFilter
from archive.normalize import clean_line
from indexer.errors import QueryError

_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def make_filter(
    sources: Iterable[str] = (),
    languages: Iterable[str] = (),
    after: str | None = None,
    before: str | None = None,
) -> ArticleFilter:
    """`after` and `before` are years, months or days, and both are included. Raises QueryError."""
    return ArticleFilter(
        sources=tuple(source for source in map(clean_line, sources) if source),
        languages=tuple(_language(tag) for tag in languages if tag),
        published_from=period_bounds(after)[0] if after else None,
        published_before=period_bounds(before)[1] if before else None,
    )


def period_bounds(text: str) -> tuple[str, str]:
    """The first day of a year, month or day, and the day after its last, as ISO 8601 dates.

    >>> period_bounds("2021-12")
    ('2021-12-01', '2022-01-01')
    """
    found = _PERIOD.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        return _bounds(*(int(part) for part in found.groups() if part is not None))
    except (ValueError, OverflowError) as exc:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise QueryError(f"not a date: {shown!r}; write 2021, 2021-12 or 2021-12-03") from exc


def _bounds(year: int, month: int | None = None, day: int | None = None) -> tuple[str, str]:
    first = date(year, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        following = first + timedelta(days=1)
    elif month is not None:
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    else:
        following = first.replace(year=first.year + 1)
    return first.isoformat(), following.isoformat()


def _language(tag: str) -> str:
    code = "und" if tag == "und" else language_code(tag)
    if code is None:
        raise QueryError(f"not a language: {tag!r}; write a code such as fr, en or ar")
    return code
