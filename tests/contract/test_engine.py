"""What every engine must do, run on each of them."""

import threading
from pathlib import Path

import numpy as np
import pytest

from archive.model import ArticleFilter
from indexer.engines.port import (
    Counts,
    Fingerprint,
    IndexBatch,
    RetrievalRequest,
    SearchEngine,
)
from indexer.engines.registry import open_engine
from indexer.errors import IndexerError, StaleIndexError
from indexer.passages import article_of
from indexer.query import Query, parse_query
from indexer.query.required_words import require_words
from tests.support.engines import EMBEDDER, FINGERPRINT, both, find, indexed, put


def test_empty_engine_answers_nothing(engine: SearchEngine) -> None:
    assert (engine.count(), engine.checkpoint(), engine.fingerprint()) == (0, 0, None)
    assert both(find(engine, "missiles")) == ([], [])
    assert engine.check() == []


def test_commit_makes_written_articles_visible_in_both_lists(engine: SearchEngine) -> None:
    put(engine, indexed(1, "des missiles en Europe"), indexed(2, "une recette de soupe"), seq=7)
    keyword, dense = both(find(engine, "missile"))
    assert keyword == [1]
    assert set(dense) == {1, 2}
    assert both(find(engine, "missiles en Europe"))[1][0] == 1
    assert (engine.checkpoint(), engine.fingerprint()) == (7, FINGERPRINT)


def test_uncommitted_writes_are_invisible(engine: SearchEngine) -> None:
    engine.write(IndexBatch(FINGERPRINT, (indexed(1, "des missiles"),)))
    assert both(find(engine, "missiles")) == ([], [])
    engine.rollback()
    engine.commit(1)
    assert engine.count() == 0


def test_replay_changes_nothing(engine: SearchEngine) -> None:
    article = indexed(1, "des missiles\n\nune soupe")
    put(engine, article)
    before = find(engine, "missiles")
    put(engine, article)
    after = find(engine, "missiles")
    assert [hit.passage_id for hit in after.dense] == [hit.passage_id for hit in before.dense]
    assert [hit.article_id for hit in after.keyword] == [1]
    assert list(engine.article_ids()) == [1]


def test_update_replaces_old_words_and_passages(engine: SearchEngine) -> None:
    put(engine, indexed(1, "des missiles\n\nun traité"), indexed(2, "une soupe"))
    put(engine, indexed(1, "des abeilles"), seq=2)
    assert both(find(engine, "missiles"))[0] == []
    assert both(find(engine, "abeilles"))[0] == [1]
    passages = [hit.passage_id for hit in find(engine, "abeilles").dense]
    assert len(passages) == len(set(passages)) == 2
    assert engine.check() == []


def test_delete_removes_from_both_lists(engine: SearchEngine) -> None:
    put(engine, indexed(1, "des missiles"), indexed(2, "des missiles encore"))
    put(engine, seq=2, deleted=(1,))
    assert both(find(engine, "missiles")) == ([2], [2])
    put(engine, seq=3, deleted=(2,))
    assert both(find(engine, "missiles")) == ([], [])
    assert (engine.count(), engine.check()) == (0, [])


@pytest.mark.parametrize(
    ("first", "following", "expected"),
    [
        ("2021-12-04", "2021-12-05", {1, 2}),
        ("2021-12-03", "2021-12-04", set()),
        ("2022-01-01", None, {3}),
        ("2021-12-01", "2022-01-01", {1, 2, 4}),
        ("2021-12-04", None, {1, 2, 3}),
        (None, "2021-12-31", {1, 2}),
        ("2021-01-01", "2022-01-01", {1, 2, 4, 5}),
    ],
)
def test_dates_are_those_of_the_publishers_clock_and_no_more_precise_than_known(
    engine: SearchEngine, first: str | None, following: str | None, expected: set[int]
) -> None:
    put(
        engine,
        indexed(1, "des missiles", published="2021-12-03T23:30:00Z", published_offset=60),
        indexed(2, "des missiles", published="2021-12-04"),
        indexed(3, "des missiles", published="2021-12-31T23:20:00Z", published_offset=60),
        indexed(4, "des missiles", published="2021-12"),
        indexed(5, "des missiles", published="2021"),
        indexed(6, "des missiles", published=None),
    )
    wanted = {"published_from": first, "published_before": following}
    lists = both(find(engine, "missiles", **wanted))
    assert (set(lists[0]), set(lists[1])) == (expected, expected)
    counts = engine.count_matching(parse_query("missiles"), ArticleFilter())
    assert counts.days == {"2021-12-04": 2, "2022-01-01": 1, "2021-12": 1, "2021": 1}
    assert (counts.total, counts.undated) == (6, 1)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"sources": ("Agence",)}, {1, 3}),
        ({"languages": ("en",)}, {3}),
        ({"published_from": "2020-01-01"}, {1}),
        ({"published_before": "2020-01-01"}, {2}),
        ({"article_ids": (2, 3)}, {2, 3}),
        ({"excluded_ids": (2, 3)}, {1}),
        ({"sources": ("nobody",)}, set()),
        ({"authors": ("Ada Lovelace",)}, {1, 2}),
        ({"authors": ("Ada",)}, set()),
        ({"authors": ("Grace Hopper", "nobody")}, {2}),
        ({"authors": ("Ada Lovelace",), "sections": ("Monde",)}, {1}),
        ({"sections": ("Monde", "Europe")}, {1, 2}),
        ({"sections": ("monde",)}, set()),
    ],
)
def test_filters_hold_before_ranking(
    engine: SearchEngine, wanted: dict[str, object], expected: set[int]
) -> None:
    put(
        engine,
        indexed(
            1,
            "le missile europe",
            published="2021-12-03T10:00:00Z",
            section="Monde",
            authors=("Ada Lovelace",),
        ),
        indexed(
            2,
            "un missile europe",
            source="Veilleur",
            published="2019-01-01",
            section="Europe",
            authors=("Grace Hopper", "Ada Lovelace"),
        ),
        indexed(3, "missile in europe", language="en", published=None),
    )
    keyword, dense = both(find(engine, "missile europe", depth=3, **wanted))
    assert set(keyword) == set(dense) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("author:lovelace", {1, 2}),
        ("author:ada", {1, 2}),
        ('author:"lovelace ada"', set()),
        ('author:"HOPPER grace"', set()),
        ('author:"Grace HOPPER"', {2}),
        ("missile -author:hopper", {1, 3}),
        ("section:monde", {1}),
        ("(section:europe OR source:fanal)", {2, 3}),
    ],
)
def test_fields_hold_a_run_of_folded_words(
    engine: SearchEngine, text: str, expected: set[int]
) -> None:
    put(
        engine,
        indexed(1, "missile", section="Monde", authors=("Ada Lovelace",)),
        indexed(2, "missile", section="L’Europe", authors=("Grace Hopper", "Ada Lovelace")),
        indexed(3, "missile", source="Le Fanal"),
    )
    assert set(both(find(engine, text))[0]) == expected
    put(engine, indexed(1, "missile"), indexed(3, "missile", authors=("Ada",)), seq=2)
    assert both(find(engine, "author:ada"))[0] == [3, 2]


def test_vectors_are_read_back_as_they_were_written(engine: SearchEngine) -> None:
    first, second = indexed(1, "un\n\ndeux\n\ntrois"), indexed(2, "four", language="en")
    put(engine, first, second, indexed(3, "cinq"))
    put(engine, indexed(1, "six\n\nsept"), seq=2, deleted=(3,))
    held = engine.vectors([1, 2, 3, 4])
    assert held.keys() == {1, 2}
    assert (held[1].language, held[2].language) == ("fr", "en")
    assert np.array_equal(held[1].vectors, indexed(1, "six\n\nsept").vectors)
    assert np.array_equal(held[2].vectors, second.vectors)
    assert engine.vectors([]) == engine.vectors([9]) == {}


def test_statistics_are_kept_with_their_commit(engine: SearchEngine) -> None:
    engine.write(IndexBatch(FINGERPRINT, (indexed(1, "missile"),)))
    engine.commit(1, {"fr": b"French", "en": b"English"})
    assert engine.statistics() == {"fr": b"French", "en": b"English"}
    assert find(engine, "missile").statistics == engine.statistics()
    put(engine, indexed(2, "missile"), seq=2)
    engine.commit(3, {"en": b"", "de": b"German"})
    assert engine.statistics() == {"fr": b"French", "de": b"German"}
    engine.clear()
    assert engine.statistics() == {}


def test_phrases_and_exclusions_hold_for_both_lists(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "missiles de moyenne portée"),
        indexed(2, "portée moyenne des missiles"),
        indexed(3, "missiles de moyenne portée et drones"),
    )
    assert set(both(find(engine, '"moyenne portée"'))[1]) == {1, 3}
    keyword, dense = both(find(engine, '"moyenne portée" -drones'))
    assert (keyword, dense) == ([1], [1])


def test_a_word_is_stemmed_by_each_articles_language(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "les négociations continuent"),
        indexed(2, "negotiations continue", language="en"),
    )
    assert both(find(engine, "négociation"))[0] == [1]
    assert both(find(engine, "negotiation"))[0] == [2]


def test_a_title_of_stop_words_alone_spoils_no_score(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "une soupe", title="missiles"),
        indexed(2, "des missiles", title="Et vous ?"),
        indexed(3, "le", title="missiles en Europe"),
    )
    scores = [hit.score for hit in find(engine, "missiles").keyword]
    assert len(scores) == 3
    assert all(score > 0 for score in scores)


def test_depth_bounds_each_list(engine: SearchEngine) -> None:
    put(engine, *(indexed(n, f"missile numéro {n}") for n in range(1, 30)))
    found = find(engine, "missile", depth=5)
    assert len(found.keyword) == len(found.dense) == 5
    scores = [hit.cosine for hit in found.dense]
    assert scores == sorted(scores, reverse=True)


def test_other_instances_see_commits_without_restart(persistent: str, tmp_path: Path) -> None:
    writer = open_engine(persistent, tmp_path)
    reader = open_engine(persistent, tmp_path)
    assert reader.count() == 0
    for n in range(1, 12):
        put(writer, indexed(n, f"missile numéro {n}"), seq=n)
        assert (reader.count(), reader.checkpoint()) == (n, n)
        assert n in both(find(reader, "missile"))[0]


def test_a_reader_never_fails_during_commits_and_merges(persistent: str, tmp_path: Path) -> None:
    writer, reader = open_engine(persistent, tmp_path), open_engine(persistent, tmp_path)
    put(writer, indexed(1, "missile premier"))
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                keyword, _ = both(find(reader, "missile"))
                assert len(keyword) == len(set(keyword))
                assert 1 in keyword
            except Exception as exc:
                failures.append(exc)
                return

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(2, 40):
        put(writer, indexed(n, f"missile numéro {n}"), seq=n)
    stop.set()
    thread.join()
    assert failures == []


def test_another_model_is_refused_and_named(engine: SearchEngine) -> None:
    put(engine, indexed(1, "des missiles"))
    other = IndexBatch(Fingerprint("other", "1", "1"), (indexed(2, "soupe"),))
    with pytest.raises(StaleIndexError, match=r"model fake, not other.*rebuild"):
        engine.write(other)
    engine.clear()
    engine.write(other)
    engine.commit(1)
    assert list(engine.article_ids()) == [2]


def test_an_unknown_engine_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexerError, match="no engine 'nothing'"):
        open_engine("nothing", tmp_path)


def test_vectors_keep_their_cosine(engine: SearchEngine) -> None:
    article = indexed(1, "des missiles\n\nune soupe")
    put(engine, article)
    vector = EMBEDDER.encode_query("une soupe chaude")
    found = engine.retrieve(RetrievalRequest(None, vector)).dense
    expected = sorted((article.vectors @ vector).tolist(), reverse=True)
    assert np.allclose([hit.cosine for hit in found], expected, atol=2e-3)


def near(engine: SearchEngine, word: str, distance: int, most: int = 5) -> list[tuple]:
    found = engine.spellings({word: distance}, most)[word]
    return [(spelling.word, spelling.distance, spelling.articles) for spelling in found]


def test_spellings_are_the_nearest_words_of_the_archive(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "le président Vexlon", title="Vexlon élu"),
        indexed(2, "Vexlon et Vexlin"),
        indexed(3, "Wexlon, Vexlons", language="en"),
    )
    assert near(engine, "vexlno", 1) == [("vexlon", 1, 2)]
    assert near(engine, "vexloon", 1) == [("vexlon", 1, 2)]
    assert near(engine, "vexlo", 1) == [("vexlon", 1, 2)]
    assert near(engine, "vexlan", 1) == [("vexlon", 1, 2), ("vexlin", 1, 1)]
    assert near(engine, "vexlxno", 1) == []
    far = near(engine, "vexlan", 2)
    assert far == [("vexlon", 1, 2), ("vexlin", 1, 1), ("vexlons", 2, 1), ("wexlon", 2, 1)]
    assert near(engine, "vexlan", 2, most=2) == far[:2]


def test_a_word_itself_counts_in_any_inflection(engine: SearchEngine) -> None:
    put(engine, indexed(1, "une négociation"), indexed(2, "des négociations"))
    assert near(engine, "negociation", 0) == [("negociation", 0, 2)]
    assert near(engine, "negociation", 1) == [("negociation", 0, 2), ("negociations", 1, 1)]
    (itself,) = engine.spellings({"negociations": 0}, 1)["negociations"]
    assert itself.article_id == 2
    assert near(engine, "missile", 0) == []


def test_spellings_follow_every_commit(engine: SearchEngine) -> None:
    put(engine, indexed(1, "Vexlon"), indexed(2, "Vexlon encore"))
    assert engine.spellings({"vexlno": 1}, 1)["vexlno"][0].article_id in (1, 2)
    put(engine, indexed(1, "Vexlan"), seq=2)
    (found,) = engine.spellings({"vexlno": 1}, 5)["vexlno"]
    assert (found.word, found.articles, found.article_id) == ("vexlon", 1, 2)
    put(engine, seq=3, deleted=(2,))
    assert near(engine, "vexlno", 1) == []
    assert near(engine, "vexlon", 0) == []


@pytest.mark.parametrize("word", ["", "a", "é" * 500, "l'", "北京", "x\0y", "1200"])
def test_spellings_take_any_word(engine: SearchEngine, word: str) -> None:
    put(engine, indexed(1, "le président 1200 北京"))
    assert all(found.distance == 0 for found in engine.spellings({word: 2}, 5)[word])


def match(engine: SearchEngine, text: str, **wanted: object) -> tuple[int, ...]:
    """The articles counted, found by counting each alone."""
    query, ids = require_words(parse_query(text)), engine.article_ids()
    whole = engine.count_matching(query, ArticleFilter(**wanted))
    alone = (ArticleFilter(**({"article_ids": (i,)} | wanted)) for i in ids)
    found = tuple(
        i for i, f in zip(ids, alone, strict=True) if engine.count_matching(query, f).total
    )
    assert len(found) == whole.total
    return found


def test_matching_finds_all_that_hold_every_word(engine: SearchEngine) -> None:
    put(engine, *(indexed(n, f"missile numéro {n}") for n in range(1, 300)))
    put(engine, indexed(300, "des drones", title="Missiles"), indexed(301, "drones"), seq=2)
    assert match(engine, "missiles") == tuple(range(1, 301))
    assert match(engine, "le drone et les missiles") == (300,)
    assert match(engine, "title:missile") == (300,)
    assert match(engine, "drone -missile") == (301,)
    assert match(engine, "missile 7 OR 9") == (7, 9)
    assert match(engine, '"numéro 12"') == (12,)
    assert match(engine, "soupe") == ()


def test_matching_follows_filters_and_commits(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "missile", published="2021-12-03T10:00:00Z"),
        indexed(2, "missile", source="Veilleur", published=None),
        indexed(3, "the missile", language="en", published="2019-01-01"),
    )
    assert match(engine, "missile", languages=("en",)) == (3,)
    assert match(engine, "missile", sources=("Veilleur",)) == (2,)
    assert match(engine, "missile", published_from="2020-01-01") == (1,)
    assert match(engine, "missile", excluded_ids=(1, 3)) == (2,)
    put(engine, indexed(2, "soupe"), seq=2, deleted=(1,))
    assert match(engine, "missile") == (3,)


def test_counts_are_of_all_that_match(engine: SearchEngine) -> None:
    put(
        engine,
        indexed(1, "missile", published="2021-12-03T10:00:00Z", section="Monde"),
        indexed(2, "missile", published="2021-12-03", source="Veilleur", section="Monde"),
        indexed(3, "the missile", language="en", published="2019-01-01", source=None),
        indexed(4, "missile", published=None),
        indexed(5, "soupe"),
    )
    counts = engine.count_matching(parse_query("missiles"), ArticleFilter())
    assert (counts.total, counts.undated) == (4, 1)
    assert counts.sources == {"Agence": 2, "Veilleur": 1}
    assert counts.languages == {"fr": 3, "en": 1}
    assert counts.sections == {"Monde": 2}
    assert counts.days == {"2021-12-03": 2, "2019-01-01": 1}
    every = engine.count_matching(Query("", ()), ArticleFilter(sources=("Agence",)))
    assert (every.total, every.languages) == (3, {"fr": 3})
    none = engine.count_matching(parse_query("fanal"), ArticleFilter())
    assert none == Counts(0, {}, {}, {}, {}, {})


def test_a_list_that_is_cut_comes_with_counts_of_all(engine: SearchEngine) -> None:
    put(
        engine,
        *(
            indexed(n, "le missile", source=f"S{n % 2}", authors=("Ana", f"A{n % 3}"))
            for n in range(1, 8)
        ),
        indexed(9, "la soupe", source="S9"),
    )
    assert find(engine, "missile", depth=7).matches is None
    for query in ("missile", "missile*", "missile OR fusée", "author:Ana"):
        found = find(engine, query, depth=3)
        assert len(found.keyword) == 3
        assert found.matches is not None
        assert found.matches.counts.total == 7
        assert found.matches.counts.sources == {"S0": 3, "S1": 4}
        assert found.matches.counts.authors == {"Ana": 7, "A0": 2, "A1": 3, "A2": 2}
        near = {article_of(hit.passage_id) for hit in found.dense}
        assert found.matches.dense_ids == near - {9}


def test_an_article_holds_a_share_of_the_words_by_their_rarity(engine: SearchEngine) -> None:
    texts = ("le missile et le drone", "le missile", "le drone", "la soupe", "les missiles volent")
    put(engine, *(indexed(n, text) for n, text in enumerate(texts, start=1)))
    found = find(engine, "missile drone")
    held = {hit.article_id: hit.held for hit in found.keyword}
    missile, drone = np.log1p((2 + 0.5) / (3 + 0.5)), np.log1p((3 + 0.5) / (2 + 0.5))
    expected = {1: 1, 2: missile / (missile + drone), 3: drone / (missile + drone)}
    assert held == pytest.approx(expected | {5: expected[2]}, abs=1e-6)
    assert found.complete == 1
    unknown = find(engine, "missile zzzxqj")
    assert {hit.article_id: hit.held < 0.35 for hit in unknown.keyword} == {1: 1, 2: 1, 5: 1}
    assert unknown.complete == 0
    assert [hit.held for hit in find(engine, "source:Agence").keyword] == [1] * 5


@pytest.mark.parametrize("query", ["missile", "author:Ana"])
def test_the_rest_goes_on_where_the_keyword_list_is_cut(engine: SearchEngine, query: str) -> None:
    put(engine, *(indexed(n, "le missile " * n, authors=("Ana",)) for n in range(1, 10)))
    parsed = parse_query(query)
    whole = engine.retrieve(RetrievalRequest(parsed, None, depth=9)).keyword
    for rest in (0, 2, 6, 50):
        found = engine.retrieve(RetrievalRequest(parsed, None, depth=3, rest=rest, counted=True))
        assert len(found.keyword) == 3
        ids = [hit.article_id for hit in (*found.keyword, *found.rest)]
        assert ids == [hit.article_id for hit in whole][: 3 + rest]
        assert (found.matches is None) == (rest >= 6)
        shares = [hit.share for hit in (*found.keyword, *found.rest)]
        assert shares == sorted(shares, reverse=True)


def test_articles_without_words_in_their_titles_spoil_no_score(engine: SearchEngine) -> None:
    put(engine, *(indexed(n, "le missile", title=t) for n, t in enumerate(("***", "Et vous ?"), 1)))
    put(engine, indexed(3, "le missile", title="Missile"), seq=2)
    found = find(engine, "missile")
    assert found.keyword[0].article_id == 3
    figures = [figure for hit in found.keyword for figure in (hit.score, hit.share)]
    assert len(found.keyword) == 3
    assert np.isfinite(figures).all()


def test_stop_words_demand_nothing_in_their_language(engine: SearchEngine) -> None:
    put(engine, indexed(1, "le missile"), indexed(2, "le missile", language="en"))
    assert match(engine, "les missiles") == (1,)
    assert match(engine, "le missile") == (1, 2)
    assert match(engine, "le") == (2,)
    assert match(engine, "le source:Agence") == (1, 2)


def test_passages_are_counted(engine: SearchEngine) -> None:
    assert engine.count_passages() == 0
    put(engine, indexed(1, "des missiles\n\nune soupe"), indexed(2, "une soupe"))
    assert engine.count_passages() == 3
    put(engine, indexed(1, "des missiles"), seq=2, deleted=(2,))
    assert engine.count_passages() == 1


@pytest.mark.parametrize(
    "text", ["missile*", "北", "a AND", "((a", '"le" la', "covid-19", "é" * 99]
)
def test_matching_takes_any_query(engine: SearchEngine, text: str) -> None:
    assert match(engine, text) == ()
    put(engine, indexed(1, "missiles 北京"))
    assert set(match(engine, text)) <= {1}
