import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.filters import make_filter, period_bounds, range_bounds


@given(st.dates(max_value=date(9998, 12, 31)))
def test_a_day_lies_in_its_day_month_and_year(day: date) -> None:
    text = day.isoformat()
    for period in (text, text[:7], text[:4]):
        first, following = period_bounds(period)
        assert first <= text < f"{text}T23:59:59Z" < following


@pytest.mark.parametrize(
    "text", ["", " ", "0000", "2021-00", "2021-0-1", "2021-1-0", "2021-12-03T10", "1er mai", "²⁰²¹"]
)
def test_nonsense_is_named_with_what_to_write(text: str) -> None:
    with pytest.raises(QueryError, match=r"not a date: .*; write 2021"):
        period_bounds(text)


def test_a_long_nonsense_is_shown_in_part() -> None:
    with pytest.raises(QueryError) as error:
        period_bounds("9" * 10_000)
    assert len(str(error.value)) < 120


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_any_text_makes_a_filter_or_a_query_error(a: str, b: str, c: str, d: str) -> None:
    with contextlib.suppress(QueryError):
        wanted = make_filter(source=[a], language=[b], after=c, before=d)
        "".join((*wanted.sources, *wanted.languages)).encode()


def test_a_source_is_written_as_the_archive_writes_it() -> None:
    assert make_filter(source=[" Libe\u0301ration\x00 ", "\ud800", ""]).sources == ("Libération",)


@pytest.mark.parametrize(
    ("text", "days"),
    [("7d", 7), ("7j", 7), ("2w", 14), ("2s", 14), ("3m", 90), ("1y", 365), ("0d", 0)],
)
def test_an_age_is_the_day_so_long_ago(text: str, days: int) -> None:
    first, following = period_bounds(text)
    assert date.fromisoformat(following) - date.fromisoformat(first) == timedelta(1)
    ago = datetime.now(UTC).date() - date.fromisoformat(first)
    assert ago in (timedelta(days), timedelta(days + 1))  # midnight may just have passed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021", ("2021-01-01", "2022-01-01")),
        ("2021..2022-06", ("2021-01-01", "2022-07-01")),
        ("2022-06..2021", ("2021-01-01", "2022-07-01")),
        ("2021-12-31..", ("2021-12-31", None)),
        ("..2021", (None, "2022-01-01")),
    ],
)
def test_a_range_includes_both_its_ends(text: str, expected: tuple[str, str]) -> None:
    assert range_bounds(text) == expected


@pytest.mark.parametrize("text", ["..", "2021..demain", "99999y", "2021..2022..2023"])
def test_a_range_of_nonsense_is_a_query_error(text: str) -> None:
    with pytest.raises(QueryError, match="not a date"):
        range_bounds(text)
