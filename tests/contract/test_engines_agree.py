"""Every engine answers as the one in memory does, whatever was written, deleted and committed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive.model import ArticleFilter
from indexer.engines.port import IndexBatch, IndexedArticle, RetrievalRequest, SearchEngine
from indexer.engines.registry import open_engine
from indexer.query import parse_query
from indexer.query.required_words import require_words
from indexer.ranking.statistics import with_spreads
from indexer.sync import Transaction
from tests.support.engines import EMBEDDER, FINGERPRINT, indexed

WORDS = (
    "missile", "missiles", "missive", "portée", "porter", "moyenne", "le", "la", "de", "the", "and",
    "covid-19", "COVID", "19", "S.N.C.F.", "l’accord", "accords", "und", "über", "北京",
)  # fmt: skip
QUERIES = (
    "missile", "les missiles de moyenne portée", "the missile and the accord", '"moyenne portée"',
    "miss*", "porté OR missive", "missile -accord", "title:missile portée", "covid19", "sncf le",
    '"missile portée"~2', "author:lovelace missile", "section:monde", "source:fanal OR author:ada",
    "le la de", "北京 accord", "inconnu missiles", "lang:en missile", "date:2021", "-missile",
    "date:2021-05", "date:2020-12-31 missile", "date:2021-01..2021-06",
)  # fmt: skip
FILTERS = (
    {}, {}, {}, {"languages": ("fr",)}, {"authors": ("Ada Lovelace",)}, {"sections": ("Monde",)},
    {"sources": ("Le Fanal", "Agence")}, {"published_from": "2021-01-01"},
    {"published_before": "2021-06-01"}, {"article_ids": (1, 2, 3)}, {"excluded_ids": (1, 2)},
)  # fmt: skip
TYPED = {"missile": 0, "misile": 1, "mislies": 2, "porte": 1, "covid": 2, "le": 1}
# Engines may round the length of a field, which changes a score by less than this share.
ROUNDING = 0.05

TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
ARTICLES = st.builds(
    lambda number, paragraphs, fields: indexed(number, "\n\n".join(paragraphs), **fields),
    st.integers(1, 8),
    st.lists(TEXTS, min_size=1, max_size=3),
    st.fixed_dictionaries(
        {
            "title": TEXTS,
            "language": st.sampled_from(["fr", "fr", "en", "de"]),
            "source": st.sampled_from(["Agence", "Le Fanal", None]),
            "section": st.sampled_from(["Monde", "Le Monde", None]),
            "authors": st.sampled_from([(), ("Ada Lovelace",), ("Grace Hopper", "Ada Lovelace")]),
            "published": st.sampled_from(
                [
                    "2021-12-03T10:00:00Z",
                    "2021-12-03",
                    "2020-12-31T23:30:00Z",
                    "2021-05",
                    "2021",
                    "2020-01-01",
                    None,
                ]
            ),
            "published_offset": st.sampled_from([None, 60, -300]),
        }
    ),
)
STEPS = st.one_of(
    st.tuples(st.just("write"), ARTICLES),
    st.tuples(st.just("write"), ARTICLES),
    st.tuples(st.just("delete"), st.integers(1, 8)),
    st.tuples(st.sampled_from(["commit", "replay", "rollback", "clear"]), st.none()),
)
Step = tuple[str, Any]


class Follower:
    """An engine that is taken through a history as sync would take it."""

    def __init__(self, engine: SearchEngine) -> None:
        self.engine = engine
        self._transaction = Transaction(engine)
        self._batches: list[IndexBatch] = []
        self._seq = 0

    def follow(self, step: Step) -> None:
        kind, value = step
        if kind == "write":
            self._write(IndexBatch(FINGERPRINT, (value,)))
        elif kind == "delete":
            self._write(IndexBatch(FINGERPRINT, (), (value,)))
        elif kind == "commit":
            self.commit()
        elif kind == "replay":
            for batch in tuple(self._batches):
                self._transaction.write(batch)
        else:
            self.engine.rollback() if kind == "rollback" else self.engine.clear()
            self._transaction, self._batches = Transaction(self.engine), []

    def commit(self) -> None:
        self._seq += 1
        self._transaction.commit(self._seq)
        self._batches.clear()

    def _write(self, batch: IndexBatch) -> None:
        self._transaction.write(batch)
        self._batches.append(batch)


# Not shrunk: a counterexample is short, and each step of shrinking it builds another index.
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    history=st.lists(STEPS, max_size=14),
    asked=st.lists(
        st.tuples(st.sampled_from(QUERIES), st.sampled_from(FILTERS), st.sampled_from([2, 50])),
        min_size=3,
        max_size=3,
    ),
)
def test_engines_agree(
    persistent: str,
    history: Sequence[Step],
    asked: Sequence[tuple[str, dict[str, Any], int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("index")
    engine, plain = open_engine(persistent, folder), open_engine("memory", folder)
    followers = [Follower(engine), Follower(plain)]
    for step in (*history, ("commit", None)):
        for follower in followers:
            follower.follow(step)
    assert state(engine) == state(plain)
    for text, wanted, depth in asked:
        agree(engine, plain, text, ArticleFilter(**wanted), depth)
    assert engine.check() == []
    engine.close()


def test_engines_agree_on_every_query(persistent: str, tmp_path: Path) -> None:
    chosen = np.random.default_rng(1)
    engine, plain = open_engine(persistent, tmp_path), open_engine("memory", tmp_path)
    articles = tuple(make_article(number, chosen) for number in range(1, 41))
    for opened in (engine, plain):
        follower = Follower(opened)
        for start in range(0, 40, 8):
            for article in articles[start : start + 8]:
                follower.follow(("write", article))
            follower.follow(("delete", start + 1))
            follower.commit()
    assert state(engine) == state(plain)
    for text in QUERIES:
        for wanted in FILTERS:
            agree(engine, plain, text, ArticleFilter(**wanted), depth=10)
    engine.close()


def make_article(number: int, chosen: np.random.Generator) -> IndexedArticle:
    return indexed(
        number,
        "\n\n".join(" ".join(chosen.choice(WORDS, chosen.integers(1, 30))) for _ in range(3)),
        title=" ".join(chosen.choice(WORDS, 4)),
        language=str(chosen.choice(["fr", "fr", "en", "de"])),
        source=str(chosen.choice(["Agence", "Le Fanal", "Veilleur"])),
        section=chosen.choice(np.array(["Monde", "Le Monde", None])),
        authors=(("Ada Lovelace",), ("Grace Hopper", "Ada Lovelace"), ())[chosen.integers(3)],
        published=f"20{chosen.integers(19, 23)}-0{chosen.integers(1, 10)}-03",
    )


def state(engine: SearchEngine) -> tuple[object, ...]:
    """All that engines must have in common to the bit."""
    ids = list(engine.article_ids())
    vectors = {i: (v.language, v.vectors.tolist()) for i, v in engine.vectors(ids).items()}
    facts = (engine.checkpoint(), engine.fingerprint(), engine.count(), engine.count_passages())
    return ids, vectors, facts, engine.statistics(), dict(engine.spellings(TYPED, 5))


def agree(
    engine: SearchEngine, plain: SearchEngine, text: str, wanted: ArticleFilter, depth: int
) -> None:
    query = parse_query(text)
    vector = EMBEDDER.encode_query(query.meaning) if query.meaning else None
    request = RetrievalRequest(query, vector, wanted, depth, rest=depth)
    ours, theirs = (with_spreads(e.retrieve(request), vector) for e in (engine, plain))
    assert ours.complete == theirs.complete
    for shown in ("score", "share", "held"):
        lists = [{h.article_id: getattr(h, shown) for h in r.keyword} for r in (ours, theirs)]
        same_list(lists[0], lists[1], ROUNDING)
        rests = [{h.article_id: getattr(h, shown) for h in r.rest} for r in (ours, theirs)]
        same_list(lists[0] | rests[0], lists[1] | rests[1], ROUNDING)
    dense = [{hit.passage_id: hit.cosine for hit in found.dense} for found in (ours, theirs)]
    same_list(dense[0], dense[1], 0)
    languages = [{h.article_id: h.language for h in found.keyword} for found in (ours, theirs)]
    assert languages[0] | languages[1] == languages[1] | languages[0]
    assert ours.coverage == pytest.approx(theirs.coverage)
    assert ours.spreads == theirs.spreads
    needed = require_words(query)
    assert engine.count_matching(needed, wanted) == plain.count_matching(needed, wanted)
    ids = [hit.article_id for hit in theirs.keyword]
    gains = [e.explain(query, [*ids, 999]) for e in (engine, plain)]
    assert gains[0].keys() == gains[1].keys()
    for i in gains[0]:
        one, other = ({gain.text: gain.score for gain in own[i]} for own in gains)
        assert one == near(other, ROUNDING)


def same_list(ours: Mapping[int, float], theirs: Mapping[int, float], rounding: float) -> None:
    """The same scores in the same order; only what ties but for rounding may change places."""
    assert list(ours.values()) == near(list(theirs.values()), rounding)
    for item in ours.keys() & theirs.keys():
        assert ours[item] == near(theirs[item], rounding)
    for own, others in ((ours, theirs), (theirs, ours)):
        tied = [others[item] for item in others.keys() - own.keys()]
        for item in own.keys() - others.keys():
            assert any(own[item] == near(score, rounding) for score in tied)


def near(expected: Any, rounding: float) -> Any:
    return pytest.approx(expected, rel=rounding, abs=1e-5)
