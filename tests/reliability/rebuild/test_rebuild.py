"""An index grown by any history answers as one built anew: same articles, scores and reasons."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.intake.ingest import ingest
from archive.model import ArticleFilter
from archive.store.articles import ArticleStore
from indexer.engines.embedded.meaning import vectors
from indexer.engines.embedded.words import ranking as keyword_ranking
from indexer.engines.port import RetrievalRequest, SearchEngine
from indexer.engines.registry import open_engine
from indexer.query import parse_query
from indexer.ranking.neighbours import article_example
from indexer.ranking.request import MODES, SearchQuery
from indexer.ranking.result_page import SearchPage
from indexer.search import SearchService, retriever
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.stores import new_store

STEPS = 70
# Of one letter: many words begin alike, so that a prefix stands for more than are looked up.
ROOTS = ("mar", "mor", "mis", "sol", "ter", "vent")
WORDS = tuple(f"{root}{end}" for root in ROOTS for end in "abcdefghijklmnopqrstuvwxyz")
TITLES = tuple(f"{first} {second} accord" for first in WORDS[:3] for second in WORDS[40:42])
COMMON = {"fr": "le la pour dans", "en": "the of and with", "de": "der und nicht mit"}
QUERIES = (
    "mara solb ventc", "mar*", "m*", "pour la mise", '"mara morb"', "marra", "solb -terc",
    "the of ventd", "title:misa", "inconnu", "mora OR misb", "source:agence terd",
    "nicht mit der und mara solb ventc terd mori mork misf solx marz mary mark mars",
)  # fmt: skip


class History:
    """A store under random additions, revisions and deletions."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chosen = random.Random(seed)
        self.store = new_store(folder / "archive.sqlite")
        self.number = 0
        self.texts: list[str] = []

    def step(self) -> None:
        kind = self.chosen.choices(["add", "copy", "revise", "delete"], [6, 1, 3, 2])[0]
        held = self.store.article_ids()
        if kind == "delete" and held:
            with self.store.transaction() as transaction:
                transaction.delete(self.chosen.choice(held))
            return
        self.number += kind != "revise"
        number = self.chosen.randint(1, self.number or 1) if kind == "revise" else self.number
        texts = self.texts if kind == "copy" else []
        self._put(number, self._shuffle(self.chosen.choice(texts)) if texts else self._text())

    def forget(self, language: str) -> None:
        """Delete all that is written in it."""
        with self.store.transaction() as transaction:
            for article_id in self.store.article_ids(ArticleFilter(languages=(language,))):
                transaction.delete(article_id)

    def _put(self, number: int, text: str) -> None:
        self.texts.append(text)
        item = make_item(
            self.chosen.choice(TITLES),
            text,
            url=f"https://a.example/{number}",
            language=self.chosen.choice(["fr", "fr", "en", "de"]),
            source=self.chosen.choice(["Agence", "Fanal", None]),
            published=self.chosen.choice(["2021-01-02", "2022-03-04", None]),
        )
        list(ingest([item], self.store))

    def _shuffle(self, text: str) -> str:
        """The same words in another order: another article, of the very same vectors."""
        parts = [part.split() for part in text.split("\n\n")]
        return "\n\n".join(" ".join(self.chosen.sample(part, len(part))) for part in parts)

    def _text(self) -> str:
        words = (*WORDS, *" ".join(COMMON.values()).split())
        lengths = self.chosen.choices([4, 20, 200], k=self.chosen.randint(1, 3))
        return "\n\n".join(" ".join(self.chosen.choices(words, k=n)) for n in lengths)


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[SearchEngine]:
    engine = open_engine("embedded", tmp_path / "grown")
    yield engine
    engine.close()


def answers(store: ArticleStore, engine: SearchEngine) -> dict[tuple[object, ...], SearchPage]:
    """Every page of interest, with all that made its order."""
    service, pages = SearchService(store, engine, FakeEmbedder()), {}
    for mode in MODES:
        for text in QUERIES:
            query = SearchQuery(text, mode, page_size=100, fold_copies=False, explain=True)
            pages[mode, text] = service.search(query)
        folded = SearchQuery(QUERIES[0], mode, page_size=100, with_facets=True)
        pages[mode, "folded"] = service.search(folded)
        for article in store.get_many(store.article_ids()[::9]):
            query = SearchQuery("", mode, page_size=100)
            pages[mode, article.id] = service.similar([article_example(article)], query)
    return pages


def rebuilt(store: ArticleStore, folder: Path) -> dict[tuple[object, ...], SearchPage]:
    fresh = open_engine("embedded", folder)
    sync(store, fresh, FakeEmbedder())
    found = answers(store, fresh)
    fresh.close()
    return found


@pytest.mark.parametrize(
    ("seed", "depth", "flat"),
    [(0, 200, 60_000), (1, 12, 60_000), (2, 12, 40)],
    ids=["all", "cut", "cut, in cells"],
)
def test_answers_do_not_depend_on_history(
    seed: int,
    depth: int,
    flat: int,
    tmp_path: Path,
    grown: SearchEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "FLAT_PASSAGES", flat)
    monkeypatch.setattr(retriever, "DEPTH", depth)
    monkeypatch.setattr(keyword_ranking, "MAX_PAIR_ARTICLES", 5)
    history = History(tmp_path, seed)
    for step in range(1, STEPS + 1):
        history.step()
        if history.chosen.random() < 0.6:
            sync(history.store, grown, FakeEmbedder())
        if step == STEPS:
            history.forget("de")
        if step in (STEPS // 2, STEPS):
            sync(history.store, grown, FakeEmbedder())
            expected = rebuilt(history.store, tmp_path / f"fresh{step}")
            for asked, page in answers(history.store, grown).items():
                assert page == expected[asked], asked
    history.store.close()


def test_what_is_gone_counts_nothing(store: ArticleStore, grown: SearchEngine) -> None:
    """Neither its words among those a slip may mean, nor its language."""
    texts = ["solba"] * 5 + ["solbc"] * 2 + ["und"]
    for number, text in enumerate(texts):
        language = "de" if text == "und" else "fr"
        list(ingest([make_item(f"Titre {number}", f"{text} {number}", language=language)], store))
    sync(store, grown, FakeEmbedder())
    with store.transaction() as transaction:
        for article_id in (1, 2, 3, 4, 8):
            transaction.delete(article_id)
    sync(store, grown, FakeEmbedder())
    fresh = open_engine("embedded", store.database.path.parent / "fresh")
    sync(store, fresh, FakeEmbedder())
    (found,) = fresh.spellings({"solbx": 1}, 8).values()
    assert [other.word for other in found] == ["solbc", "solba"]
    assert grown.spellings({"solbx": 1}, 8) == {"solbx": found}
    request = RetrievalRequest(parse_query("solba und"), FakeEmbedder().encode_query("solba und"))
    assert grown.retrieve(request) == fresh.retrieve(request)
    fresh.close()
