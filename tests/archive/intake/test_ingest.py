"""`archive.intake.ingest`: what becomes of every item, told once it is on disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import permutations

import pytest

from archive.copies.clusters import ClusterStore
from archive.diff import compare_details
from archive.errors import StoreError
from archive.intake.ingest import BATCH_ITEMS, ingest
from archive.model import ArticleFilter, ItemOutcome, SourceItem
from archive.store.articles import ArticleStore
from archive.store.soundness import find_damage
from archive.wordings import SAME_TEXT, TEXT_CHANGED, VERSION_CHANGES
from tests.support.fakes import make_item

URL = "https://a.org/one"


def run(store: ArticleStore, *items: SourceItem) -> list[ItemOutcome]:
    return list(ingest(items, store))


def test_all_five_outcomes(store: ArticleStore) -> None:
    first = make_item("Un", "Le texte.", url=URL)
    assert run(store, first) == [ItemOutcome("Un", "added", 1)]
    assert run(store, first) == [ItemOutcome("Un", "unchanged", 1)]
    revised = make_item("Un", "Le texte revu.", url=URL)
    changes = VERSION_CHANGES(number=2, changes=(TEXT_CHANGED(),))
    assert run(store, revised) == [ItemOutcome("Un", "updated", 1, changes)]
    copy = make_item("Un", "Le  TEXTE revu.", url="https://a.org/print/one")
    assert run(store, copy) == [ItemOutcome("Un", "duplicate", 1, SAME_TEXT(article=1))]
    assert run(store, SourceItem("x", problem="binary data, not text")) == [
        ItemOutcome("x", "rejected", reason="binary data, not text")
    ]
    assert store.article_ids() == [1]
    assert store.get(1).paragraphs == ("Le texte revu.",)


def test_an_item_without_text_is_rejected_and_spoils_no_other(store: ArticleStore) -> None:
    outcomes = run(
        store, make_item("Un", "Texte."), make_item("Vide", " "), make_item("Deux", "Mot.")
    )
    assert [outcome.outcome for outcome in outcomes] == ["added", "rejected", "added"]
    assert str(outcomes[1].reason) == "no text in it; an article needs at least one paragraph"
    assert store.count() == 2


def test_duplicates_within_a_batch(store: ArticleStore) -> None:
    one, other = make_item("Un", "Texte."), make_item("Autre", "Texte.")
    address, revised = make_item("A", "Mot.", url=URL), make_item("A", "Mot revu.", url=f"{URL}#b")
    outcomes = run(store, one, one, other, address, revised)
    assert [(outcome.outcome, outcome.id) for outcome in outcomes] == [
        ("added", 1),
        ("unchanged", 1),
        ("added", 2),
        ("added", 3),
        ("updated", 3),
    ]


def test_one_text_in_two_papers_is_two_articles_of_one_cluster(store: ArticleStore) -> None:
    text = "L'avion s'est posé en urgence à Vercombe mardi matin avec cent vingt passagers à bord."
    papers = [
        make_item("Urgence", text, source=source, url=url, published="2021-12-03")
        for source, url in (("A", "https://a.org/1"), ("B", "https://b.org/1"), ("C", None))
    ]
    assert [one.outcome for one in run(store, *papers)] == ["added"] * 3
    assert [one.outcome for one in run(store, *papers)] == ["unchanged"] * 3
    assert store.article_ids(ArticleFilter(sources=("B",))) == [2]
    copies = ClusterStore(store.database).copies_of(2)
    assert [copy.source for copy in copies] == ["A", "C"]


def test_notices_of_several_days_with_one_text_are_several_articles(store: ArticleStore) -> None:
    days = [make_item("Le journal", "Les titres.", published=f"2021-12-0{n}") for n in (1, 2, 3)]
    assert [one.outcome for one in run(store, *days)] == ["added"] * 3
    assert [one.outcome for one in run(store, *days)] == ["unchanged"] * 3


def test_corrected_fields_make_a_version_that_keeps_the_earlier_ones(store: ArticleStore) -> None:
    first = make_item("Un", "Texte.", url=URL, published="2021-12-03", authors=("Ana",))
    corrected = make_item("Un", "Texte.", url=URL, published="2021-11-30", section="Sport")
    run(store, first)
    assert run(store, corrected)[0].outcome == "updated"
    held = store.get(1)
    assert (held.published, held.authors, held.section) == ("2021-11-30", ("Ana",), "Sport")
    new, old = store.versions(1)
    assert [(change.field, change.old, change.new) for change in compare_details(old, new)] == [
        ("published", "2021-12-03", "2021-11-30"),
        ("section", None, "Sport"),
    ]
    assert find_damage(store.database.path).articles == ()


ADDRESSES = (
    "http://www.a.org/news/one/",
    "https://a.org/news/one?utm_source=rss",
    "https://amp.a.org/news/one",
    "https://www.a.org/news/one/amp",
    "https://www.google.com/amp/s/www.a.org/news/one",
)


def test_all_forms_of_an_address_are_one_and_the_first_is_shown(store: ArticleStore) -> None:
    outcomes = run(
        store, *(make_item("Un", f"Texte {n}.", url=url) for n, url in enumerate(ADDRESSES))
    )
    assert [(one.outcome, one.id) for one in outcomes] == [("added", 1), *[("updated", 1)] * 4]
    assert store.get(1).url == "http://www.a.org/news/one/"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_captures_are_versions_in_time_whatever_their_order(
    store: ArticleStore, order: tuple[int, ...]
) -> None:
    captures = [
        make_item("Un", text, url=URL, captured=f"2021-12-0{n}T10:00:00Z")
        for n, text in enumerate(("Premier.", "Deuxième.", "Troisième."), 1)
    ]
    run(store, *(captures[place] for place in order))
    versions = store.versions(1)
    assert [(version.since[:10], version.text) for version in versions] == [
        ("2021-12-03", "Troisième."),
        ("2021-12-02", "Deuxième."),
        ("2021-12-01", "Premier."),
    ]
    assert store.get(1).text == "Troisième."
    assert {one.outcome for one in run(store, *captures)} == {"unchanged"}
    assert len(store.versions(1)) == 3
    damage = find_damage(store.database.path)
    assert (damage.articles, damage.versions) == ((), ())


def test_a_text_that_stayed_the_same_begins_with_its_first_capture(store: ArticleStore) -> None:
    days = ("2021-12-03", "2021-12-01", "2021-12-02")
    run(store, *(make_item("Un", "Texte.", url=URL, captured=f"{day}T10:00:00Z") for day in days))
    (version,) = store.versions(1)
    assert version.since == "2021-12-01T10:00:00Z"


def test_a_capture_of_the_future_is_one_of_now(store: ArticleStore) -> None:
    run(store, make_item("Un", "Texte.", url=URL, captured="2999-01-01T00:00:00Z"))
    assert store.versions(1)[0].since == store.get(1).added


def test_what_could_not_be_kept_is_said(store: ArticleStore) -> None:
    (outcome,) = run(store, make_item("Un", "Texte.", url="nowhere", published="soon"))
    assert outcome.outcome == "added"
    assert str(outcome.reason) == (
        "not a web address: 'nowhere'; kept without it; not a date: 'soon'; kept without it"
    )


def test_outcomes_are_told_after_the_commit_batch_by_batch(store: ArticleStore) -> None:
    taken = []

    def source() -> Iterator[SourceItem]:
        for number in range(BATCH_ITEMS + 1):
            taken.append(number)
            yield make_item(str(number), f"Texte {number}.")

    other = ArticleStore(store.database.path)
    outcomes = ingest(source(), store)
    next(outcomes)
    assert other.count() == len(taken) == BATCH_ITEMS
    assert len(list(outcomes)) == BATCH_ITEMS
    assert other.count() == BATCH_ITEMS + 1
    other.close()


def test_a_batch_that_cannot_be_written_tells_nothing(store: ArticleStore) -> None:
    with closing(sqlite3.connect(store.database.path)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON article WHEN NEW.title = 'Deux'"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    outcomes = ingest([make_item("Un", "Texte."), make_item("Deux", "Mot.")], store)
    with pytest.raises(StoreError, match="disk full"):
        next(outcomes)
    assert store.count() == 0
