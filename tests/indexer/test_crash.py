"""A writer killed anywhere leaves an index that answers, and the next sync heals it."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.ingest import ingest
from archive.store import ArticleStore
from indexer.engine import Retrieval, RetrievalRequest, SearchEngine
from indexer.engines import open_engine
from indexer.query import parse_query
from indexer.sync import sync
from tests.fakes import FakeEmbedder, make_item

ROOT = Path(__file__).parents[2]
SYNC_AND_DIE = """
import importlib, os, sys
from pathlib import Path
from archive.store import ArticleStore
from indexer.engines import open_engine
from indexer.sync import sync
from tests.fakes import FakeEmbedder

folder, when, owner, name = Path(sys.argv[1]), *sys.argv[2:]
module, _, holder = owner.partition(":")
target = importlib.import_module(module)
target = getattr(target, holder) if holder else target
whole = getattr(target, name)

def dying(*arguments, **options):
    if when == "after":
        whole(*arguments, **options)
    os._exit(9)

setattr(target, name, dying)
store, engine = ArticleStore(folder / "archive.sqlite"), open_engine("embedded", folder / "index")
sync(store, engine, FakeEmbedder())
"""
ADD_AND_SYNC = """
import sys
from pathlib import Path
from archive.ingest import ingest
from archive.store import ArticleStore
from indexer.engines import open_engine
from indexer.sync import sync
from tests.fakes import FakeEmbedder, make_item

folder = Path(sys.argv[1])
store, engine = ArticleStore(folder / "archive.sqlite"), open_engine("embedded", folder / "index")
for n in range(int(sys.argv[2]), 10_000):
    url = f"https://a.example/{n % 40}"
    (outcome,) = ingest([make_item(f"Titre {n}", f"texte commun numéro {n}", url=url)], store)
    sync(store, engine, FakeEmbedder())
    print(outcome.id, flush=True)
"""
ENGINE = "indexer.engines.embedded.engine"


def add(store: ArticleStore, number: int, text: str) -> int:
    item = make_item(f"Titre {number}", text, url=f"https://a.example/{number}")
    (outcome,) = ingest([item], store)
    assert outcome.id is not None
    return outcome.id


def find(engine: SearchEngine, text: str) -> Retrieval:
    vector = FakeEmbedder().encode_query(text)
    return engine.retrieve(RetrievalRequest(parse_query(text), vector))


def assert_equals_rebuild(folder: Path, store: ArticleStore, engine: SearchEngine) -> None:
    fresh = open_engine("embedded", folder / "fresh")
    sync(store, fresh, FakeEmbedder())
    assert list(engine.article_ids()) == list(fresh.article_ids()) == store.article_ids()
    for text in ("commun", "ancien", "nouveau", "numéro 3"):
        healed, expected = find(engine, text), find(fresh, text)
        assert healed.dense == expected.dense
        assert [hit.article_id for hit in healed.keyword] == [
            h.article_id for h in expected.keyword
        ]
    assert engine.check() == []
    fresh.close()


@pytest.mark.parametrize("first", [True, False], ids=["first commit", "later commit"])
@pytest.mark.parametrize(
    ("when", "owner", "name"),
    [
        ("after", ENGINE, "write_segment"),
        ("before", "whoosh.index:TOC", "write"),
        ("before", "whoosh.index", "clean_files"),
        ("after", ENGINE, "write_articles"),
        ("before", ENGINE, "save_manifest"),
        ("after", ENGINE, "save_manifest"),
    ],
)
def test_a_commit_killed_anywhere_is_healed(
    tmp_path: Path, first: bool, when: str, owner: str, name: str
) -> None:
    store = ArticleStore(tmp_path / "archive.sqlite")
    held = [add(store, n, f"texte ancien commun {n}") for n in range(4)]
    if not first:
        earlier = open_engine("embedded", tmp_path / "index")
        sync(store, earlier, FakeEmbedder())
        earlier.close()
    add(store, 1, "texte nouveau commun")
    add(store, 9, "un autre texte nouveau")
    with store.transaction() as transaction:
        transaction.delete(held[2])
    died = subprocess.run(
        [sys.executable, "-c", SYNC_AND_DIE, tmp_path, when, owner, name], cwd=ROOT, check=False
    )
    assert died.returncode == 9
    engine = open_engine("embedded", tmp_path / "index")
    assert len(find(engine, "commun").dense) == engine.count()
    assert all("hemero index" in problem for problem in engine.check())
    sync(store, engine, FakeEmbedder())
    assert engine.checkpoint() == store.last_seq()
    assert_equals_rebuild(tmp_path, store, engine)
    store.close()


def test_a_merge_killed_is_healed(tmp_path: Path) -> None:
    store = ArticleStore(tmp_path / "archive.sqlite")
    engine = open_engine("embedded", tmp_path / "index")
    for n in range(7):
        add(store, n, f"texte commun {n}")
        sync(store, engine, FakeEmbedder())
    add(store, 7, "texte nouveau commun")
    died = subprocess.run(
        [sys.executable, "-c", SYNC_AND_DIE, tmp_path, "after", ENGINE, "merge_segments"],
        cwd=ROOT,
        check=False,
    )
    assert died.returncode == 9
    assert engine.count() == 8
    assert engine.check() == []
    add(store, 8, "texte nouveau commun encore")
    sync(store, engine, FakeEmbedder())
    assert_equals_rebuild(tmp_path, store, engine)
    names = {path.stem for path in (tmp_path / "index").glob("vectors-*")}
    assert len(names) == 1
    store.close()


def test_kills_at_any_time_lose_nothing_acknowledged(tmp_path: Path) -> None:
    chosen, acknowledged = random.Random(4), set()
    engine = open_engine("embedded", tmp_path / "index")
    for turn in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", ADD_AND_SYNC, tmp_path, str(turn * 1_000)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            acknowledged.add(int(writer.stdout.readline()))
            time.sleep(chosen.uniform(0.2, 0.9))
            writer.kill()
            acknowledged |= {int(line) for line in writer.stdout if line.endswith("\n")}
        assert acknowledged <= set(engine.article_ids())
        find(engine, "commun")
    assert len(acknowledged) > 4
    store = ArticleStore(tmp_path / "archive.sqlite")
    sync(store, engine, FakeEmbedder())
    assert_equals_rebuild(tmp_path, store, engine)
    store.close()
