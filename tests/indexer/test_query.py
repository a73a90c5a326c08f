import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.filters import make_filter, period_bounds
from indexer.query import MOST_WORDS, parse_query, plain_query


def test_words_phrases_and_exclusions() -> None:
    query = parse_query('missiles "moyenne portée" -drones -"mer noire" « Bon jour »')
    assert query.words == ("missiles", "moyenne", "portee", "bon", "jour")
    assert query.phrases == (("moyenne", "portee"), ("bon", "jour"))
    assert query.excluded == (("drones",), ("mer", "noire"))
    assert "drones" not in query.meaning


@pytest.mark.parametrize("text", ['"missiles portée', 'missiles portée"', "“missiles portée"])
def test_an_unbalanced_quote_is_read_as_words(text: str) -> None:
    query = parse_query(text)
    assert (query.words, query.phrases) == (("missiles", "portee"), ())


def test_a_hyphen_inside_a_word_excludes_nothing() -> None:
    assert parse_query("porte-avions").excluded == ()
    assert parse_query("porte-avions").words == ("porte", "avions")


def test_plain_text_has_no_operators() -> None:
    query = plain_query('Macron "intraitable" -- face au racisme')
    assert (query.phrases, query.excluded) == ((), ())
    assert query.words == ("macron", "intraitable", "face", "au", "racisme")


@pytest.mark.parametrize("text", ["", "   ", "...", "!?,;", "\x00", "\u200f"])
def test_nothing_to_search_for(text: str) -> None:
    with pytest.raises(QueryError, match="nothing to search for"):
        parse_query(text)


@pytest.mark.parametrize(
    "text",
    ["de la les", "🚀", "\ufdfa" * 1_000, "mot " * 2_500, "صواريخ", "\x00missiles\x00", "-mot"],
)
def test_odd_queries_are_understood_in_bounds(text: str) -> None:
    assert len(parse_query(text).words) <= MOST_WORDS


@given(st.text())
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_query(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021", ("2021-01-01", "2022-01-01")),
        ("2021-12", ("2021-12-01", "2022-01-01")),
        ("2024-2", ("2024-02-01", "2024-03-01")),
        ("2021-12-31", ("2021-12-31", "2022-01-01")),
    ],
)
def test_a_period_includes_its_last_day(text: str, expected: tuple[str, str]) -> None:
    assert period_bounds(text) == expected


@pytest.mark.parametrize(
    "text", ["banane", "2021-13", "2021-02-30", "9999", "0000", "21", "2021-1-1-1"]
)
def test_a_date_in_nonsense_is_a_query_error(text: str) -> None:
    with pytest.raises(QueryError, match="not a date"):
        period_bounds(text)


def test_filters_from_what_people_type() -> None:
    wanted = make_filter(["Agence"], ["fra", ""], after="2020", before="2021-06")
    assert (wanted.sources, wanted.languages) == (("Agence",), ("fr",))
    assert (wanted.published_from, wanted.published_before) == ("2020-01-01", "2021-07-01")
    with pytest.raises(QueryError, match="not a language"):
        make_filter(languages=["klingon!"])


def test_phrases_are_bounded() -> None:
    (phrase,) = parse_query(f'"{"mot " * 2_000}"').phrases
    assert len(phrase) == MOST_WORDS
    (excluded,) = parse_query(f'oui -"{"mot " * 2_000}"').excluded
    assert len(excluded) == MOST_WORDS


def test_a_lone_lengthening_sign_is_no_word() -> None:
    assert parse_query("ـ").words == ()
