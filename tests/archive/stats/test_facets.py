"""`archive.stats.facets`: a set of articles in numbers, exactly that set."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.intake.ingest import ingest
from archive.stats.days import DayStore
from archive.stats.facets import ArticleFacts, Facets, FacetStore
from archive.store.articles import ArticleStore
from tests.support.fakes import make_item

AGENCY = "Le pont de la Sarvelle a été fermé mardi soir après la crue, dit la préfecture. " * 4
ITEMS = (
    make_item("Un", "Le premier texte.", source="A", language="fr", section="Monde",
              authors=("Ana", "Léo"), published="2021-12-03"),
    make_item("Deux", "Le deuxième texte.", source="A", language="fr", authors=("Ana",),
              published="2021-12-31T23:30:00Z"),
    make_item("Trois", "The third text.", source="B", language="en", published="2022-01-01"),
    make_item("Quatre", "Sans rien."),
    make_item("Pont", AGENCY, source="A", published="2022-01-01", language="fr"),
    make_item("Pont fermé", AGENCY + "Avec notre correspondant.", source="B",
              published="2022-01-02", language="fr"),
)  # fmt: skip


@pytest.fixture
def filled(store: ArticleStore) -> ArticleStore:
    list(ingest(ITEMS, store))
    return store


def test_the_facets_of_a_set(filled: ArticleStore) -> None:
    facets = FacetStore(filled.database).count([1, 2, 3])
    assert facets == Facets(
        sources=(("A", 2), ("B", 1)),
        languages=(("fr", 2), ("en", 1)),
        sections=(("Monde", 1),),
        authors=(("Ana", 2), ("Léo", 1)),
        days=facets.days,
    )
    assert facets.months == (("2021-12", 2), ("2022-01", 1))
    assert FacetStore(filled.database).count([]) == Facets()
    assert FacetStore(filled.database).count([99]) == Facets()


def test_days_are_those_of_the_publishers_clocks(store: ArticleStore) -> None:
    dates = ("2021-12-04T00:30:00+01:00", "2021-12-04", "2022-01-01T07:00:00+09:00", "2021-12",
             "2021")  # fmt: skip
    items = [make_item(f"n{n}", f"Le texte {n}.", published=date) for n, date in enumerate(dates)]
    list(ingest(items, store))
    facets = FacetStore(store.database).count([1, 2, 3, 4, 5])
    days = {"2021-12-04": 2, "2022-01-01": 1, "2021-12": 1, "2021": 1}
    assert dict(facets.days) == days
    assert facets.months == (("2021-12", 3), ("2022-01", 1))
    assert DayStore(store.database).count_all().days == days
    assert DayStore(store.database).count([1, 5]).days == {"2021-12-04": 1, "2021": 1}


def test_facets_of_one_frequency_stand_by_name_and_an_author_counts_once(
    store: ArticleStore,
) -> None:
    names = ("Zoé", "Ana", "Zoé", "Élie")
    list(ingest([make_item("Un", "Un texte.", source="", authors=names)], store))
    facets = FacetStore(store.database).count([1])
    assert facets.authors == (("Ana", 1), ("Zoé", 1), ("Élie", 1))
    assert (facets.sources, facets.months) == ((), ())


def test_the_facts_of_a_set(filled: ArticleStore) -> None:
    facts = FacetStore(filled.database).facts([4, 5, 6, 99])
    assert facts[4] == ArticleFacts(4, None, None, None, None)
    assert facts[5].cluster_id == facts[6].cluster_id
    assert facts[5].cluster_id is not None
    assert 99 not in facts


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ids=st.lists(st.integers(1, 6), unique=True))
def test_facets_count_the_set_and_nothing_else(filled: ArticleStore, ids: list[int]) -> None:
    counted = dict(FacetStore(filled.database).count(ids).sources)
    sources = (item.draft.source for n, item in enumerate(ITEMS, 1) if n in ids and item.draft)
    assert counted == dict(Counter(source for source in sources if source))
