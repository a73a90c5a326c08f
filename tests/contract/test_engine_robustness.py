"""What every engine must stand: history, many threads, other processes, its own files at fault."""

import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from indexer.engines.port import (
    IndexBatch,
    RetrievalRequest,
    SearchEngine,
)
from indexer.engines.registry import open_engine
from indexer.passages import article_of
from indexer.query import parse_query
from tests.support.engines import FINGERPRINT, find, indexed, put

WORDS = [f"{root}{end}" for root in ("mar", "lun", "sol", "ven", "ter") for end in "abcdefgh"]


def keyword_scores(engine: SearchEngine, text: str) -> dict[int, tuple[float, float]]:
    hits = find(engine, text).keyword
    return {hit.article_id: (hit.score, hit.share) for hit in hits}


def make_text(seed: int, words: int = 40) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def test_scores_depend_on_what_is_held_not_on_how_it_came(kind: str, tmp_path: Path) -> None:
    grown, fresh = open_engine(kind, tmp_path / "grown"), open_engine(kind, tmp_path / "fresh")
    for n in range(1, 21):
        put(grown, indexed(n, make_text(n + 100, words=9 * n)), seq=n)
    for n in range(1, 13):
        put(grown, indexed(n, make_text(n)), seq=20 + n)
    put(grown, indexed(3, make_text(3)), seq=40, deleted=tuple(range(13, 21)))
    put(fresh, *(indexed(n, make_text(n)) for n in range(1, 13)))
    expected = keyword_scores(fresh, "mara lunb solc")
    assert expected
    assert keyword_scores(grown, "mara lunb solc") == {
        article: pytest.approx(score, rel=1e-5) for article, score in expected.items()
    }
    assert find(grown, "mara").dense == find(fresh, "mara").dense


def test_scores_do_not_depend_on_depth(engine: SearchEngine) -> None:
    put(engine, *(indexed(n, make_text(n)) for n in range(1, 60)))
    shallow, deep = find(engine, "mara lunb", depth=5), find(engine, "mara lunb", depth=50)
    assert shallow.keyword == deep.keyword[:5]
    assert shallow.dense == deep.dense[:5]


def test_both_lists_are_ordered_and_ties_stand_by_id(engine: SearchEngine) -> None:
    put(engine, *(indexed(n, "même texte partout") for n in (5, 3, 9, 1, 7)))
    found = find(engine, "texte", depth=3)
    assert [hit.article_id for hit in found.keyword] == [1, 3, 5]
    assert [article_of(hit.passage_id) for hit in found.dense] == [1, 3, 5]
    assert all(0 < hit.share <= 1 for hit in found.keyword)


def test_a_phrase_of_stop_words_finds_its_articles(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "to be or not to be", language="en"),
        indexed(2, "not to be that or to be", language="en"),
    )
    query = parse_query('"to be or not to be"')
    assert [h.article_id for h in engine.retrieve(RetrievalRequest(query, None)).keyword] == [1]


def test_threads_read_the_same_as_one(
    persistent: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    writer = open_engine(persistent, tmp_path)
    for part in range(3):
        numbers = range(1 + 200 * part, 201 + 200 * part)
        put(writer, *(indexed(n, make_text(n, words=60)) for n in numbers), seq=part + 1)
    queries = [f'"{a} {b}" {b}' for a, b in pairwise(WORDS)]
    expected = [find(writer, query) for query in queries]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    request.addfinalizer(lambda: sys.setswitchinterval(before))
    for _ in range(2):
        cold = open_engine(persistent, tmp_path)
        cold.count()
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda query: find(cold, query), queries)) == expected  # noqa: B023
        cold.close()


def test_a_cleared_engine_keeps_nothing_of_what_it_held(persistent: str, tmp_path: Path) -> None:
    engine = open_engine(persistent, tmp_path)
    put(engine, indexed(1, "des missiles"), indexed(2, "une soupe"))
    engine.write(IndexBatch(FINGERPRINT, (indexed(3, "jamais"),)))
    engine.clear()
    assert (engine.count(), engine.checkpoint(), engine.fingerprint()) == (0, 0, None)
    engine.write(IndexBatch(FINGERPRINT, (indexed(1, "des missiles"),)))
    engine.commit(1)
    assert (list(engine.article_ids()), engine.check()) == ([1], [])
    other = open_engine(persistent, tmp_path)
    assert [h.article_id for h in find(other, "soupe jamais missiles").keyword] == [1]


def test_what_is_rolled_back_is_never_committed(engine: SearchEngine) -> None:
    engine.write(IndexBatch(FINGERPRINT, (indexed(1, "des missiles"),)))
    engine.rollback()
    put(engine, indexed(2, "une soupe"))
    assert list(engine.article_ids()) == [2]


def test_a_checkpoint_never_goes_back(engine: SearchEngine) -> None:
    put(engine, indexed(1, "des missiles"), seq=9)
    put(engine, seq=3)
    assert engine.checkpoint() == 9


def test_an_article_without_date_or_source_passes_no_filter_on_them(engine: SearchEngine) -> None:
    put(engine, indexed(1, "des missiles", source=None, published=None))
    assert find(engine, "missiles").keyword
    for wanted in ({"sources": ("",)}, {"published_from": "0001"}, {"published_before": "9999"}):
        found = find(engine, "missiles", **wanted)
        assert (found.keyword, found.dense) == ((), ())


def test_a_commit_is_seen_by_a_process_that_reads_already(persistent: str, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from indexer.engines.registry import open_engine\n"
        f"engine = open_engine({persistent!r}, Path({str(tmp_path)!r}))\n"
        "for _ in sys.stdin: print(engine.count(), engine.checkpoint(), flush=True)"
    )
    engine = open_engine(persistent, tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        for n in range(6):
            reader.stdin.write("\n")
            reader.stdin.flush()
            assert reader.stdout.readline().split() == [str(n), str(n)]
            put(engine, indexed(n + 1, f"missile {n}"), seq=n + 1)
        reader.stdin.close()


def test_many_commits_leave_few_open_files(persistent: str, tmp_path: Path) -> None:
    writer, reader = open_engine(persistent, tmp_path), open_engine(persistent, tmp_path)
    before = _open_files()
    for n in range(1, 36):
        put(writer, indexed(n % 25 + 1, f"missile {n}"), seq=n)
        find(reader, "missile")
    assert _open_files() - before < 50
    writer.close()
    reader.close()
    assert _open_files() <= before


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) + len(
        Path("/proc/self/maps").read_text().split("MAIN_")
    )


class EngineMachine(RuleBasedStateMachine):
    """The engine against a dictionary, over writes, deletions, commits, reopenings, clearings."""

    folders: Iterator[Path]

    @initialize()
    def begin(self) -> None:
        self.folder = next(self.folders)
        self.engine = open_engine("embedded", self.folder)
        self.seq = 0
        self.held: dict[int, str] = {}
        self.pending: dict[int, str | None] = {}

    @rule(article=st.integers(1, 12), word=st.sampled_from(["w1", "w2", "w3", "w4"]))
    def write(self, article: int, word: str) -> None:
        self.engine.write(IndexBatch(FINGERPRINT, (indexed(article, f"{word} commun"),)))
        self.pending[article] = word

    @rule(article=st.integers(1, 12))
    def delete(self, article: int) -> None:
        self.engine.write(IndexBatch(FINGERPRINT, (), (article,)))
        self.pending[article] = None

    @rule()
    def commit(self) -> None:
        self.seq += 1
        self.engine.commit(self.seq)
        merged = self.held | self.pending
        self.held = {article: word for article, word in merged.items() if word}
        self.pending = {}

    @rule()
    def reopen(self) -> None:
        self.engine.close()
        self.engine = open_engine("embedded", self.folder)
        self.pending = {}

    @rule()
    def clear(self) -> None:
        self.engine.clear()
        self.held, self.pending, self.seq = {}, {}, 0

    @invariant()
    def holds_what_was_committed(self) -> None:
        if not hasattr(self, "engine"):
            return
        assert list(self.engine.article_ids()) == sorted(self.held)
        assert self.engine.checkpoint() == self.seq
        found = find(self.engine, "commun")
        assert {hit.article_id for hit in found.keyword} == self.held.keys()
        assert sorted(article_of(hit.passage_id) for hit in found.dense) == sorted(self.held)
        for word in set(self.held.values()):
            assert {hit.article_id for hit in find(self.engine, word).keyword} == {
                article for article, own in self.held.items() if own == word
            }

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            assert self.engine.check() == []
            self.engine.close()


def test_engine_equals_a_dictionary_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    EngineMachine.folders = iter(lambda: tmp_path_factory.mktemp("index"), None)
    machine = EngineMachine.TestCase
    machine.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
    machine().runTest()
