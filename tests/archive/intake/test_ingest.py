"""`archive.intake.ingest`: what becomes of every item, told once it is on disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from archive.errors import StoreError
from archive.intake.ingest import BATCH_ITEMS, ingest
from archive.model import ItemOutcome, SourceItem
from archive.store.articles import ArticleStore
from archive.wordings import NEXT_VERSION, SAME_TEXT
from tests.support.fakes import make_item

URL = "https://a.org/one"


def run(store: ArticleStore, *items: SourceItem) -> list[ItemOutcome]:
    return list(ingest(items, store))


def test_all_five_outcomes(store: ArticleStore) -> None:
    first = make_item("Un", "Le texte.", url=URL)
    assert run(store, first) == [ItemOutcome("Un", "added", 1)]
    assert run(store, first) == [ItemOutcome("Un", "unchanged", 1)]
    revised = make_item("Un", "Le texte revu.", url=URL)
    assert run(store, revised) == [ItemOutcome("Un", "updated", 1, NEXT_VERSION(number=2))]
    copy = make_item("Copie", "Le  TEXTE revu.", url="https://b.org/")
    assert run(store, copy) == [ItemOutcome("Copie", "duplicate", 1, SAME_TEXT(article=1))]
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
        ("duplicate", 1),
        ("added", 2),
        ("updated", 2),
    ]


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
