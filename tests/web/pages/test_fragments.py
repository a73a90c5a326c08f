import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pages.fragments import link_words, text_directive


@pytest.mark.parametrize(
    ("text", "directive"),
    [
        ("Un essai de missiles", "Un%20essai%20de%20missiles"),
        ("porte-avions, dit-il", "porte%2Davions%2C%20dit%2Dil"),
        (
            "un deux trois quatre cinq six sept huit neuf dix onze",
            "un%20deux%20trois%20quatre%20cinq,sept%20huit%20neuf%20dix%20onze",
        ),
        ("Moscou\n\nParis", "Moscou,Paris"),
        ("  ", ""),
    ],
)
def test_a_directive_names_the_first_and_last_words(text: str, directive: str) -> None:
    assert text_directive(text) == directive


@given(st.text())
def test_no_text_breaks_out_of_its_directive(text: str) -> None:
    directive = text_directive(text)
    assert not set(directive) & set(" -&#<>\"'\n")
    assert directive.count(",") <= 1


def test_an_address_with_a_fragment_of_its_own_keeps_it() -> None:
    assert link_words("https://exemple.fr/a#b", "mots") == "https://exemple.fr/a#b"
    assert link_words("https://exemple.fr/a", "mots") == "https://exemple.fr/a#:~:text=mots"
    assert link_words("https://exemple.fr/a", "") == "https://exemple.fr/a"
