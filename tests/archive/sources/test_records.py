"""`archive.sources.shared.records`: fields of one article, from JSON objects, tables and forms."""

import pytest

from archive.sources.shared.records import draft_from_record


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        ("Dupont, Jean", ("Dupont, Jean",)),
        ("de La Tour, Marie-Lise", ("de La Tour, Marie-Lise",)),
        ("von der Leyen, Ursula Maria", ("von der Leyen, Ursula Maria",)),
        ("King, Martin Luther, Jr.", ("King, Martin Luther, Jr.",)),
        ("Dupont, Jean;", ("Dupont, Jean",)),
        ("Dupont, Jean; Exemple, Anne", ("Dupont, Jean", "Exemple, Anne")),
        ("Jean Dupont; Exemple, Anne", ("Jean Dupont", "Exemple, Anne")),
        ("Jean Dupont, Anne Exemple", ("Jean Dupont", "Anne Exemple")),
        ("Jean Dupont, Anne Exemple, Eva von Sol,", ("Jean Dupont", "Anne Exemple", "Eva von Sol")),
        ("Jean Dupont, AFP", ("Jean Dupont", "AFP")),
        ("jean dupont, anne exemple", ("jean dupont", "anne exemple")),
        (" ; ", ()),
        (",", ()),
        ("", ()),
        (["Dupont, Jean"], ("Dupont, Jean",)),
        (["Dupont, Jean", "Exemple, Anne"], ("Dupont, Jean", "Exemple, Anne")),
        (["Dupont, Jean; Exemple, Anne"], ("Dupont, Jean", "Exemple, Anne")),
        (["Jean Dupont, Anne Exemple", 1], ("Jean Dupont", "Anne Exemple")),
        ({"name": "Ana"}, ("Ana",)),
        ({"name": "Dupont, Jean"}, ("Dupont, Jean",)),
        ([{"name": "Ana Sol", "url": "x"}, "Eva Mar"], ("Ana Sol", "Eva Mar")),
        ({"given": "Ana", "family": "Sol"}, ("Ana Sol",)),
        ([{"firstname": "Ana", "lastname": "Sol", "rank": 1}], ("Ana Sol",)),
        ("By Ana Sol, Eva Mar", ("Ana Sol", "Eva Mar")),
        (["Par Ana Sol, Eva Mar"], ("Ana Sol", "Eva Mar")),
        ("By", ("By",)),
        (5, ()),
    ],
)
def test_a_comma_separates_authors_only_between_whole_names(
    given: object, authors: tuple[str, ...]
) -> None:
    assert draft_from_record({"authors": given}).authors == authors
