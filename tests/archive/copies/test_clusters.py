"""`clusters`, `admission`: what is kept together, in whatever order it comes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.copies import admission as copies
from archive.copies import clusters
from archive.copies.admission import CANDIDATES, DAYS_APART, admit_copy
from archive.copies.clusters import Cluster, ClusterStore
from archive.copies.near_duplicates import band_keys, shingle_text
from archive.model import ArticleDraft
from archive.store.articles import ArticleStore
from archive.store.schema import signature_band, wire_copy
from archive.text.normalize import normalize_draft
from tests.support.material import ENGLISH_TEXT, FRENCH_TEXT
from tests.support.stores import new_store
from tests.support.work import count_steps

CUT = FRENCH_TEXT[: len(FRENCH_TEXT) // 2]
LONGER = f"{FRENCH_TEXT} Notre correspondante a suivi la séance depuis la tribune du conseil."


@pytest.fixture
def kept(store: ArticleStore) -> ClusterStore:
    return ClusterStore(store.database)


def add(store: ArticleStore, text: str, published: str | None = "2021-12-03", **fields: Any) -> int:
    """The new article's id, after it was looked at for copies."""
    source = fields.pop("source", "Le Fanal")
    draft = ArticleDraft("La crue", (text,), source, published=published, **fields)
    with store.transaction() as transaction:
        article_id = transaction.insert(normalize_draft(draft))
        admit_copy(transaction.connection, article_id)
    return article_id


def admit(store: ArticleStore, article_id: int) -> int | None:
    with store.transaction() as transaction:
        return admit_copy(transaction.connection, article_id)


def revise(store: ArticleStore, article_id: int, text: str) -> None:
    held = store.get(article_id)
    with store.transaction() as transaction:
        draft = ArticleDraft(held.title, (text,), held.source, published=held.published)
        transaction.revise(held, normalize_draft(draft))
        admit_copy(transaction.connection, article_id)


def together(kept: ClusterStore) -> list[list[int]]:
    return [[copy.article_id for copy in cluster.copies] for cluster in kept.each_cluster()]


def rows(store: ArticleStore, table: sa.Table) -> list[Any]:
    with store.database.read() as connection:
        return sorted(map(tuple, connection.execute(sa.select(table))))


def test_an_article_alone_is_in_no_cluster(store: ArticleStore, kept: ClusterStore) -> None:
    assert admit(store, add(store, FRENCH_TEXT)) is None
    add(store, ENGLISH_TEXT)
    assert together(kept) == []
    assert rows(store, wire_copy) == []


def test_the_original_is_what_was_published_first(store: ArticleStore, kept: ClusterStore) -> None:
    later = add(store, FRENCH_TEXT, "2021-12-04T08:00:00Z", source="La Vigie")
    first = add(store, CUT, "2021-12-03T21:00:00Z", source="Agence Rive Gauche")
    last = add(store, LONGER, "2021-12-04T09:00:00Z", source="La Vigie")
    assert together(kept) == [[first, later, last]]
    assert admit(store, last) == first
    assert admit(store, first) is None
    (cluster,) = kept.each_cluster()
    assert cluster.outlets == ("Agence Rive Gauche", "La Vigie")
    assert cluster.copies[0].headline == "La crue"


def test_without_dates_the_first_added_is_the_original(
    store: ArticleStore, kept: ClusterStore
) -> None:
    first, second = add(store, FRENCH_TEXT, None), add(store, CUT, None)
    assert together(kept) == [[first, second]]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("2021-12-03", "2021-12-03T23:59:00Z", True),
        ("2021-12-03", f"2021-12-{3 + DAYS_APART:02}", True),
        (f"2021-12-{3 + DAYS_APART:02}", "2021-12-03", True),
        ("2021-12-03", f"2021-12-{4 + DAYS_APART:02}", False),
        ("2021-12-31", "2022-01-01", True),
        ("1961-04-12", "1961-04-13", True),
        ("2021-12-03", None, True),
        (None, "1913-05-29", True),
        (None, None, True),
    ],
)
def test_copies_are_published_within_days(
    store: ArticleStore, kept: ClusterStore, first: str | None, second: str | None, found: bool
) -> None:
    add(store, FRENCH_TEXT, first)
    add(store, CUT, second)
    assert bool(together(kept)) is found


def test_an_article_between_two_clusters_makes_them_one(
    store: ArticleStore, kept: ClusterStore
) -> None:
    half = len(ENGLISH_TEXT) // 2
    ids = [add(store, text) for text in (FRENCH_TEXT, LONGER, ENGLISH_TEXT, ENGLISH_TEXT[:half])]
    assert together(kept) == [ids[2:], ids[:2]]
    bridge = add(store, f"{FRENCH_TEXT} {ENGLISH_TEXT}")
    assert together(kept) == [[*ids, bridge]]
    assert {row[1] for row in rows(store, wire_copy)} == {ids[0]}


def test_admitting_again_changes_nothing(store: ArticleStore) -> None:
    ids = [add(store, text) for text in (FRENCH_TEXT, CUT, LONGER, ENGLISH_TEXT)]
    before = rows(store, wire_copy), rows(store, signature_band)
    for article_id in [*ids, *reversed(ids)]:
        admit(store, article_id)
    assert (rows(store, wire_copy), rows(store, signature_band)) == before


def test_a_revision_leaves_and_finds_its_cluster(store: ArticleStore, kept: ClusterStore) -> None:
    first, second, third = (add(store, text) for text in (FRENCH_TEXT, CUT, ENGLISH_TEXT))
    revise(store, first, f"{ENGLISH_TEXT} All in one day.")
    assert together(kept) == [[first, third]]
    revise(store, first, FRENCH_TEXT)
    assert together(kept) == [[first, second]]
    assert {row[2] for row in rows(store, signature_band)} == {first, second, third}


def test_who_leaves_does_not_leave_its_number_behind(
    store: ArticleStore, kept: ClusterStore
) -> None:
    first, second, third, other = (
        add(store, text) for text in (FRENCH_TEXT, CUT, LONGER, ENGLISH_TEXT)
    )
    revise(store, first, f"{ENGLISH_TEXT} All in one day.")
    assert together(kept) == [[second, third], [first, other]]


def test_deletion_goes_through(store: ArticleStore, kept: ClusterStore) -> None:
    first, second, third = (add(store, text) for text in (FRENCH_TEXT, CUT, LONGER))
    with store.transaction() as transaction:
        transaction.delete(first)
    assert together(kept) == [[second, third]]
    assert {row[2] for row in rows(store, signature_band)} == {second, third}
    with store.transaction() as transaction:
        transaction.delete(second)
    assert together(kept) == []
    assert kept.clusters_of([third]) == {}
    fourth = add(store, FRENCH_TEXT)
    assert together(kept) == [[third, fourth]]


def test_clusters_of_some_articles_in_one_select(store: ArticleStore, kept: ClusterStore) -> None:
    ids = [add(store, text) for text in (FRENCH_TEXT, CUT, ENGLISH_TEXT, LONGER)]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        found = kept.clusters_of([ids[1], ids[2], ids[3], 999, 2**70])
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert sum("SELECT" in statement for statement in statements) == 1
    assert list(found) == [ids[1], ids[3]]
    assert [copy.article_id for copy in found[ids[1]].copies] == [ids[0], ids[1], ids[3]]
    assert kept.clusters_of([]) == {}


def test_the_list_comes_in_pages(
    store: ArticleStore, kept: ClusterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "PAGE_CLUSTERS", 2)
    for year in range(2001, 2006):
        add(store, FRENCH_TEXT, f"{year}-01-01")
        add(store, CUT, f"{year}-01-02")
    assert together(kept) == [[9, 10], [7, 8], [5, 6], [3, 4], [1, 2]]


def test_an_untitled_article_is_named_by_its_lead(store: ArticleStore, kept: ClusterStore) -> None:
    for text in (FRENCH_TEXT, CUT):
        with store.transaction() as transaction:
            article_id = transaction.insert(normalize_draft(ArticleDraft("", (text, "Fin."))))
            admit_copy(transaction.connection, article_id)
    (cluster,) = kept.each_cluster()
    assert cluster.copies[0].headline.startswith("Le conseil du canton")


def test_rebuilding_finds_the_same(
    store: ArticleStore, kept: ClusterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "PAGE_ARTICLES", 2)
    for text in (FRENCH_TEXT, ENGLISH_TEXT, CUT, LONGER, f"{ENGLISH_TEXT} End."):
        add(store, text)
    before = rows(store, wire_copy), rows(store, signature_band)
    assert list(kept.rebuild()) == [2, 4, 5]
    assert (rows(store, wire_copy), rows(store, signature_band)) == before


@pytest.mark.slow
@pytest.mark.parametrize("published", ["2021-12-03", None])
def test_a_passage_repeated_everywhere_does_not_slow_admission(
    store: ArticleStore, monkeypatch: pytest.MonkeyPatch, published: str | None
) -> None:
    """20,000 articles of these days share every key of the new one: few of them are looked at."""
    _crowd(store, add(store, ENGLISH_TEXT), band_keys(shingle_text("La crue", FRENCH_TEXT)), 20_000)
    compared = []
    monkeypatch.setattr(copies, "is_copy", lambda *texts: compared.append(texts))
    _, steps = count_steps(lambda: add(store, FRENCH_TEXT, published))
    assert steps < 60_000, "three for each of the articles that share its keys"
    assert 0 < len(compared) <= CANDIDATES


def test_a_full_cluster_takes_no_more(
    store: ArticleStore, kept: ClusterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "FULL_CLUSTER", 3)
    ids = [
        add(store, f"{FRENCH_TEXT} {word}") for word in ("un", "deux", "trois", "quatre", "cinq")
    ]
    assert together(kept) == [ids[3:], ids[:3]]


TEXTS = (
    FRENCH_TEXT,
    CUT,
    LONGER,
    ENGLISH_TEXT,
    ENGLISH_TEXT[: len(ENGLISH_TEXT) // 2],
    f"{FRENCH_TEXT} {ENGLISH_TEXT}",
)
PIECES = st.lists(
    st.tuples(st.sampled_from(TEXTS), st.sampled_from([None, 1, 3, 5, 9])), min_size=2, max_size=7
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PIECES, st.randoms(use_true_random=False))
def test_the_order_of_coming_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[str, int | None]], chance: Any
) -> None:
    places = list(range(len(pieces)))
    shuffled = chance.sample(places, len(places))
    folder = tmp_path_factory.mktemp("order")
    assert _grouped(folder / "a", pieces, places) == _grouped(folder / "b", pieces, shuffled)


def _grouped(
    path: Path, pieces: Sequence[tuple[str, int | None]], order: Iterable[int]
) -> set[frozenset[int]]:
    """The clusters as sets of places, whatever ids their articles were given."""
    store = new_store(path)
    place_of = {}
    for place in order:
        text, day = pieces[place]
        place_of[add(store, text, day and f"2021-12-{day:02}")] = place
    found: list[Cluster] = list(ClusterStore(store.database).each_cluster())
    store.close()
    return {frozenset(place_of[copy.article_id] for copy in one.copies) for one in found}


def _crowd(store: ArticleStore, article_id: int, keys: Sequence[int], count: int) -> None:
    """Articles by the thousand that share the keys but not the text."""
    with store.transaction() as transaction:
        transaction.connection.execute(
            sa.text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
                " INSERT INTO article (version, title, text, authors, language, added,"
                " content_hash, published) SELECT 1, 'x', :text || i, '[]', 'fr', '2021', i,"
                " '2021-12-03' FROM n"
            ),
            {"count": count, "text": ENGLISH_TEXT},
        )
        transaction.connection.execute(
            sa.text(
                "INSERT INTO signature_band SELECT k.value, 18964, article.id"
                " FROM article, json_each(:keys) AS k WHERE article.id > :first"
            ),
            {"keys": str(list(keys)), "first": article_id},
        )
