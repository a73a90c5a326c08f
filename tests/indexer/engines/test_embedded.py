"""What is particular to the embedded engine: files and merging."""

import random
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.embedded.meaning import vectors
from indexer.engines.embedded.storage.manifest import FILE_NAME, FORMAT, load_manifest
from indexer.engines.embedded.storage.merging import TIER_FACTOR, pick_segments
from indexer.engines.port import (
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    RetrievalRequest,
    SearchEngine,
)
from indexer.engines.registry import open_engine
from indexer.errors import CorruptIndexError
from tests.support.fakes import FakeEmbedder

FINGERPRINT = Fingerprint("fake", "1", "1")
WORDS = [f"mot{n}" for n in range(60)]


def make_articles(count: int, seed: int = 3) -> list[IndexedArticle]:
    chosen, embedder = random.Random(seed), FakeEmbedder()
    articles = []
    for number in range(1, count + 1):
        title = " ".join(chosen.choices(WORDS, k=4))
        text = " ".join(chosen.choices(WORDS, k=chosen.randint(5, 120)))
        encoded = embedder.encode_passages([text[:100], text[100:200]])
        articles.append(IndexedArticle(number, title, text, "Agence", "fr", "2021-01-01", encoded))
    return articles


def fill(engine: SearchEngine, articles: list[IndexedArticle], batch: int) -> None:
    for start in range(0, len(articles), batch):
        engine.write(IndexBatch(FINGERPRINT, tuple(articles[start : start + batch])))
        engine.commit(start + batch)


@pytest.mark.slow
def test_small_segments_merge_and_lose_nothing(tmp_path: Path) -> None:
    engine, articles = open_engine("embedded", tmp_path), make_articles(40)
    fill(engine, articles, batch=1)
    manifest = load_manifest(tmp_path)
    assert len(manifest.segments) < 2 * TIER_FACTOR
    assert engine.count() == 40
    listed = {file.name for entry in manifest.segments for file in entry.files}
    assert {path.name for path in tmp_path.glob("vectors-*")} == listed
    vector = articles[20].vectors[1]
    best = engine.retrieve(RetrievalRequest(None, vector)).dense[0]
    assert (best.passage_id, best.cosine) == (21 << 16 | 1, pytest.approx(1.0, abs=2e-3))


def test_the_lowest_full_tier_is_merged() -> None:
    assert pick_segments([1] * (TIER_FACTOR - 1)) == []
    assert pick_segments([500, *[1] * TIER_FACTOR]) == list(range(1, TIER_FACTOR + 1))
    assert pick_segments([]) == []


def test_above_the_threshold_cells_are_probed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "FLAT_PASSAGES", 500)
    engine, articles = open_engine("embedded", tmp_path), make_articles(400)
    fill(engine, articles, batch=400)
    found = 0
    for article in articles[::20]:
        hits = engine.retrieve(RetrievalRequest(None, article.vectors[0], depth=5)).dense
        found += article.id << 16 in {hit.passage_id for hit in hits}
    assert found >= 19
    allowed = engine.retrieve(
        RetrievalRequest(None, articles[0].vectors[0], depth=5, filter=_only(articles[5].id))
    ).dense
    assert {hit.passage_id >> 16 for hit in allowed} == {articles[5].id}


def _only(article_id: int):  # type: ignore[no-untyped-def]
    from archive.model import ArticleFilter

    return ArticleFilter(article_ids=(article_id,))


def damage_manifest(folder: Path) -> None:
    (folder / FILE_NAME).write_text("{")


def replace_format(folder: Path) -> None:
    text = (folder / FILE_NAME).read_text()
    (folder / FILE_NAME).write_text(text.replace(f'"format":{FORMAT}', '"format":99'))


def remove_vectors(folder: Path) -> None:
    next(folder.glob("vectors-*.faiss")).unlink()


def truncate_columns(folder: Path) -> None:
    path = next(folder.glob("vectors-*.npz"))
    path.write_bytes(path.read_bytes()[:-10])


def remove_keyword_index(folder: Path) -> None:
    for path in (folder / "keyword").iterdir():
        path.unlink()


@pytest.mark.parametrize(
    "damage",
    [damage_manifest, replace_format, remove_vectors, truncate_columns, remove_keyword_index],
)
def test_damage_is_named_with_the_cure(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    fill(open_engine("embedded", tmp_path), make_articles(5), batch=5)
    damage(tmp_path)
    engine = open_engine("embedded", tmp_path)
    with pytest.raises(CorruptIndexError, match="hemero index --rebuild"):
        engine.count()
    engine.clear()
    fill(engine, make_articles(5), batch=5)
    assert (engine.count(), engine.check()) == (5, [])


def test_a_flipped_byte_is_found_by_check(tmp_path: Path) -> None:
    engine = open_engine("embedded", tmp_path)
    fill(engine, make_articles(5), batch=5)
    path = next(tmp_path.glob("vectors-*.faiss"))
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    (problem,) = engine.check()
    assert "damaged" in str(problem)


def test_a_vector_of_another_dimension_is_refused(tmp_path: Path) -> None:
    engine = open_engine("embedded", tmp_path)
    fill(engine, make_articles(5), batch=5)
    with pytest.raises(CorruptIndexError, match="64 dimensions, not 3"):
        engine.retrieve(RetrievalRequest(None, np.ones(3, np.float32)))
