"""Segments of vectors: exact and probed, filtered, merged, under many threads."""

import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest

from indexer.engines.embedded.meaning import vectors as vectors_module
from indexer.engines.embedded.meaning.vectors import (
    VectorSegment,
    merge_segments,
    open_segment,
    write_segment,
)
from indexer.engines.port import IndexedArticle, Vectors
from indexer.errors import CorruptIndexError
from indexer.passages import passage_id

DIMENSION = 16
FLAT, PROBED = 100_000, 1_000


@pytest.fixture(params=[FLAT, PROBED], ids=["flat", "probed"])
def threshold(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(vectors_module, "FLAT_PASSAGES", request.param)
    return int(request.param)


def make_vectors(count: int, seed: int = 1) -> Vectors:
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSION), np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def make_articles(numbers: range, passages: int = 2) -> list[IndexedArticle]:
    drawn = make_vectors(len(numbers) * passages, seed=numbers.start)
    return [
        IndexedArticle(n, "", "", None, "fr", None, drawn[i * passages : (i + 1) * passages])
        for i, n in enumerate(numbers)
    ]


def write(folder: Path, articles: list[IndexedArticle]) -> VectorSegment:
    return open_segment(folder, write_segment(folder, articles))


def test_the_threshold_decides_the_kind(tmp_path: Path, threshold: int) -> None:
    segment = write(tmp_path, make_articles(range(1, 1_001)))
    assert isinstance(segment.index, faiss.IndexIVF) == (threshold == PROBED)
    assert (segment.index.ntotal, len(segment.articles)) == (2_000, 1_000)


def test_every_vector_finds_itself(tmp_path: Path, threshold: int) -> None:
    articles = make_articles(range(1, 1_001))
    segment = write(tmp_path, articles[::-1])
    for article in articles[::50]:
        for ordinal, vector in enumerate(article.vectors):
            ids, cosines = segment.search(vector, 3, None)
            assert ids[0] == passage_id(article.id, ordinal)
            assert cosines[0] == pytest.approx(1.0, abs=0.02)
            assert list(cosines) == sorted(cosines, reverse=True)


def test_a_narrow_filter_gives_all_it_allows(tmp_path: Path, threshold: int) -> None:
    articles = make_articles(range(1, 10_001))
    segment = write(tmp_path, articles)
    allowed = np.zeros(20_000, np.bool_)
    rows = np.random.default_rng(5).choice(20_000, 30, replace=False)
    allowed[rows] = True
    for vector in make_vectors(10, seed=9):
        ids, cosines = segment.search(vector, 30, allowed)
        assert set(ids) == set(segment.passage_ids[rows])
        exact = np.sort(segment.vectors()[rows] @ vector)[::-1]
        assert np.allclose(cosines, exact, atol=0.02)


def test_nothing_allowed_and_more_asked_than_there_is(tmp_path: Path) -> None:
    segment = write(tmp_path, make_articles(range(1, 4)))
    vector = make_vectors(1)[0]
    assert len(segment.search(vector, 200, None)[0]) == 6
    assert len(segment.search(vector, 200, np.zeros(6, np.bool_))[0]) == 0


def test_a_vector_of_another_dimension_says_to_rebuild(tmp_path: Path) -> None:
    segment = write(tmp_path, make_articles(range(1, 4)))
    with pytest.raises(CorruptIndexError, match=r"16 dimensions, not 5.*--rebuild"):
        segment.search(np.ones(5, np.float32), 1, None)


def test_merging_keeps_exactly_the_living(tmp_path: Path, threshold: int) -> None:
    first, second = make_articles(range(1, 601)), make_articles(range(601, 1_201))
    dead = frozenset({3, 4, 600})
    merged = open_segment(
        tmp_path,
        merge_segments(
            tmp_path,
            [(write(tmp_path, second), frozenset()), (write(tmp_path, first), dead)],
        ),
    )
    living = [article for article in first + second if article.id not in dead]
    assert merged.articles.ids.tolist() == [article.id for article in living]
    held = dict(zip(merged.passage_ids.tolist(), merged.vectors(), strict=True))
    expected = {passage_id(a.id, n): v for a in living for n, v in enumerate(a.vectors)}
    assert held.keys() == expected.keys()
    assert all(np.allclose(held[i], vector, atol=0.03) for i, vector in expected.items())


def test_merging_twice_loses_no_precision(tmp_path: Path) -> None:
    articles = make_articles(range(1, 50))
    segment = write(tmp_path, articles)
    before = segment.vectors()
    for _ in range(3):
        segment = open_segment(tmp_path, merge_segments(tmp_path, [(segment, frozenset())]))
    assert np.array_equal(segment.vectors(), before)


def test_threads_with_filters_of_their_own_agree_with_one(tmp_path: Path, threshold: int) -> None:
    segment = write(tmp_path, make_articles(range(1, 1_001)))
    queries = make_vectors(64, seed=3)
    masks = np.random.default_rng(4).random((64, 2_000)) < 0.3

    def search(n: int) -> list[int]:
        found = segment.search(queries[n], 10, masks[n])[0]
        gc.collect(0)
        return [int(i) for i in found]

    expected = [search(n) for n in range(64)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(search, list(range(64)) * 4)) == expected * 4


def test_a_search_leaves_the_threads_of_building_alone(tmp_path: Path) -> None:
    segment, before = write(tmp_path, make_articles(range(1, 4))), faiss.omp_get_max_threads()
    segment.search(make_vectors(1)[0], 1, None)
    with pytest.raises(CorruptIndexError):
        segment.search(np.ones(5, np.float32), 1, None)
    assert faiss.omp_get_max_threads() == before
