"""Saved searches on disk: what is new, read, waiting and sent."""

from datetime import UTC, datetime, timedelta

import pytest

import archive.store.saved_searches as module
from archive.errors import SavedSearchLimitError, SavedSearchNotFoundError
from archive.intake.ingest import ingest
from archive.messages import verbatim
from archive.store.articles import ArticleStore
from archive.store.saved_matches import FoundMatch
from archive.store.saved_searches import SavedSearch, SavedSearchStore
from tests.support.fakes import make_item

WIRE = "Le pont de la Sarvelle a été fermé mardi soir après la crue, dit la préfecture. " * 4


@pytest.fixture
def saved(store: ArticleStore) -> SavedSearchStore:
    """On an archive of five articles, the last two copies of one text."""
    items = [make_item(f"Titre {n}", f"Un texte numéro {n}.") for n in range(3)]
    items += [make_item(name, WIRE + name, source=name) for name in ("A", "B")]
    list(ingest(items, store))
    return SavedSearchStore(store.database)


def found(*article_ids: int, seq: int = 100) -> list[FoundMatch]:
    return [FoundMatch(article, seq + article, 1.0 / article) for article in article_ids]


def ids(store: SavedSearchStore, search: SavedSearch) -> list[int]:
    return [match.article_id for match in store.matches(search.id)]


def test_a_search_is_kept_with_a_secret_that_no_log_shows(saved: SavedSearchStore) -> None:
    made = saved.create("Crues", "q=crue", 7, email="a@b.example")
    assert (made.name, made.arguments, made.seen_seq) == ("Crues", "q=crue", 7)
    assert (made.unread, made.total, made.outcome) == (0, 0, None)
    assert len(made.secret) == 64
    assert made.secret not in repr(made)
    assert saved.searches() == [made]
    assert saved.create("Autre", "q=x", 7).secret != made.secret


def test_what_is_listed_already_is_known_and_never_sent(saved: SavedSearchStore) -> None:
    made = saved.create("Crues", "q=crue", 2**50, [(1, 0.5)], email="a@b.example")
    assert (made.unread, made.total) == (0, 1)
    assert saved.waiting(made.id, "email", 9) == []
    assert saved.record(made.id, [FoundMatch(1, 2**50 + 1, 0.5)], 2**50 + 1) == 0


def test_new_matches_are_counted_until_read(saved: SavedSearchStore) -> None:
    made = saved.create("Tout", "q=texte", 0)
    assert saved.record(made.id, found(1, 2), 150) == 2
    assert (saved.get(made.id).unread, saved.get(made.id).seen_seq) == (2, 150)
    saved.mark_read(made.id, 101)
    assert saved.get(made.id).unread == 1
    saved.mark_read(made.id, 50)
    assert saved.get(made.id).unread == 1, "what is read stays read"
    saved.mark_read(made.id, 2**60)
    saved.record(made.id, found(3, seq=200), 203)
    assert saved.get(made.id).unread == 1, "not read before it was found"
    assert ids(saved, made) == [3, 2, 1]


def test_an_article_matches_once(saved: SavedSearchStore) -> None:
    made = saved.create("Tout", "q=texte", 0, webhook="https://a.example/")
    assert saved.record(made.id, found(1), 101) == 1
    assert saved.record(made.id, found(1, seq=500), 501) == 0
    assert [match.seq for match in saved.matches(made.id)] == [101]
    assert saved.record(made.id, found(1), 50) == 0
    assert saved.get(made.id).seen_seq == 501, "it never goes back"


def test_wire_copies_are_one_match(saved: SavedSearchStore) -> None:
    made = saved.create("Pont", "q=pont", 0)
    assert saved.record(made.id, found(4, 5), 105) == 1
    assert ids(saved, made) == [4], "the better of the two"
    later = saved.create("Pont", "q=pont", 0)
    assert [saved.record(later.id, found(each), 105) for each in (5, 4)] == [1, 0]


def test_articles_that_are_gone_are_no_matches(
    saved: SavedSearchStore, store: ArticleStore
) -> None:
    made = saved.create("Tout", "q=texte", 0)
    assert saved.record(made.id, found(1, 99), 199) == 1
    with store.transaction() as transaction:
        transaction.delete(1)
    assert ids(saved, made) == []


def test_messages_wait_for_the_addresses_there_are(saved: SavedSearchStore) -> None:
    made = saved.create("Tout", "q=texte", 0)
    saved.record(made.id, found(1), 101)
    saved.send_to(made.id, "a@b.example", None)
    assert saved.waiting(made.id, "email", 9) == [], "found before anyone was to be told"
    saved.record(made.id, found(2, 3), 103)
    assert [m.article_id for m in saved.waiting(made.id, "email", 9)] == [2, 3]
    assert saved.waiting(made.id, "webhook", 9) == []
    saved.mark_sent(made.id, "email", [2])
    assert [m.article_id for m in saved.waiting(made.id, "email", 9)] == [3]
    states = {m.article_id: m.email_state for m in saved.matches(made.id)}
    assert states == {1: "none", 2: "sent", 3: "waiting"}
    saved.send_to(made.id, None, None)
    assert saved.waiting(made.id, "email", 9) == []
    saved.send_to(made.id, "c@d.example", None)
    assert saved.waiting(made.id, "email", 9) == [], "what was dropped stays so"


def test_giving_up_what_is_old(saved: SavedSearchStore) -> None:
    made = saved.create("Tout", "q=texte", 0, email="a@b.example", webhook="https://a.example/")
    saved.record(made.id, found(1), 101)
    now = datetime.now(UTC)
    assert saved.give_up(made.id, "webhook", now - timedelta(hours=1)) == 0
    assert saved.give_up(made.id, "webhook", now + timedelta(hours=1)) == 1
    assert saved.waiting(made.id, "webhook", 9) == []
    assert len(saved.waiting(made.id, "email", 9)) == 1


def test_rename_outcome_remove(saved: SavedSearchStore) -> None:
    made = saved.create("Tout", "q=texte", 0)
    saved.rename(made.id, "Autre nom")
    saved.note_outcome(made.id, verbatim("refused"))
    assert (saved.get(made.id).name, saved.get(made.id).outcome) == (
        "Autre nom",
        verbatim("refused"),
    )
    saved.record(made.id, found(1), 101)
    saved.remove(made.id)
    assert saved.searches() == []
    assert saved.record(made.id, found(2), 102) == 0, "removed while it was checked"
    assert saved.create("Neuf", "q=x", 0).id != made.id


def test_what_is_not_there_says_so(saved: SavedSearchStore) -> None:
    for call in (
        lambda: saved.get(9),
        lambda: saved.remove(9),
        lambda: saved.rename(9, "x"),
        lambda: saved.mark_read(9, 1),
        lambda: saved.send_to(9, None, None),
    ):
        with pytest.raises(SavedSearchNotFoundError, match="no saved search 9"):
            call()


def test_an_archive_keeps_so_many(saved: SavedSearchStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SAVED", 1)
    saved.create("Un", "q=x", 0)
    with pytest.raises(SavedSearchLimitError, match="remove one first"):
        saved.create("Deux", "q=y", 0)
