import math
from pathlib import Path

import pytest

from archive.errors import SourceNotFoundError
from archive.ingest import ingest
from archive.store import ArticleStore
from indexer.engine import SearchEngine
from indexer.errors import TopicsError
from indexer.evaluation import evaluate, find_articles, measure_run, read_topics
from indexer.search import MODES, SearchService
from indexer.sync import sync
from tests.fakes import FakeEmbedder, make_item


def write_set(folder: Path, topics: str, qrels: str) -> Path:
    (folder / "topics.tsv").write_text(topics, "utf-8")
    (folder / "qrels.txt").write_text(qrels, "utf-8")
    return folder


def test_measures_of_a_run_counted_by_hand() -> None:
    run = {"q1": {"a": 3.0, "b": 2.0}, "q2": {"a": 1.0}}
    qrels = {"q1": {"b": 1}, "q2": {"c": 1}}
    found = measure_run(run, qrels)
    assert found["MRR@10"] == pytest.approx(0.25)
    assert found["recall@10"] == found["recall@100"] == pytest.approx(0.5)
    assert found["nDCG@10"] == pytest.approx(0.6309 / 2, abs=1e-3)


def test_a_topic_without_results_counts_zero() -> None:
    assert measure_run({"q1": {}}, {"q1": {"a": 1}})["nDCG@10"] == 0


def test_every_mode_is_measured(
    tmp_path: Path, store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    items = [make_item("a", "des missiles en Europe"), make_item("b", "une soupe aux pois")]
    ids = {outcome.item: outcome.id or 0 for outcome in ingest(items, store)}
    sync(store, engine, embedder)
    write_set(
        tmp_path, 'q1\t"missiles" Europe\nq2\tsoupe\nq3\t...\n', "q1 0 a 1\nq2 0 b 1\nq3 0 b 1\n"
    )
    measured = evaluate(SearchService(store, engine, embedder), read_topics(tmp_path), ids)
    assert measured.topics == 3
    assert set(measured.measures) == set(MODES)
    assert measured.measures["keyword"]["nDCG@10"] == pytest.approx(2 / 3)
    assert measured.measures["hybrid"]["nDCG@10"] == pytest.approx(2 / 3)
    assert measured.measures["semantic"]["recall@100"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("topics", "qrels", "message"),
    [
        ("q1 no tab\n", "q1 0 a 1\n", "topics.tsv, line 1"),
        ("q1\tx\n", "q1 0 a 1\nq1 a\n", "qrels.txt, line 2"),
        ("q1\tx\n", "q1 0 a yes\n", "no number"),
        ("q1\tx\n", "q2 0 a 1\n", "no topic"),
    ],
)
def test_broken_sets_are_named(tmp_path: Path, topics: str, qrels: str, message: str) -> None:
    with pytest.raises(TopicsError, match=message):
        read_topics(write_set(tmp_path, topics, qrels))


def test_a_folder_without_a_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match=r"articles\.jsonl"):
        find_articles(tmp_path)
    with pytest.raises(TopicsError, match="cannot be read"):
        read_topics(tmp_path)


@pytest.mark.parametrize("relevance", ["yes", "1.5", "²", "--1", "-"])
def test_a_relevance_that_is_no_number_is_named_by_line(tmp_path: Path, relevance: str) -> None:
    with pytest.raises(TopicsError, match=r"qrels\.txt, line 3"):
        read_topics(write_set(tmp_path, "q1\tx\n", f"q1 0 a 1\n\nq1 0 b {relevance}\n"))


def test_lines_end_where_trec_ends_them(tmp_path: Path) -> None:
    topics = read_topics(
        write_set(tmp_path, "\ufeffq1\tun\u2028deux\x0ctrois\r\n", "q1 0 a -1\r\n")
    )
    assert (topics.queries, topics.qrels) == ({"q1": "un\u2028deux\x0ctrois"}, {"q1": {"a": -1}})


def test_graded_relevance_counted_by_hand() -> None:
    run = {"q": {"a": 3.0, "b": 2.0, "c": 1.0}}
    found = measure_run(run, {"q": {"c": 2, "b": 1, "x": 1}})
    gain = 1 / math.log2(3) + 2 / math.log2(4)
    ideal = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert found["nDCG@10"] == pytest.approx(gain / ideal)
    assert found["MRR@10"] == pytest.approx(1 / 2)
    assert found["recall@10"] == pytest.approx(2 / 3)
