"""What is new to a saved search, on a real engine: what its page lists, each once."""

import re
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer.matches as module
from archive.copies.clusters import ClusterStore
from archive.intake.ingest import ingest
from archive.model import ArticleFilter
from archive.store.articles import ArticleStore
from archive.store.saved_searches import SavedSearch, SavedSearchStore
from indexer.engines.port import SearchEngine, Vectors
from indexer.engines.registry import open_engine
from indexer.errors import ModelError
from indexer.matches import SavedSearchMatcher, find_matches
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from indexer.wordings import DEMANDS_UNMET
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.stores import new_store

TOPICS = ("missiles traité portée", "soupe carottes cuisine", "crue rivière digue",
          "olives récolte moulin", "chats sommeil toits")  # fmt: skip

_SAME = re.compile("fusées|roquettes")
FILLERS = [f"{first}o{last}" for last in "rst" for first in "bcdfglmnp"]


class Thesaurus(FakeEmbedder):
    """To it fusées and roquettes mean the same as missiles."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return super().encode_passages([_SAME.sub("missiles", text) for text in texts])


class Desk:
    """An archive with one saved search, which is checked as the server does."""

    def __init__(
        self, store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder, query: SearchQuery
    ) -> None:
        self.store, self.engine, self.embedder, self.query = store, engine, embedder, query
        self.service = SearchService(store, engine, embedder)
        self.saved = SavedSearchStore(store.database)

    def fill(self, texts: Iterable[str], **fields: str) -> list[int]:
        fields = {"language": "fr"} | fields
        items = [make_item(f"Titre {place}", text, **fields) for place, text in enumerate(texts)]
        return [outcome.id or 0 for outcome in ingest(items, self.store)]

    def index(self) -> None:
        sync(self.store, self.engine, self.embedder)

    def save(self) -> SavedSearch:
        listed = SavedSearchMatcher(self.service, self.query).list_all()
        return self.saved.create("Une", "q=x", self.engine.checkpoint(), list(listed.items()))

    def check(self, search: SavedSearch) -> int:
        seen, checkpoint = self.saved.get(search.id).seen_seq, self.engine.checkpoint()
        batches = find_matches(self.store, self.service, self.query, seen, checkpoint)
        return sum(self.saved.record(search.id, b.matches, b.seen_seq) for b in batches)

    def matched(self, search: SavedSearch) -> list[int]:
        return [match.article_id for match in self.saved.matches(search.id, 1_000)]

    def listed(self) -> set[int]:
        """What the page shows as an answer by words or, if that is asked for, by meaning, copies
        unfolded.
        """
        kinds = ("meaning",) if self.query.mode == "semantic" else ("all", "some")
        found: set[int] = set()
        number = last = 1
        while number <= last:
            page = self.service.search(
                SearchQuery(self.query.text, self.query.mode, self.query.filter, number, 100,
                            fold_copies=False)
            )  # fmt: skip
            if DEMANDS_UNMET.code in {each.code for each in page.notices}:
                return set()
            found |= {result.article.id for result in page.results if result.match in kinds}
            number, last = number + 1, page.last
        return found


@pytest.fixture
def embedder() -> FakeEmbedder:
    return Thesaurus()


@pytest.fixture
def make_desk(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder):  # type: ignore[no-untyped-def]
    """An archive of 60 articles on five topics, two of them on missiles, indexed."""

    def make(text: str, mode: str = "hybrid", **wanted: object) -> Desk:
        query = SearchQuery(text, mode, ArticleFilter(**wanted))  # type: ignore[arg-type]
        desk = Desk(store, engine, embedder, query)
        desk.fill(_background(n) for n in range(60))
        desk.index()
        return desk

    return make


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_what_comes_in_and_matches_is_new(make_desk, mode: str) -> None:  # type: ignore[no-untyped-def]
    desk = make_desk("missiles traité portée", mode)
    search = desk.save()
    assert search.unread == 0
    assert search.total > 0
    near, far = desk.fill(["traité portée missiles signé hier.", "soupe carottes midi."])
    assert desk.check(search) == 0, "not before it is indexed"
    desk.index()
    assert desk.check(search) == 1
    assert near in desk.matched(search)
    assert far not in desk.matched(search)
    assert desk.check(search) == 0


def test_a_query_by_meaning_alone_finds_no_noise(make_desk) -> None:  # type: ignore[no-untyped-def]
    """Its words are in no article: the floor alone decides, by the best of the whole archive."""
    desk = make_desk("zeppelin bauxite quokka", "semantic")
    search = desk.save()
    desk.fill(["soupe carottes midi.", "une crue, une digue."])
    desk.index()
    assert desk.check(search) == 0


def test_a_demand_that_new_articles_do_not_meet_is_not_relaxed(make_desk) -> None:  # type: ignore[no-untyped-def]
    desk = make_desk('"traité portée"')
    search = desk.save()
    (loose,) = desk.fill(["portée du traité sur les missiles."])
    desk.index()
    assert desk.check(search) == 0
    (strict,) = desk.fill(["un traité portée entière."])
    desk.index()
    assert desk.check(search) == 1
    assert strict in desk.matched(search)
    assert loose not in desk.matched(search)


def test_a_demand_that_nothing_meets_has_no_matches(make_desk) -> None:  # type: ignore[no-untyped-def]
    desk = make_desk('"missiles zeppelin"')
    assert DEMANDS_UNMET.code in {each.code for each in desk.service.search(desk.query).notices}
    search = desk.save()
    assert search.total == 0
    desk.fill(["des missiles."])
    desk.index()
    assert desk.check(search) == 0


def test_filters_hold(make_desk) -> None:  # type: ignore[no-untyped-def]
    desk = make_desk("missiles", sources=("Le Fanal",))
    search = desk.save()
    (own,) = desk.fill(["missiles au port."], source="Le Fanal")
    desk.fill(["missiles en mer."], source="Autre")
    desk.index()
    assert desk.check(search) == 1
    assert desk.matched(search) == [own]


def test_revised_articles_that_matched_are_not_new(make_desk) -> None:  # type: ignore[no-untyped-def]
    desk = make_desk("missiles", "keyword")
    address = "https://a.example/1"
    desk.fill(["missiles de mai."], url=address)
    desk.index()
    search = desk.save()
    desk.fill(["missiles de juin."], url=address)
    desk.index()
    assert desk.check(search) == 0
    other = "https://a.example/2"
    (revised,) = desk.fill(["rien encore."], url=other)
    desk.index()
    assert desk.check(search) == 0
    desk.fill(["des missiles enfin."], url=other)
    desk.index()
    assert desk.check(search) == 1
    assert revised in desk.matched(search)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_none_is_cut_off_by_the_depth_of_a_list(
    make_desk,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,  # type: ignore[no-untyped-def]
) -> None:
    """15 new articles match alike, each in two of its passages; a list holds 8 of either."""
    monkeypatch.setattr("indexer.search.retriever.DEPTH", 8)
    monkeypatch.setattr(module, "DEPTH", 8)
    monkeypatch.setattr(module, "SLICE_ARTICLES", 6)
    # The list is too short to tell what chance would give.
    monkeypatch.setattr(
        "indexer.ranking.merged_ranking.find_bounds", lambda *_: {"fr": 0.5, "und": 0.5}
    )
    desk = make_desk("missiles traité portée", mode)
    search = desk.save()
    new = desk.fill(
        "\n\n".join(["missiles traité portée. " * 60, *(f"Autre {n} suite{p}x{n}. " * 30
                     for p in range(20))])
        for n in range(15)
    )  # fmt: skip
    desk.index()
    assert len(desk.listed()) < 15
    assert desk.check(search) == 15
    assert set(new) <= set(desk.matched(search))


def test_batches_are_bounded_and_go_on_where_they_ended(
    make_desk,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setattr(module, "BATCH_CHANGES", 4)
    desk = make_desk("missiles", "keyword")
    search = desk.save()
    desk.fill(f"missiles numéro{n}." for n in range(10))
    desk.index()
    seen, checkpoint = search.seen_seq, desk.engine.checkpoint()
    batches = find_matches(desk.store, desk.service, desk.query, seen, checkpoint)
    first = next(batches)
    assert len(first.matches) == 4
    desk.saved.record(search.id, first.matches, first.seen_seq)
    assert desk.check(search) == 6


def test_a_failing_model_passes_over_nothing(make_desk) -> None:  # type: ignore[no-untyped-def]
    desk = make_desk("missiles")
    search = desk.save()
    desk.fill(["traité sur les missiles."])
    desk.index()
    desk.service = SearchService(desk.store, desk.engine, FakeEmbedder(failing=True))
    with pytest.raises(ModelError):
        desk.check(search)
    desk.service = SearchService(desk.store, desk.engine, desk.embedder)
    assert desk.check(search) == 1


@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
@pytest.mark.parametrize(
    "text", ["missiles", "roquettes", "zeppelin", "crue des chats", "olives -moulin"]
)
def test_slices_judge_as_the_whole_archive_does(make_desk, text: str, mode: str) -> None:  # type: ignore[no-untyped-def]
    """Also what is near in meaning alone, and too far to be an answer by itself."""
    desk = make_desk(text, mode)
    desk.fill(f"fusées {' '.join(FILLERS[n : 2 * n])}" for n in range(12))
    desk.index()
    listed, matcher = desk.listed(), SavedSearchMatcher(desk.service, desk.query)
    for article in desk.store.article_ids():
        assert bool(matcher.match([article])) == (article in listed), article


def _background(n: int) -> str:
    return f"{TOPICS[0 if n < 2 else 1 + n % 4]} mot{n} chose{n * 7}."


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "delete", "index", "check"]),
              st.integers(0, 7), st.integers(0, 4)),
    max_size=14,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(OPERATIONS, st.sampled_from(["hybrid", "keyword"]), st.booleans())
def test_every_article_the_page_lists_is_reported_exactly_once(
    tmp_path_factory: pytest.TempPathFactory,
    operations: list[tuple[str, int, int]],
    mode: str,
    with_words: bool,
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    store, embedder = new_store(folder / "archive.sqlite"), Thesaurus()
    engine = open_engine("embedded", folder / "index")
    text = "missiles traité portée" if with_words else "roquettes"
    desk = Desk(store, engine, embedder, SearchQuery(text, mode))  # type: ignore[arg-type]
    desk.fill(_background(n) for n in range(55))
    desk.index()
    search, known = desk.save(), desk.listed()
    held: dict[int, int] = {}
    reported: list[int] = []
    for operation, place, topic in [*operations, ("index", 0, 0), ("check", 0, 0)]:
        if operation == "put":
            words = TOPICS[topic] if topic < 4 else "fusées toits rivière"
            item = f"{words} rubrique{place} {place * topic}."
            (held[place],) = desk.fill([item], url=f"https://a.example/{place}")
        elif operation == "delete" and place in held:
            with store.transaction() as transaction:
                transaction.delete(held.pop(place))
        elif operation == "index":
            desk.index()
        elif operation == "check":
            _check_against_page(desk, search, known, reported)
    assert len(reported) == len(set(reported))
    store.close()
    engine.close()


def _check_against_page(
    desk: Desk, search: SavedSearch, known: set[int], reported: list[int]
) -> None:
    """New are those that changed since the last look, stand in the index and are listed."""
    seen, checkpoint = desk.saved.get(search.id).seen_seq, desk.engine.checkpoint()
    changed = {c.article_id for c in desk.store.changes_after(seen, 1_000) if c.seq <= checkpoint}
    before = set(desk.matched(search))
    expected = (changed & desk.listed()) - known - set(reported)
    copies = ClusterStore(desk.store.database).clusters_of(sorted(expected))
    number = desk.check(search)
    new = set(desk.matched(search)) - before
    assert number == len(new)
    assert new <= expected
    for article in expected - new:  # told as another copy of its text
        assert {copy.article_id for copy in copies[article].copies} & (before | new)
    reported += new
