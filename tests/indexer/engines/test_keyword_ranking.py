"""The keyword list: scores as the formula says, shares of a perfect match, conditions as sets."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import analyze_token
from indexer.engines.embedded.engine import EmbeddedEngine
from indexer.engines.embedded.words import snapshot as keyword_snapshot
from indexer.engines.embedded.words.reader import follow, gather
from indexer.engines.port import (
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    KeywordHit,
    RetrievalRequest,
)
from indexer.engines.scoring import EXACT_WEIGHT, K1, PAIR_WEIGHT, B
from indexer.query import parse_query
from tests.support.fakes import FakeEmbedder

# None is its own stem, none a stop word.
WORDS = [f"{root}ations" for root in ("form", "neg", "libr", "fond", "mut", "vibr", "dat", "plant")]
PLACES = st.sets(st.integers(0, 30)).map(lambda found: np.array(sorted(found), np.int64))


def make_articles(count: int, seed: int) -> list[IndexedArticle]:
    chosen, vectors = random.Random(seed), FakeEmbedder().encode_passages(["mot"])
    texts = (" ".join(chosen.choices(WORDS, k=chosen.randint(3, 40))) for _ in range(count))
    return [
        IndexedArticle(n, "", text, None, "fr", None, vectors) for n, text in enumerate(texts, 1)
    ]


def fill(folder: Path, articles: list[IndexedArticle], batch: int = 1_000) -> EmbeddedEngine:
    engine = EmbeddedEngine(folder)
    for start in range(0, len(articles), batch):
        some = tuple(articles[start : start + batch])
        engine.write(IndexBatch(Fingerprint("fake", "1", "1"), some))
        engine.commit(start + batch)
    return engine


def find(engine: EmbeddedEngine, text: str) -> tuple[KeywordHit, ...]:
    return engine.retrieve(RetrievalRequest(parse_query(text), None, depth=1_000)).keyword


def bm25(texts: list[list[str]], sought: list[str], mean: float) -> list[float]:
    """Of a run of words in each text; the long way."""
    often = [sum(text[n : n + len(sought)] == sought for n in range(len(text))) for text in texts]
    holding = sum(map(bool, often))
    weight = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5)) if holding else 0.0
    return [
        weight * f * (K1 + 1) / (f + K1 * (1 - B + B * len(text) / mean))
        for f, text in zip(often, texts, strict=True)
    ]


@pytest.mark.parametrize("batch", [60, 7])
@pytest.mark.parametrize("query", [WORDS[0], f"{WORDS[1]} {WORDS[2]}", " ".join(WORDS)])
def test_scores_are_those_of_the_formula(tmp_path: Path, batch: int, query: str) -> None:
    articles = make_articles(60, seed=5)
    texts = [article.text.split() for article in articles]
    mean = sum(map(len, texts)) / len(texts)
    sought = query.split()
    expected = np.zeros(len(texts))
    for word in sought:
        stemmed = [[str(analyze_token(w, "fr")) for w in text] for text in texts]
        expected += bm25(stemmed, [str(analyze_token(word, "fr"))], mean)
        expected += EXACT_WEIGHT * np.array(bm25(texts, [word], mean))
    for n in range(len(sought) - 1):
        expected += PAIR_WEIGHT * np.array(bm25(texts, sought[n : n + 2], mean))
    found = {hit.article_id: hit for hit in find(fill(tmp_path, articles, batch), query)}
    assert set(found) == {n for n, score in enumerate(expected, start=1) if score > 0}
    for n, hit in found.items():
        # Whoosh keeps the length of a text in one byte, by and by less exactly.
        assert hit.score == pytest.approx(expected[n - 1], rel=0.02)
        assert 0 < hit.share <= 1


def test_of_the_forms_of_a_word_an_article_counts_the_best_once(tmp_path: Path) -> None:
    vectors = FakeEmbedder().encode_passages(["mot"])
    texts = ("otan dit non", "nato says no", "otan nato united", "rien de tel")
    articles = [IndexedArticle(n, "", t, None, "fr", None, vectors) for n, t in enumerate(texts, 1)]
    hits = {hit.article_id: hit for hit in find(fill(tmp_path, articles), "OTAN")}
    assert set(hits) == {1, 2, 3}
    assert hits[3].score == pytest.approx(hits[1].score)
    assert hits[2].score == pytest.approx(0.65 * hits[1].score)


def test_beginnings_are_the_most_frequent_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyword_snapshot, "MAX_EXPANSIONS", 2)
    vectors = FakeEmbedder().encode_passages(["mot"])
    texts = ("abri", "abricot", "abricot", "abus", "abus", "abus", "zoo")
    articles = [IndexedArticle(n, "", t, None, "fr", None, vectors) for n, t in enumerate(texts, 1)]
    engine = fill(tmp_path, articles)
    assert {hit.article_id for hit in find(engine, "ab*")} == {2, 3, 4, 5, 6}
    assert {hit.article_id for hit in find(engine, "abr*")} == {1, 2, 3}
    assert find(engine, "introuvable*") == ()


@given(PLACES, PLACES, PLACES)
def test_following_words_stand_one_after_the_other(
    a: np.ndarray, b: np.ndarray, c: np.ndarray
) -> None:
    expected = [n for n in a.tolist() if n + 1 in set(b.tolist()) and n + 2 in set(c.tolist())]
    assert follow([a, b, c]).tolist() == expected


@given(PLACES, PLACES, PLACES, st.integers(1, 12))
def test_gathered_words_stand_within_a_window(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, window: int
) -> None:
    lists = [own.tolist() for own in (a, b, c)]
    expected = [
        start
        for start in sorted({n for own in lists for n in own})
        if all(any(start <= n < start + window for n in own) for own in lists)
    ]
    assert gather([a, b, c], window).tolist() == expected


CONDITIONS = [
    ("formations", lambda text: "formations" in text),
    ('"formations negations"', lambda text: "formations negations" in text),
    ("NOT datations", lambda text: "datations" not in text),
    ("(formations OR (negations AND NOT plantations))",
     lambda text: "formations" in text or ("negations" in text and "plantations" not in text)),
    ("form*", lambda text: "form" in text),
    ("title:formations", lambda text: False),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS)
def test_conditions_are_sets(tmp_path: Path, condition: str, holds) -> None:  # type: ignore[no-untyped-def]
    articles = make_articles(60, seed=9)
    expected = {a.id for a in articles if holds(a.text) and "vibrations" in a.text}
    found = {
        hit.article_id for hit in find(fill(tmp_path, articles), f"vibrations AND {condition}")
    }
    assert found == expected
