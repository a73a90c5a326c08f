"""`archive.copies.near_duplicates`: what counts as a copy, and the keys by which copies meet."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.copies.near_duplicates import (
    BANDS,
    MIN_WORDS,
    ShingledText,
    band_keys,
    containment,
    fold_words,
    is_copy,
    shingle_text,
)
from tests.support.material import ENGLISH_TEXT, FRENCH_TEXT

JAPANESE = "政府は火曜日に年金改革を発表した。"
HEADLINE = "Trois ponts de la Sarvelle fermés après la crue"
words = st.lists(st.sampled_from(fold_words(FRENCH_TEXT + ENGLISH_TEXT)), max_size=60).map(" ".join)


def test_folding_keeps_words_and_numbers_alone() -> None:
    assert fold_words("L’ÉTÉ, à 3,5 % : « Œuvre »_x") == ["l", "ete", "a", "3", "5", "œuvre", "x"]
    assert fold_words("e\u0301te\u0301") == fold_words("été")


def test_scripts_without_spaces_give_pairs_of_letters() -> None:
    assert fold_words("年金改革") == ["年金", "金改", "改革"]
    assert fold_words("日 NHK会長") == ["日", "nhk", "会長"]
    assert fold_words("ปีนี้")


@pytest.mark.parametrize(
    ("first", "second", "copies"),
    [
        (("A", FRENCH_TEXT), ("A", FRENCH_TEXT), True),
        (("A", FRENCH_TEXT), ("B", FRENCH_TEXT.upper().replace(",", " —")), True),
        (("A", FRENCH_TEXT), ("A", FRENCH_TEXT[: len(FRENCH_TEXT) // 3]), True),
        (("A", FRENCH_TEXT), ("A", f"{ENGLISH_TEXT[:200]} {FRENCH_TEXT}"), True),
        (("A", FRENCH_TEXT), ("A", FRENCH_TEXT.replace("mesures", "lois")), True),
        (("A", FRENCH_TEXT), ("A", ENGLISH_TEXT), False),
        (("A", f"{FRENCH_TEXT[:150]} {ENGLISH_TEXT}"), ("A", f"{FRENCH_TEXT}"), False),
        ((HEADLINE, FRENCH_TEXT), (HEADLINE, ENGLISH_TEXT), False),
        (("", "Trois morts à Sarvelle"), ("", "Trois morts à Sarvelle"), False),
        (("", JAPANESE), ("", JAPANESE.replace("した。", "したと言う。")), True),
        (("", JAPANESE), ("", "首相は水曜日に税制改革を否定した。"), False),
    ],
)  # fmt: skip
def test_a_copy_holds_most_of_the_words_in_their_order(
    first: tuple[str, str], second: tuple[str, str], copies: bool
) -> None:
    one, two = shingle_text(*first, "Le Fanal"), shingle_text(*second, "La Vigie")
    assert is_copy(one, two) is is_copy(two, one) is copies


def test_short_texts_of_two_outlets_under_one_headline_are_copies() -> None:
    first = shingle_text(HEADLINE, "La préfecture parle d'un retour samedi.", "Le Fanal")
    second = shingle_text(HEADLINE, "Nos reporters ont vu l'eau monter toute la nuit.", "La Vigie")
    bare = shingle_text("", HEADLINE.upper(), "L'Écho")
    assert is_copy(first, second)
    assert is_copy(first, bare)
    assert set(band_keys(first)) & set(band_keys(second)) & set(band_keys(bare))


def test_a_standfirst_that_one_outlet_repeats_makes_no_copy() -> None:
    standfirst = "Chaque soir, notre rédaction reçoit un invité qui fait le tour de l'actualité."
    titles = ("La maire de Sarvelle répond", "Un capitaine raconte la crue")
    first, second = (shingle_text(title, standfirst, "Le Fanal") for title in titles)
    assert containment(first.shingles, second.shingles) > 0.6
    assert not is_copy(first, second)
    assert is_copy(first, shingle_text(titles[0], f"{standfirst} En direct.", "Le Fanal"))
    assert is_copy(first, shingle_text(titles[1], standfirst, "La Vigie"))
    assert is_copy(first, shingle_text(titles[1], standfirst))


def test_one_outlet_may_repeat_half_a_text_under_another_headline() -> None:
    """As a series does with its blurb; what another outlet repeats is a copy."""
    first = shingle_text("Le phare de Penmor", f"{ENGLISH_TEXT[:450]} {FRENCH_TEXT}", "Le Fanal")
    second = shingle_text("La dernière diligence", f"{JAPANESE * 3} {FRENCH_TEXT}", "Le Fanal")
    assert not is_copy(first, second)
    assert is_copy(first, replace(second, source="La Vigie"))
    assert is_copy(first, replace(second, source=None))
    assert is_copy(first, replace(second, title=first.title))
    assert is_copy(
        shingle_text("Le phare", FRENCH_TEXT, "Le Fanal"),
        shingle_text("Non", FRENCH_TEXT, "Le Fanal"),
    )


def test_a_text_too_short_to_tell_has_no_keys() -> None:
    assert band_keys(shingle_text("", " ".join(["mot"] * (MIN_WORDS - 1)))) == ()
    assert band_keys(shingle_text("", "")) == ()


def test_only_short_texts_have_a_key_of_their_headline() -> None:
    assert len(band_keys(shingle_text(HEADLINE, FRENCH_TEXT[:200]))) == BANDS + 1
    assert len(band_keys(shingle_text(HEADLINE, FRENCH_TEXT))) == BANDS
    assert len(band_keys(shingle_text("La crue", FRENCH_TEXT[:200]))) == BANDS


def test_the_keys_are_those_that_archives_hold() -> None:
    """Where this fails, keys no longer match stored ones: raise _KEYS_VERSION, and rebuild."""
    keys = band_keys(shingle_text("La crue", FRENCH_TEXT))
    assert keys[:3] == PINNED
    assert len(keys) == len(set(keys)) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_the_keys_do_not_depend_on_the_process() -> None:
    script = (
        "import sys; from archive.copies.near_duplicates import band_keys, shingle_text;"
        "print(*band_keys(shingle_text('La crue', sys.argv[1]))[:3])"
    )
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", script, FRENCH_TEXT],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert tuple(map(int, done.stdout.split())) == PINNED


@given(words, words)
def test_comparing_is_symmetric_and_bounded(first: str, second: str) -> None:
    one, two = shingle_text("", first), shingle_text("", second)
    assert is_copy(one, two) == is_copy(two, one)
    assert 0 <= containment(one.shingles, two.shingles) <= 1


@given(words)
def test_a_text_long_enough_is_a_copy_of_itself(text: str) -> None:
    one = shingle_text("", text)
    assert isinstance(one, ShingledText)
    distinct = len(one.shingles) > MIN_WORDS
    assert not distinct or (is_copy(one, one) and band_keys(one) == band_keys(one))


PINNED = (-2229875650831046589, -2128699564812144842, 4345740207769370068)
