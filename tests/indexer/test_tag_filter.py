"""Tags and collections as filters and in the query language, through the whole search."""

import pytest

from archive.intake.ingest import ingest
from archive.model import ArticleFilter
from archive.store.articles import ArticleStore
from archive.store.collections import CollectionStore
from archive.store.tags import TagStore
from indexer.attribution import resolve_filter
from indexer.engines.port import SearchEngine
from indexer.filters import make_filter
from indexer.query import parse_query
from indexer.query.records import NO_ARTICLE, AnyOf, AttributedTo, Not
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item

ITEMS = [
    make_item("Accord à Genève", "Les missiles seront détruits en mai.", language="fr"),
    make_item("Crue", "Les missiles et la rivière.", language="fr"),
    make_item("Marées", "Les missiles et les marées.", language="fr"),
]


@pytest.fixture
def tags(store: ArticleStore) -> TagStore:
    list(ingest(ITEMS, store))
    made = TagStore(store.database)
    made.tag([1, 2], ["Désarmement nucléaire"])
    made.tag([2], ["Eau"])
    return made


@pytest.fixture
def service(
    store: ArticleStore, tags: TagStore, engine: SearchEngine, embedder: FakeEmbedder
) -> SearchService:
    sync(store, engine, embedder)
    return SearchService(store, engine, embedder)


def found(service: SearchService, text: str, wanted: ArticleFilter = ArticleFilter()) -> set[int]:
    page = service.search(SearchQuery(text, filter=wanted))
    return {result.article.id for result in page.results}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("missiles tag:nucleaire", {1, 2}),
        ('missiles étiquette:"DÉSARMEMENT NUCLÉAIRE"', {1, 2}),
        ("missiles etiquette:eau", {2}),
        ("missiles -tag:eau", {1, 3}),
        ("missiles tag:eau tag:nucléaire", {1, 2}),
        ("missiles tag:eau AND tag:nucléaire", {2}),
        ("tag:eau", {2}),
        ("missiles tag:nucl", set()),
    ],
)
def test_the_operator(service: SearchService, text: str, ids: set[int]) -> None:
    assert found(service, text) == ids


def test_what_the_operator_reads() -> None:
    assert parse_query("a tag:B étiquette:C -tag:D").conditions == (
        Not(AttributedTo("tag", ("d",))),
        AnyOf((AttributedTo("tag", ("b",)), AttributedTo("tag", ("c",)))),
    )
    assert "write tag:name" in str(parse_query('missiles tag:"…"').notices[0])


def test_a_new_tag_is_found_without_indexing(service: SearchService, tags: TagStore) -> None:
    assert found(service, "missiles tag:neuf") == set()
    tags.tag([3], ["neuf"])
    assert found(service, "missiles tag:neuf") == {3}
    assert found(service, "missiles", make_filter(tag=["NEUF"])) == {3}


def test_filters_hold_together(store: ArticleStore, service: SearchService) -> None:
    collections = CollectionStore(store.database)
    made = collections.create("A")
    collections.add(made.id, [2, 3])
    assert found(service, "missiles", make_filter(collection=[made.id])) == {2, 3}
    wanted = make_filter(tag=[" désarmement  nucléaire "], collection=[made.id])
    assert found(service, "missiles", wanted) == {2}
    assert found(service, "missiles", make_filter(collection=[made.id + 1])) == set()


def test_a_filter_is_settled_once(store: ArticleStore, tags: TagStore) -> None:
    settled = resolve_filter(make_filter(source=["S"], tag=["eau"]), store)
    assert settled == ArticleFilter(sources=("S",), article_ids=NO_ARTICLE)
    settled = resolve_filter(make_filter(tag=["eau"], language=["fr"]), store)
    assert settled == ArticleFilter(languages=("fr",), article_ids=(2,))
    assert resolve_filter(settled, store) is settled


@pytest.mark.parametrize("tag", ["\x00", "\u202e", "<b>", "x" * 10_000, '"', "(", "tag:"])
def test_hostile_tags_find_nothing(service: SearchService, tag: str) -> None:
    found(service, f"missiles tag:{tag}")
    found(service, f'missiles tag:"{tag}"')
    assert make_filter(tag=["", "  ", "\x00"]).tags == ()
    assert found(service, "missiles", ArticleFilter(tags=(tag,))) == set()
