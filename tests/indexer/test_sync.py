from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer.sync as sync_module
from archive.intake.ingest import ingest
from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.engines.port import (
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    RetrievalRequest,
    SearchEngine,
    Vectors,
)
from indexer.engines.registry import open_engine
from indexer.errors import ModelError, StaleIndexError
from indexer.query import parse_query
from indexer.sync import SyncProgress, expected_fingerprint, sync
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.stores import new_store


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
    store = new_store(folder / "archive.sqlite")
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
    assert engine.statistics() == fresh.statistics()
    for word in ("commun", *(f"mot{n}" for n in range(6))):
        assert words(engine, word) == words(fresh, word)
    assert engine.check() == []
    store.close()


def test_a_stale_index_is_refused_before_anything_is_encoded(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    add(store, "Un", "des missiles")
    sync(store, engine, embedder)
    other = FakeEmbedder("other")
    with pytest.raises(StaleIndexError, match="hemero index --rebuild"):
        sync(store, engine, other)
    add(store, "Deux", "une soupe")
    with pytest.raises(StaleIndexError):
        sync(store, engine, other)
    assert other.calls == 0


def test_another_format_or_analyzer_costs_no_encoding(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    first, second = add(store, "Un", "des missiles"), add(store, "Deux", "une soupe")
    sync(store, engine, embedder)
    held, statistics = engine.vectors([first, second]), engine.statistics()
    earlier = replace(expected_fingerprint(embedder, engine), format="2", analyzer="0")
    rewrite(store, engine, earlier)
    with pytest.raises(StaleIndexError, match=r"analyzer 0, not .*; format 2, not "):
        sync(store, engine, embedder)
    third = add(store, "Trois", "un article nouveau")
    other = FakeEmbedder()
    report = sync(store, engine, other, rebuild=True)
    assert (report.indexed, len(other.texts)) == (3, 1)
    assert engine.fingerprint() == expected_fingerprint(other, engine)
    for article_id, own in engine.vectors([first, second]).items():
        assert np.array_equal(own.vectors, held[article_id].vectors)
    assert engine.statistics() != statistics
    assert words(engine, "missiles") == {first}
    assert words(engine, "nouveau") == {third}


@pytest.mark.parametrize("change", [{"model": "other"}, {"splitter": "0"}, {}])
def test_vectors_of_another_model_or_splitter_are_not_kept(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder, change: dict[str, str]
) -> None:
    add(store, "Un", "des missiles")
    sync(store, engine, embedder)
    rewrite(store, engine, replace(expected_fingerprint(embedder, engine), **change))
    other = FakeEmbedder()
    sync(store, engine, other, rebuild=True)
    assert len(other.texts) == 1


def rewrite(store: ArticleStore, engine: SearchEngine, fingerprint: Fingerprint) -> None:
    """Make the index again as something else would have made it."""
    vectors, checkpoint = engine.vectors(engine.article_ids()), engine.checkpoint()
    engine.clear()
    articles = (
        IndexedArticle(a.id, a.title, a.text, a.source, a.language, a.published, own.vectors)
        for a in store.each_article()
        if (own := vectors.get(a.id))
    )
    engine.write(IndexBatch(fingerprint, tuple(articles)))
    engine.commit(checkpoint)


def test_batches_are_committed_as_they_come_and_outlive_a_failure(
    store: ArticleStore, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_ARTICLES", 2)
    monkeypatch.setattr(sync_module, "COMMIT_ARTICLES", 4)
    for n in range(7):
        add(store, f"Titre {n}", f"texte numéro {n}")
    embedder, steps = FakeEmbedder(), []

    def fail_late(progress: SyncProgress) -> None:
        steps.append((progress.done, progress.total))
        embedder.failing = progress.done == 6

    with pytest.raises(ModelError):
        sync(store, engine, embedder, fail_late)
    assert steps == [(2, 7), (4, 7), (6, 7)]
    assert engine.count() == 4
    embedder.failing = False
    assert sync(store, engine, embedder).indexed == 3
    assert (engine.count(), embedder.calls) == (7, 5)
    assert engine.checkpoint() == store.last_seq()


def test_an_article_deleted_while_it_is_encoded_is_gone_after_all(
    store: ArticleStore, engine: SearchEngine
) -> None:
    kept, gone = add(store, "Un", "des missiles"), add(store, "Deux", "une soupe")

    class Deleting(FakeEmbedder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            if not self.calls:
                with store.transaction() as transaction:
                    transaction.delete(gone)
            return super().encode_passages(texts)

    sync(store, engine, Deleting())
    assert list(engine.article_ids()) == [kept]
    assert engine.checkpoint() == store.last_seq()


def test_an_article_deleted_between_change_and_reading_is_removed(
    store: ArticleStore,
    engine: SearchEngine,
    embedder: FakeEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, gone = add(store, "Un", "des missiles"), add(store, "Deux", "une soupe")
    read = store.get_many

    def read_late(ids: Sequence[int]) -> list[Article]:
        monkeypatch.undo()
        with store.transaction() as transaction:
            transaction.delete(gone)
        return read(ids)

    monkeypatch.setattr(store, "get_many", read_late)
    sync(store, engine, embedder)
    assert list(engine.article_ids()) == [kept]
