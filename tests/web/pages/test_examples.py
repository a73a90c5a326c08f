"""Example queries: short, different, and none where there is nothing to take them from."""

import pytest

from web.pages.examples import example_queries, shorten_title


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Island runs on tides alone", "Island runs on tides alone"),
        ("Le retour du train de nuit fait revivre une gare", "Le retour du train de nuit"),
        ("Des drones livrent les médicaments des îles", "Des drones livrent les médicaments"),
        ("Échecs : à 16 ans, elle renverse un grand maître", "elle renverse un grand maître"),
        ("Cinéma : « Le Sel des jours » à Cannes", "Le Sel des jours"),
        ("a b c d e f g h i", "a b c"),
        ("", ""),
    ],
)
def test_a_title_is_cut_after_a_word_of_some_length(title: str, query: str) -> None:
    assert shorten_title(title) == query


def test_titles_of_one_clause_come_first() -> None:
    titles = ["Crue : la rivière monte", "Un vol au musée", "Grève : peu de trains"]
    assert example_queries(titles) == ["Un vol au musée", "la rivière monte", "peu de trains"]


def test_no_title_gives_no_query() -> None:
    assert example_queries(["", "Crue", "Crue", "?"]) == []
