"""Suggestions: names by their beginnings, titles by their words."""

import pytest

from archive.copies.clusters import ClusterStore
from archive.intake.ingest import ingest
from archive.model import Article
from archive.stats.attribution import count_names
from archive.store.articles import ArticleStore
from indexer.assist.suggestions import (
    MAX_NAMES,
    MAX_SUGGESTIONS,
    Name,
    NameTable,
    Suggestion,
    SuggestionService,
)
from indexer.engines.port import SearchEngine
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item

OLDER, NEWER = "Accord à Genève sur les missiles", "Les missiles de Genève seront détruits"
ITEMS = (
    make_item(
        OLDER,
        "Des inspecteurs iront sur place en mai prochain.",
        source="Agence Rive Gauche",
        authors=("Camille Orsenne", "Théo Brachet"),
        section="Monde",
        published="2021-12-03",
    ),
    make_item(
        NEWER,
        "La nouvelle est tombée dans la nuit de samedi.",
        source="Le Fanal",
        authors=("Camille Orsenne",),
        section="Monde",
        published="2022-01-10",
    ),
    make_item(
        "Crue de la Sarvelle",
        "Le Genevois est sous les eaux.",
        authors=("Orsolya Nagy",),
        published="2020-01-10",
    ),
    make_item("東京の天気", "明日は晴れるでしょう。", source="朝日新聞", language="ja"),
)


def add(store: ArticleStore, engine: SearchEngine, *items: object) -> None:
    list(ingest(items, store))  # type: ignore[arg-type]
    sync(store, engine, FakeEmbedder())


@pytest.fixture
def service(store: ArticleStore, engine: SearchEngine) -> SuggestionService:
    add(store, engine, *ITEMS)
    return SuggestionService(store, engine)


def shown(found: list[Suggestion]) -> list[str]:
    return [each.title if isinstance(each, Article) else each.text for each in found]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("miss", [NEWER, OLDER]),
        ("geneve accord", [OLDER]),
        ("missile genè", [NEWER, OLDER]),
        ("crue d", ["Crue de la Sarvelle"]),
        ("genevois", []),
        ("ORS", ["Camille Orsenne", "Orsolya Nagy"]),
        ("camille o", ["Camille Orsenne"]),
        ("théo brachet", ["Théo Brachet"]),
        ("rive", ["Agence Rive Gauche"]),
        ("mond", ["Monde"]),
        ("朝日", ["朝日新聞"]),
        ("東京の", ["東京の天気"]),
        ("rien de tel", []),
    ],
)  # fmt: skip
def test_names_then_titles(service: SuggestionService, typed: str, expected: list[str]) -> None:
    assert shown(service.suggest(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    ["", " ", "m", "  m ", '"', "((", "*", "**", "a*" * 60, "title:", "-" * 50, "\ud800\ud800",
     "x\0y", "' OR 1=1 --", "%_", "m" * 101, "a b c d e f g h i", "\u202e\u200f"],
)  # fmt: skip
def test_hostile_or_empty_input_suggests_nothing(service: SuggestionService, typed: str) -> None:
    assert service.suggest(typed) == []


def test_names_say_what_they_are_and_of_how_many_articles(service: SuggestionService) -> None:
    assert service.suggest("orsenne") == [Name("author", "Camille Orsenne", 2)]
    assert service.suggest("mond") == [Name("section", "Monde", 2)]
    assert service.suggest("fanal") == [Name("source", "Le Fanal", 1)]


def test_answers_are_bounded_and_names_leave_room(
    store: ArticleStore, engine: SearchEngine
) -> None:
    items = [
        make_item(f"Zonda numéro {n}", f"Texte {n} sur le vent.", authors=(f"Zonda {n}",))
        for n in range(20)
    ]
    add(store, engine, *items)
    found = SuggestionService(store, engine).suggest("zond")
    assert [isinstance(each, Name) for each in found] == [True] * MAX_NAMES + [False] * 5
    assert len(found) == MAX_SUGGESTIONS


def test_copies_and_equal_titles_are_shown_once(store: ArticleStore, engine: SearchEngine) -> None:
    text = " ".join(f"Le mot numéro {n} de la dépêche d'agence." for n in range(60))
    add(
        store,
        engine,
        make_item("Crue à Sarvelle", text, source="Un", published="2021-01-01"),
        make_item("Crue à Sarvelle, selon l'agence", text + " Fin.", source="Deux",
                  published="2021-01-02"),
        make_item("Crue du jour", "Un premier texte.", published="2021-02-01"),
        make_item("Crue du jour", "Un autre, du lendemain.", published="2021-02-02"),
    )  # fmt: skip
    assert len(ClusterStore(store.database).copies_of(1)) == 1
    found = SuggestionService(store, engine).suggest("crue")
    assert shown(found) == ["Crue du jour", "Crue à Sarvelle, selon l'agence"]
    assert isinstance(found[0], Article)
    assert found[0].published == "2021-02-02"


def test_new_names_are_known_when_the_store_has_changed(
    store: ArticleStore, engine: SearchEngine
) -> None:
    moments = iter([0.0, 2.0, 21.9, 22.1, 23.0, 24.0])
    table = NameTable(store, lambda: next(moments))
    assert table.current().find("camille", 5) == []  # took two seconds to count
    add(store, engine, ITEMS[0])
    assert table.current().find("camille", 5) == []
    assert table.current().find("camille", 5) == [Name("author", "Camille Orsenne", 1)]
    assert table.current().find("camille", 5) == [Name("author", "Camille Orsenne", 1)]


def test_names_are_counted_by_sqlite(service: SuggestionService, store: ArticleStore) -> None:
    assert count_names(store.database, "author", 1) == [("Camille Orsenne", 2)]
    assert count_names(store.database, "section", 9) == [("Monde", 2)]
    assert count_names(store.database, "source", 1) == [("Agence Rive Gauche", 1)]


def test_an_empty_archive_suggests_nothing(store: ArticleStore, engine: SearchEngine) -> None:
    assert SuggestionService(store, engine).suggest("missiles") == []
