"""Timelines over a real engine and store, against counting by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.intake.ingest import ingest
from archive.model import ArticleFilter, SourceItem
from archive.stats.histogram import UNITS, Unit, start_of
from archive.store.articles import ArticleStore
from indexer.analysis import analyze_token, tokenize
from indexer.engines.port import Fingerprint, IndexBatch, IndexedArticle, SearchEngine
from indexer.engines.registry import open_engine
from indexer.errors import QueryError, StaleIndexError
from indexer.search import SearchService
from indexer.sync import sync
from indexer.timelines import MAX_REQUESTED_BARS, Timeline, Timelines
from indexer.wordings import NOTHING_TO_COUNT
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.stores import new_store

Make = Callable[..., Timelines]
WORDS = ("missile", "missiles", "traité", "olives", "marins", "récolte", "récoltes", "drone")
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
days = st.none() | st.dates(date(2019, 1, 1), date(2023, 12, 31)).map(date.isoformat)


@pytest.fixture
def make(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder) -> Make:
    def make_timelines(*items: SourceItem) -> Timelines:
        list(ingest(items, store))
        sync(store, engine, embedder)
        return timelines_of(store, engine)

    return make_timelines


def timelines_of(store: ArticleStore, engine: SearchEngine) -> Timelines:
    search = SearchService(store, engine, FakeEmbedder())
    return Timelines(store, engine, search.understand)


def item(number: int, text: str, published: str | None = None, **fields: str) -> SourceItem:
    values = {"language": "fr", "source": "Agence"} | fields
    return make_item(f"n{number:03}", f"{text} n{number:03}", published=published, **values)


def counts(timeline: Timeline) -> dict[str, tuple[int, ...]]:
    return {bar.first: bar.counts for bar in timeline.bars if any(bar.counts)}


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    held=st.lists(st.tuples(texts, days), min_size=1, max_size=12),
    word=st.sampled_from(WORDS),
    unit=st.sampled_from(UNITS),
)
def test_counts_equal_counting_by_hand(
    held: list[tuple[str, str | None]],
    word: str,
    unit: Unit,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    store, engine = new_store(folder / "archive.sqlite"), open_engine("embedded", folder / "i")
    list(ingest([item(n, text, day) for n, (text, day) in enumerate(held)], store))
    sync(store, engine, FakeEmbedder())
    made = timelines_of(store, engine).make([word], unit=unit, max_bars=5_000)
    engine.close()
    store.close()

    term = analyze_token(tokenize(word)[0].folded, "fr")
    found = [
        day
        for text, day in held
        if term in {analyze_token(token.folded, "fr") for token in tokenize(text)}
    ]
    expected = Counter(start_of(date.fromisoformat(d), unit).isoformat() for d in found if d)
    assert counts(made) == {first: (number,) for first, number in expected.items()}
    (query,) = made.queries
    assert (query.dated, query.undated) == (len(found) - found.count(None), found.count(None))
    for bar in made.bars:
        within = [day for _, day in held if day and bar.first <= day <= bar.last]
        assert bar.archive == len(within)
        assert bar.shares[0] == pytest.approx(bar.counts[0] / max(len(within), 1))


def test_two_queries_share_their_bars(make: Make) -> None:
    timelines = make(
        item(1, "des missiles", "2021-12-03T10:00:00Z"),
        item(2, "missile et drones", "2021-12-03"),
        item(3, "drones", "2021-12-05"),
        item(4, "olives", "2021-12-04"),
        item(5, "olives", "2021-12-09"),
    )
    made = timelines.make(["missile", "drone"])
    assert made.unit == "day"
    assert [(bar.first, bar.counts, bar.archive) for bar in made.bars] == [
        ("2021-12-03", (2, 1), 2),
        ("2021-12-04", (0, 0), 1),
        ("2021-12-05", (0, 1), 1),
    ]
    assert made.bars[0].shares == (1.0, 0.5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("missiles traité", 1),  # all words, wherever they stand
        ("le traité des missiles", 1),  # stop words demand nothing
        ("missile OR drone", 3),
        ("missile -drone", 1),
        ('"traité sur les missiles"', 1),
        ('"missiles sur les traités"', 0),
        ("missil*", 2),
        ("OTAN", 2),  # NATO is the same
        ("drone (missile OR drone)", 2),  # what stands beside operators is demanded as well
        ("porte-parole", 1),  # in one piece, not wherever its parts are
        ("source:Fanal", 1),
        ("source:Fanal le la", 0),  # nothing else is sought
        ("la", 2),
        ("author:Orsenne missile", 0),
    ],
)
def test_words_and_operators(make: Make, query: str, expected: int) -> None:
    timelines = make(
        item(1, "Le traité sur les missiles, dit l'OTAN", "2021-12-03"),
        item(2, "Missile contre drone : NATO", "2021-12-04"),
        item(3, "Un drone à la porte, sur parole", "2021-12-05", source="Le Fanal"),
        item(4, "La porte-parole des olives", "2021-12-06"),
    )
    assert timelines.make([query]).queries[0].total == expected


def test_filters_hold_for_the_archive_too(make: Make) -> None:
    timelines = make(
        item(1, "missile", "2021-12-03"),
        item(2, "missile", "2021-12-03", source="Le Fanal"),
        item(3, "olives", "2021-12-03", source="Le Fanal", section="Monde"),
    )
    fanal = ArticleFilter(sources=("Le Fanal",))
    assert [(b.counts, b.archive) for b in timelines.make(["missile"], fanal).bars] == [((1,), 2)]
    assert [(b.counts, b.archive) for b in timelines.make(["missile"]).bars] == [((2,), 3)]
    world = ArticleFilter(sections=("Monde",))
    assert timelines.make(["missile"], world).queries[0].total == 0


def test_the_archive_is_counted_anew_when_it_grows(
    make: Make, store: ArticleStore, engine: SearchEngine
) -> None:
    timelines = make(item(1, "missile", "2021-12-03"), item(2, "olives"))
    assert timelines.make(["missile"]).archive_undated == 1
    make(item(3, "olives", "2021-12-03"))
    assert [(b.counts, b.archive) for b in timelines.make(["missile"]).bars] == [((1,), 2)]


@pytest.mark.parametrize("query", ["-missile", "-missile -drone"])
def test_what_demands_nothing_is_refused(make: Make, query: str) -> None:
    timelines = make(item(1, "le missile", "2021-12-03"))
    with pytest.raises(QueryError, match=NOTHING_TO_COUNT.text):
        timelines.make([query])


def test_a_stop_word_of_another_language_is_a_word(make: Make) -> None:
    timelines = make(
        item(1, "war", "2021-12-03", language="en"),
        item(2, "war and peace", "2021-12-03", language="en"),
        item(3, "es war einmal", "2021-12-03", language="de"),
    )
    assert timelines.make(["war"]).queries[0].total == 2


def test_a_unit_too_small_gives_way(make: Make) -> None:
    timelines = make(item(1, "missile", "2001-01-01"), item(2, "missile", "2021-12-31"))
    assert timelines.make(["missile"]).unit == "year"
    assert timelines.make(["missile"], unit="day").unit == "month"
    assert len(timelines.make(["missile"], unit="month").bars) == 21 * 12 <= MAX_REQUESTED_BARS
    assert timelines.make(["missile"], unit="day", max_bars=10_000).unit == "day"


def test_a_century_of_years_is_shown_and_what_is_older_told(make: Make) -> None:
    timelines = make(*(item(n, "missile", f"{year}-05-01") for n, year in enumerate((1500, 1900))))
    timelines = make(item(9, "missile", "2021-05-01"))
    made = timelines.make(["missile"])
    assert (made.unit, len(made.bars)) == ("year", MAX_REQUESTED_BARS)
    assert (made.queries[0].earlier, made.queries[0].dated) == (1, 3)


def test_nothing_found_has_no_bars(make: Make) -> None:
    made = make(item(1, "missile", "2021-12-03")).make(["olives"])
    assert (made.bars, made.queries[0].total) == ((), 0)


def test_an_index_of_another_analyzer_is_refused(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    vectors = embedder.encode_passages(["missile"])
    article = IndexedArticle(1, "", "missile", "Agence", "fr", "2021-12-03", vectors)
    engine.write(IndexBatch(Fingerprint("fake", "1", "0"), (article,)))
    engine.commit(1)
    with pytest.raises(StaleIndexError, match="analyzer 0"):
        timelines_of(store, engine).make(["missile"])


def test_days_are_local_and_a_month_is_in_no_day(make: Make) -> None:
    timelines = make(
        item(1, "missile", "2021-12-04T00:30:00+01:00"),
        item(2, "missile", "2021-12-04"),
        item(3, "missile", "décembre 2021"),
        item(4, "missile", "2021"),
        item(5, "olives", "2021-12"),
    )
    by_day = timelines.make(["missile"], unit="day")
    assert counts(by_day) == {"2021-12-04": (2,)}
    (asked,) = by_day.queries
    assert (asked.total, asked.imprecise, asked.earlier, asked.undated) == (4, 2, 0, 0)
    assert by_day.archive_imprecise == 3
    by_month = timelines.make(["missile"], unit="month")
    assert counts(by_month) == {"2021-12-01": (3,)}
    assert by_month.queries[0].imprecise == 1
    by_year = timelines.make(["missile"], unit="year")
    assert counts(by_year) == {"2021-01-01": (4,)}
