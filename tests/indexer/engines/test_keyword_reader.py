"""The keyword list: what is opened, kept and forgotten between commits."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.embedded.engine import EmbeddedEngine
from indexer.engines.embedded.words import reader as keyword_reader
from indexer.engines.embedded.words.reader import ENTRY_BYTES, Postings, PostingsCache
from indexer.engines.port import Fingerprint, IndexBatch, IndexedArticle, RetrievalRequest
from indexer.engines.registry import open_engine
from indexer.query import parse_query
from tests.support.fakes import FakeEmbedder


class CountingSegment:
    """Holds each term in as many documents as it has letters."""

    id = "one"

    def __init__(self) -> None:
        self.read = 0

    def read_postings(self, field: str, term: str) -> Postings:
        self.read += 1
        return Postings(np.arange(len(term), dtype=np.int32), np.ones(len(term), np.float32))


def put(engine: EmbeddedEngine, *numbers: int, deleted: tuple[int, ...] = ()) -> None:
    text = "un missile commun"
    vectors = FakeEmbedder().encode_passages([text])
    articles = tuple(IndexedArticle(n, "", text, None, "fr", None, vectors) for n in numbers)
    engine.write(IndexBatch(Fingerprint("fake", "1", "1"), articles, deleted))
    engine.commit(max(numbers, default=0))


def find(engine: EmbeddedEngine, text: str) -> list[int]:
    hits = engine.retrieve(RetrievalRequest(parse_query(text), None)).keyword
    return [hit.article_id for hit in hits]


def test_a_commit_opens_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    whole = keyword_reader.SegmentReader

    def open_counted(storage, schema, entry):  # type: ignore[no-untyped-def]
        opened.append(entry.segment_id())
        return whole(storage, schema, entry)

    monkeypatch.setattr(keyword_reader, "SegmentReader", open_counted)
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    put(writer, 1, 2, 3, 4)
    assert find(reader, '"missile commun"') == [1, 2, 3, 4]
    opened.clear()
    put(writer, 5, deleted=(2,))
    assert find(reader, '"missile commun"') == [1, 3, 4, 5]
    put(writer, deleted=(3,))
    assert find(reader, '"missile commun" missile') == [1, 4, 5]
    assert len(opened) == 2
    assert len(set(opened)) == 1


def test_a_closed_engine_opens_again(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    put(engine, 1)
    engine.close()
    engine.close()
    assert find(engine, "missile") == [1]


def test_the_cache_reads_once_and_forgets_the_oldest() -> None:
    cache, segment = PostingsCache(3 * (ENTRY_BYTES + 40)), CountingSegment()
    for _ in range(3):
        assert len(cache.get(segment, "body", "mot").documents) == 3
    assert segment.read == 1
    for term in ("abcde", "fghij", "mot", "klmno", "pqrst"):
        cache.get(segment, "body", term)
    assert segment.read == 5
    cache.get(segment, "body", "mot")
    assert segment.read == 5
    cache.get(segment, "body", "abcde")
    assert segment.read == 6


def test_a_list_larger_than_the_cache_is_still_given() -> None:
    cache, segment = PostingsCache(2), CountingSegment()
    assert len(cache.get(segment, "body", "immense").documents) == 7


def test_threads_that_read_the_same_term_count_it_once() -> None:
    cache, segment = PostingsCache(1_000_000), CountingSegment()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: cache.get(segment, "body", "mot"), range(200)))
    assert cache._held._values.currsize == ENTRY_BYTES + 3 * 8


def test_an_empty_folder_has_no_words(tmp_path: Path) -> None:
    assert find(open_engine("embedded", tmp_path / "nowhere"), "missile") == []


def test_lists_of_nothing_fill_the_cache_too() -> None:
    """After commits by the second most lists are of small segments and empty."""
    cache, segment = PostingsCache(100 * ENTRY_BYTES), CountingSegment()
    for number in range(1_000):
        segment.id = f"segment-{number}"
        cache.get(segment, "body", "")
    assert len(cache._held._values) <= 100
