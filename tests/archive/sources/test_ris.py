"""Citations in RIS: those with a text become articles."""

from typing import Any

RIS = """TY  - NEWS
TI  - La passerelle est votée
AU  - Exemple, Anne
AU  - Témoin, Paul
JO  - Le Petit Vercombe
DA  - 2021/12/03
UR  - https://a.example/p
AB  - Le conseil municipal a voté lundi soir la construction d'une passerelle.
ER  - 

TY  - NEWS
T1  - Le chantier commence
PY  - 2021
N2  - Le chantier doit commencer au printemps.
ER  - 

TY  - BOOK
TI  - Un livre sans texte
ER  - 
"""  # noqa: W291 - RIS ends each tag with a space


def test_each_citation_with_a_text_is_an_article(read: Any) -> None:
    first, second, third = read("citations.ris", RIS)
    assert first.draft.title == "La passerelle est votée"
    assert first.draft.authors == ("Exemple, Anne", "Témoin, Paul")
    assert (first.draft.source, first.draft.published) == ("Le Petit Vercombe", "2021-12-03")
    assert first.draft.url == "https://a.example/p"
    assert second.draft.title == "Le chantier commence"
    assert second.draft.paragraphs == ("Le chantier doit commencer au printemps.",)
    assert "without text" in str(third.problem)


def test_it_is_told_from_its_content(read: Any) -> None:
    assert len(read("citations.txt", RIS)) == 3


def test_damaged_citations_are_refused(read: Any) -> None:
    items = read("a.ris", "TY  - NEWS\nTI  - Un\nTY  - NEWS\n")
    assert all(item.draft is None for item in items)
