"""Acronyms across languages."""

from pathlib import Path

import pytest

from indexer.errors import IndexerError
from indexer.query import bundled_synonyms, load_synonyms, parse_query
from indexer.query.synonyms import WEIGHT, make_synonyms


def others(text: str) -> set[str]:
    return {
        " ".join(form.parts)
        for word in parse_query(text).words
        for form in word.forms
        if form.weight == WEIGHT
    }


@pytest.mark.parametrize("text", ["OTAN", "otan", "O.T.A.N.", "l'OTAN", "alliance atlantique"])
def test_a_writing_brings_the_others(text: str) -> None:
    assert {"nato", "нато"} <= others(text)


@pytest.mark.parametrize("text", ["un", "who", "us", "ai", '"OTAN"', "otan*", "eu"])
def test_words_phrases_and_beginnings_bring_none(text: str) -> None:
    assert others(text) == set()


@pytest.mark.parametrize("text", ["UN", "WHO", "US", "AI", "EE.UU.", "欧盟"])
def test_capitals_tell_an_acronym_from_a_word(text: str) -> None:
    assert others(text)


def test_what_is_a_word_in_most_texts_is_not_looked_for() -> None:
    assert "who" not in others("OMS")
    assert "us" not in others("USA")


def test_the_list_is_large_and_its_lines_are_groups() -> None:
    forms = bundled_synonyms().forms
    assert len(forms) > 200
    assert all(own for own in forms.values())


def test_an_archive_adds_its_own(tmp_path: Path) -> None:
    assert load_synonyms(tmp_path) is bundled_synonyms()
    (tmp_path / "acronyms.toml").write_text('SIVOM = ["Syndicat intercommunal"]\nOTAN = ["Pacte"]')
    own = load_synonyms(tmp_path)
    assert [form.parts for form in own.forms_of(("sivom",), "sivom")] == [
        ("syndicat", "intercommunal")
    ]
    assert {("nato",), ("pacte",)} <= {form.parts for form in own.forms_of(("otan",), "OTAN")}


@pytest.mark.parametrize("text", ["OTAN = 3", "OTAN = [1]", "OTAN", "\xff"])
def test_a_list_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "acronyms.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(IndexerError, match=r"acronyms\.toml"):
        load_synonyms(tmp_path)


def test_no_groups_no_synonyms() -> None:
    assert make_synonyms([["...", "OTAN"], []]).forms_of(("otan",), "OTAN") == ()
