import math
from pathlib import Path

import pytest

from archive.errors import SourceNotFoundError
from archive.intake.ingest import ingest
from archive.store.articles import ArticleStore
from indexer.engines.port import Retrieval, RetrievalRequest, SearchEngine
from indexer.errors import ModelError, TopicsError
from indexer.evaluation.evaluation import (
    MEASURES,
    evaluate,
    find_articles,
    measure_run,
    measure_topics,
    read_topics,
)
from indexer.ranking.request import MODES
from indexer.search import SearchService
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item


class CountingEngine:
    """The engine it is given, and how often it was asked."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self.retrievals = 0

    def retrieve(self, request: RetrievalRequest) -> Retrieval:
        self.retrievals += 1
        return self._engine.retrieve(request)

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


@pytest.fixture
def ids(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder) -> dict[str, int]:
    """The archive's ids of three articles, indexed."""
    texts = {"a": "des missiles en Europe", "b": "une soupe aux pois", "c": "la soupe en Europe"}
    outcomes = ingest([make_item(name, text) for name, text in texts.items()], store)
    found = {outcome.item: outcome.id or 0 for outcome in outcomes}
    sync(store, engine, embedder)
    return found


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


def test_a_comparison_asks_model_and_engine_once_a_topic(
    tmp_path: Path,
    store: ArticleStore,
    engine: SearchEngine,
    embedder: FakeEmbedder,
    ids: dict[str, int],
) -> None:
    counting = CountingEngine(engine)
    service = SearchService(store, counting, embedder)  # type: ignore[arg-type]
    write_set(tmp_path, "q1\tmissiles\nq2\tsoupe pois\n", "q1 0 a 1\nq2 0 b 1\n")
    asked = embedder.calls
    measured = evaluate(service, read_topics(tmp_path), ids, compare=True)
    assert (embedder.calls - asked, counting.retrievals) == (2, 2)
    assert list(measured.measures) == [*MODES, "plain convex", "rrf"]
    assert all(list(values) == list(MEASURES) for values in measured.measures.values())
    assert list(measured.differences) == ["keyword", "semantic", "plain convex", "rrf"]


def test_a_comparison_says_how_far_the_merged_list_is_ahead(
    tmp_path: Path,
    store: ArticleStore,
    engine: SearchEngine,
    embedder: FakeEmbedder,
    ids: dict[str, int],
) -> None:
    write_set(tmp_path, "q1\tmissiles\nq2\tsoupe pois\n", "q1 0 a 1\nq2 0 b 1\n")
    service = SearchService(store, engine, embedder)
    measured = evaluate(service, read_topics(tmp_path), ids, compare=True)
    ours = measured.measures["hybrid"]["nDCG@10"]
    for name, difference in measured.differences.items():
        theirs = measured.measures[name]["nDCG@10"]
        assert difference.mean == pytest.approx(ours - theirs)
        assert 0 < difference.p_value <= 1


def test_neighbours_are_compared_without_the_topics_own_article(
    tmp_path: Path,
    store: ArticleStore,
    engine: SearchEngine,
    embedder: FakeEmbedder,
    ids: dict[str, int],
) -> None:
    write_set(tmp_path, "b\tune soupe aux pois\n", "b 0 c 1\n")
    service = SearchService(store, engine, embedder)
    measured = evaluate(service, read_topics(tmp_path), ids, task="similar", compare=True)
    assert all(values["recall@10"] == 1 for values in measured.measures.values())
    assert measured.measures["keyword"]["nDCG@10"] == measured.measures["hybrid"]["nDCG@10"] == 1


def test_a_failing_model_is_no_measurement(
    tmp_path: Path, store: ArticleStore, engine: SearchEngine, ids: dict[str, int]
) -> None:
    broken = SearchService(store, engine, FakeEmbedder(failing=True))
    write_set(tmp_path, "q1\tmissiles\n", "q1 0 a 1\n")
    for task in ("search", "similar"):
        with pytest.raises(ModelError):
            evaluate(broken, read_topics(tmp_path), ids, task=task)


def test_each_topic_is_measured_in_the_order_of_the_judgements() -> None:
    qrels = {"q2": {"a": 1}, "q1": {"a": 1}, "q3": {"x": 1}}
    run = {"q1": {"b": 2.0, "a": 1.0}, "q2": {"a": 1.0}}
    found = measure_topics(run, qrels)
    assert list(found.items()) == [
        ("q2", 1.0),
        ("q1", pytest.approx(1 / math.log2(3))),
        ("q3", 0.0),
    ]


@pytest.mark.parametrize(
    ("topics", "qrels", "message"),
    [
        ("q1 no tab\n", "q1 0 a 1\n", "topics.tsv, line 1"),
        ("q1\tx\n", "q1 0 a 1\nq1 a\n", "qrels.txt, line 2"),
        ("q1\tx\n", "q1 0 a yes\n", "not a number"),
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
