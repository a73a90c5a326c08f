import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import LONGEST_TERM_CHARACTERS, analyze_tokens, fold, stop_words, tokenize


def folded(text: str) -> list[str]:
    return [token.folded for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Portée PORTÉE porte\u0301e", ["portee"] * 3),
        ("L’accord d'urgence jusqu’à qu'il", ["accord", "urgence", "a", "il"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("S.N.C.F. et SNCF, U.S. Army", ["sncf", "et", "sncf", "us", "army"]),
        ("1 200 1\u00a0200 1\u202f200 1.200 1,200", ["1200"] * 5),
        ("3,5 % 3.5", ["3.5", "3.5"]),
        ("en 2012 300 morts", ["en", "2012", "300", "morts"]),
        ("œuvre Straße Łódź", ["oeuvre", "strasse", "lodz"]),
        ("Чёрный чёрный край", ["черный", "черный", "край"]),
        ("東京都で", ["東京", "京都", "都で"]),
        ("صَوَارِيخ", ["صواريخ"]),
        ("COVID-19", ["covid", "19"]),
        ("🚀 — !", []),
    ],
)
def test_one_reading_for_every_writing(text: str, expected: list[str]) -> None:
    assert folded(text) == expected


def test_terms_of_inflected_forms_are_equal() -> None:
    assert analyze_tokens(["missile", "missiles"], "fr") == ["missil", "missil"]
    assert analyze_tokens(["negotiation", "negotiations"], "en") == ["negoti", "negoti"]


def test_stop_words_are_those_of_the_language() -> None:
    assert analyze_tokens(["les", "missiles", "de", "portee"], "fr") == ["missil", "porte"]
    assert "les" not in stop_words("en")
    assert analyze_tokens(["mot"], "xx") == ["mot"]


def test_an_exploding_sign_stays_bounded() -> None:
    started = time.monotonic()
    (token,) = tokenize("\ufdfa" * 1_000)
    assert len(token.folded) <= LONGEST_TERM_CHARACTERS
    assert time.monotonic() - started < 2


@given(st.text())
def test_tokens_stand_where_they_say(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert token.start < token.end
        assert token.start >= end - 1
        assert len(token.folded) <= LONGEST_TERM_CHARACTERS
        end = token.end


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_composed_and_decomposed_text_have_the_same_tokens(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert folded(composed) == folded(unicodedata.normalize("NFD", composed))


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)
