import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ingest import ingest
from archive.store import ArticleStore
from indexer.engine import RetrievalRequest, SearchEngine
from indexer.engines import open_engine
from indexer.errors import ModelError
from indexer.query import parse_query
from indexer.sync import sync
from tests.fakes import FakeEmbedder, make_item


def add(store: ArticleStore, title: str, text: str, **fields: str) -> int:
    (outcome,) = ingest([make_item(title, text, **fields)], store)
    assert outcome.id is not None
    return outcome.id


def words(engine: SearchEngine, text: str) -> set[int]:
    found = engine.retrieve(RetrievalRequest(parse_query(text), None))
    return {hit.article_id for hit in found.keyword}


def test_what_was_added_updated_and_deleted(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    first = add(store, "Un", "des missiles", url="https://a.example/1")
    second = add(store, "Deux", "une soupe")
    assert sync(store, engine, embedder).indexed == 2
    add(store, "Un", "des abeilles", url="https://a.example/1")
    with store.transaction() as transaction:
        transaction.delete(second)
    report = sync(store, engine, embedder)
    assert (report.indexed, report.removed) == (1, 1)
    assert (words(engine, "missiles"), words(engine, "abeilles")) == (set(), {first})
    assert list(engine.article_ids()) == [first]
    assert engine.checkpoint() == store.last_seq()


def test_nothing_is_encoded_twice(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    add(store, "Un", "des missiles")
    sync(store, engine, embedder)
    sync(store, engine, embedder)
    assert (embedder.calls, embedder.texts) == (1, ["Un\ndes missiles"])


def test_a_rebuild_forgets_the_old_model(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    add(store, "Un", "des missiles")
    sync(store, engine, embedder)
    report = sync(store, engine, FakeEmbedder("other"), rebuild=True)
    assert report.indexed == 1
    made_by = engine.fingerprint()
    assert made_by is not None
    assert made_by.model == "other"


def test_a_failing_model_loses_nothing(store: ArticleStore, engine: SearchEngine) -> None:
    add(store, "Un", "des missiles")
    sync(store, engine, FakeEmbedder())
    add(store, "Deux", "une soupe")
    with pytest.raises(ModelError):
        sync(store, engine, FakeEmbedder(failing=True))
    assert engine.count() == 1
    sync(store, engine, FakeEmbedder())
    assert engine.count() == 2


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["put", "delete", "sync"]), st.integers(0, 4), st.integers(0, 5)),
    max_size=15,
)


@settings(max_examples=12, deadline=None)
@given(OPERATIONS)
def test_any_interleaving_ends_as_a_rebuild_would(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    store = ArticleStore(folder / "archive.sqlite")
    engine, embedder = open_engine("embedded", folder / "index"), FakeEmbedder()
    held: dict[int, int] = {}
    for operation, place, word in operations:
        if operation == "put":
            url = f"https://a.example/{place}"
            held[place] = add(store, f"Titre {place}", f"mot{word} commun {place}", url=url)
        elif operation == "delete" and place in held:
            with store.transaction() as transaction:
                transaction.delete(held.pop(place))
        else:
            sync(store, engine, embedder)
    sync(store, engine, embedder)
    fresh = open_engine("embedded", folder / "fresh")
    sync(store, fresh, embedder)
    assert list(engine.article_ids()) == list(fresh.article_ids()) == store.article_ids()
    for word in ("commun", *(f"mot{n}" for n in range(6))):
        assert words(engine, word) == words(fresh, word)
    assert engine.check() == []
    store.close()
