"""`archive.language`: codes as given, and guesses where none was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.language import PRESS_LANGUAGES, UNDETERMINED, detect_language, language_code


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr-FR", "fr"), ("fra", "fr"), ("pt_BR", "pt"), (" EN ", "en"), ("iw", "he"),
     ("zh-Hans", "zh"), ("", None), (None, None), ("und", None), ("English", None),
     ("klingon!", None), ("\ud800", None)],
)  # fmt: skip
def test_codes(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le gouvernement a annoncé mardi une réforme des retraites.", "fr"),
        ("The government announced a pension reform on Tuesday.", "en"),
        ("Die Regierung hat am Dienstag eine Rentenreform angekündigt.", "de"),
        ("Правительство объявило во вторник о пенсионной реформе.", "ru"),
        ("政府は火曜日に年金改革を発表した。", "ja"),
        ("12 345 — 67 %", UNDETERMINED),
        ("", UNDETERMINED),
    ],
)
def test_guesses(text: str, code: str) -> None:
    assert detect_language(text) == code


@given(st.text(max_size=100))
def test_any_text_has_one_of_the_press_languages_or_none(text: str) -> None:
    assert detect_language(text) in (*PRESS_LANGUAGES, UNDETERMINED)
