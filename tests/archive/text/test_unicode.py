"""Normalization takes time linear in the text, and changes no text that people write."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.unicode import MAX_MARKS, Form, normalize
from tests.support.work import at_most

FORMS = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])
MARKS = st.text(st.sampled_from("\u0300\u0316\u0344\u0345\u05b0\u064b\u0f73\u3099\U0001e94a"))
WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_MARKS // 2)


@given(FORMS, WRITTEN)
def test_short_texts_are_normalized_as_the_standard_says(form: Form, text: str) -> None:
    assert normalize(form, text) == unicodedata.normalize(form, text)


@given(FORMS, st.lists(st.one_of(WRITTEN, MARKS, MARKS.map(lambda m: m * 30))).map("".join))
def test_what_is_normalized_stays_as_it_is(form: Form, text: str) -> None:
    once = normalize(form, text)
    assert normalize(form, once) == once
    assert unicodedata.is_normalized(form, once)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_long_run_of_marks_is_parted_and_kept(form: Form) -> None:
    text = "a" + "\u0300" * 100_000 + "\u0316" * 100_000
    with at_most(3):
        done = normalize(form, text)
    assert all(len(run) <= MAX_MARKS + 1 for run in done.split("\u034f"))
    assert done.count("\u0300") + done.count("\u00e0") == 100_000
    assert done.count("\u0316") == 100_000


def test_an_emphasized_word_with_many_marks_is_as_it_was() -> None:
    text = "Z\u0351\u036b\u0343a\u0321l\u0322g\u0323o" * 20
    assert normalize("NFC", text) == unicodedata.normalize("NFC", text)
