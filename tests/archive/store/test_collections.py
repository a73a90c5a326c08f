"""Collections and tags in the store: what is kept, in which order, under which names."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ArticleNotFoundError
from archive.model import ArticleDraft, ArticleFilter
from archive.stats.attribution import each_tag
from archive.store.articles import ArticleStore
from archive.store.collections import CollectionStore
from archive.store.tags import MAX_TAGS_AT_ONCE, TagStore
from archive.text.names import (
    MAX_TAG_CHARACTERS,
    CollectionNotFoundError,
    NameRefusedError,
    TagNotFoundError,
    clean_tag,
    fold_name,
)
from archive.text.normalize import normalize_draft
from tests.support.stores import new_store
from tests.support.work import count_steps

HOSTILE = ("a\x00b", "a\x1bb", "\u202eevil", "a\u2066b", "a\u2028b", "a\ud800b", "x" * 10_000)
EMPTY = ("", "  ", "\u200b", "—", "\u0301", "★")
HUGE = 10**400


@pytest.fixture
def ids(store: ArticleStore) -> list[int]:
    """Five articles."""
    with store.transaction() as transaction:
        drafts = (ArticleDraft(f"Article {n}", (f"Texte {n}.",)) for n in range(5))
        return [transaction.insert(normalize_draft(draft)) for draft in drafts]


@pytest.fixture
def collections(store: ArticleStore) -> CollectionStore:
    return CollectionStore(store.database)


@pytest.fixture
def tags(store: ArticleStore) -> TagStore:
    return TagStore(store.database)


def delete(store: ArticleStore, article_id: int) -> None:
    with store.transaction() as transaction:
        transaction.delete(article_id)


def order(collections: CollectionStore, collection_id: int, *page: int) -> list[int]:
    return [place.article_id for place in collections.articles(collection_id, *page)]


def test_articles_stand_in_the_order_they_were_put_in(
    collections: CollectionStore, ids: list[int]
) -> None:
    made = collections.create("Missiles 2021", "for the paper")
    assert collections.add(made.id, [ids[3], ids[0]], "first") == 2
    assert collections.add(made.id, [ids[1], ids[3], 999, -1, HUGE]) == 1
    assert order(collections, made.id) == [ids[3], ids[0], ids[1]]
    assert order(collections, made.id, 1, 1) == [ids[0]]
    assert order(collections, made.id, 10, HUGE) == []
    assert [place.note for place in collections.articles(made.id)] == ["first", "first", None]
    assert collections.get(made.id).articles == 3
    assert collections.take_out(made.id, [ids[3], ids[4], HUGE]) == 1
    assert order(collections, made.id) == [ids[0], ids[1]]


def test_an_article_that_is_deleted_leaves_collections_and_tags(
    store: ArticleStore, collections: CollectionStore, tags: TagStore, ids: list[int]
) -> None:
    made = collections.create("A")
    collections.add(made.id, ids)
    tags.tag(ids[:2], ["climat"])
    delete(store, ids[0])
    assert order(collections, made.id) == ids[1:]
    assert tags.all_tags() == [("climat", 1)]
    assert tags.tags_of(ids) == {ids[1]: ("climat",)}


def test_a_collection_that_is_removed_leaves_its_articles(
    store: ArticleStore, collections: CollectionStore, ids: list[int]
) -> None:
    kept, gone = collections.create("kept"), collections.create("gone")
    collections.add(gone.id, ids)
    collections.add(kept.id, ids[:1])
    collections.remove(gone.id)
    assert [(each.name, each.articles) for each in collections.collections()] == [("kept", 1)]
    assert collections.collections_of(ids[0]) == [collections.get(kept.id)]
    assert store.count() == 5
    assert collections.create("gone").articles == 0


def test_no_two_collections_have_one_name(collections: CollectionStore) -> None:
    first = collections.create("  Été\u00a0 2021 ")
    other = collections.create("Other")
    assert first.name == "Été 2021"
    for attempt in (
        lambda: collections.create("E\u0301TE\u0301 2021"),
        lambda: collections.rename(other.id, "été 2021"),
    ):
        with pytest.raises(NameRefusedError, match="choose another name"):
            attempt()
    assert collections.rename(first.id, "ÉTÉ 2021").name == "ÉTÉ 2021"
    assert collections.find("été 2021").id == first.id
    assert collections.find(str(other.id)).name == "Other"
    named_by_figures = collections.create(str(first.id))
    assert collections.find(str(first.id)) == named_by_figures


@pytest.mark.parametrize("missing", [0, -1, 7, HUGE])
def test_a_collection_that_is_not_there(
    collections: CollectionStore, ids: list[int], missing: int
) -> None:
    for attempt in (
        lambda: collections.get(missing),
        lambda: collections.remove(missing),
        lambda: collections.rename(missing, "A"),
        lambda: collections.describe(missing, "A"),
        lambda: collections.add(missing, ids),
        lambda: collections.take_out(missing, ids),
        lambda: collections.articles(missing),
        lambda: collections.annotate(missing, ids[0], "A"),
        lambda: collections.find(str(missing)),
    ):
        with pytest.raises(CollectionNotFoundError, match="no collection"):
            attempt()


def test_notes(collections: CollectionStore, ids: list[int]) -> None:
    made = collections.create("A")
    collections.add(made.id, ids[:1])
    collections.annotate(made.id, ids[0], " why\u00a0it is here ")
    assert collections.articles(made.id)[0].note == "why it is here"
    collections.annotate(made.id, ids[0], "")
    assert collections.articles(made.id)[0].note is None
    assert collections.describe(made.id, "about").note == "about"
    with pytest.raises(CollectionNotFoundError, match="not in collection"):
        collections.annotate(made.id, ids[1], "A")


@pytest.mark.parametrize("name", [*HOSTILE, *EMPTY])
def test_names_that_cannot_be_kept(
    collections: CollectionStore, tags: TagStore, ids: list[int], name: str
) -> None:
    tags.tag(ids, ["kept"])
    for attempt in (
        lambda: collections.create(name),
        lambda: tags.tag(ids, [name]),
        lambda: tags.replace_tags(ids[0], ["new", name]),
        lambda: tags.rename("kept", name),
    ):
        with pytest.raises(NameRefusedError):
            attempt()
    assert tags.untag(ids, [name]) == 0
    assert tags.all_tags() == [("kept", 5)]
    assert collections.collections() == []
    with pytest.raises(TagNotFoundError):
        tags.rename(name, "new")


@given(st.text(max_size=70))
def test_a_tag_is_refused_or_kept_in_one_form(text: str) -> None:
    try:
        tag = clean_tag(text)
    except NameRefusedError:
        return
    assert clean_tag(tag) == tag
    assert 1 <= len(tag) <= MAX_TAG_CHARACTERS
    assert fold_name(unicodedata.normalize("NFD", tag)) == fold_name(tag)
    tag.encode()


def test_the_first_spelling_of_a_tag_wins(tags: TagStore, ids: list[int]) -> None:
    assert tags.tag(ids[:2], ["Éléction", "ÉLÉCTION", " <b>web</b> "]) == 4
    assert tags.tag(ids[1:3], ["e\u0301le\u0301ction"]) == 1
    assert tags.all_tags() == [("Éléction", 3), ("<b>web</b>", 2)]
    assert tags.untag(ids, ["élÉction"]) == 3
    assert tags.tag(ids[:1], ["éléction"]) == 1
    assert tags.tags_of(ids)[ids[0]] == ("<b>web</b>", "éléction")


def test_the_tags_of_an_article_are_replaced(tags: TagStore, ids: list[int]) -> None:
    tags.tag(ids, ["Climat"])
    assert tags.replace_tags(ids[0], ["climat", "eau"]) == ("Climat", "eau")
    assert tags.replace_tags(ids[0], []) == ()
    assert tags.all_tags() == [("Climat", 4)]
    for missing in (999, HUGE):
        with pytest.raises(ArticleNotFoundError):
            tags.replace_tags(missing, ["eau"])


def test_a_tag_is_renamed_or_made_one_with_another(tags: TagStore, ids: list[int]) -> None:
    tags.tag(ids[:3], ["Climat"])
    tags.tag(ids[2:], ["climate"])
    assert tags.rename("CLIMAT", "climat") == "climat"
    assert tags.all_tags() == [("climat", 3), ("climate", 3)]
    assert tags.rename("climate", "CLIMAT") == "climat"
    assert tags.all_tags() == [("climat", 5)]


def test_only_so_many_tags_at_once(tags: TagStore, ids: list[int]) -> None:
    many = [str(n) for n in range(MAX_TAGS_AT_ONCE)]
    assert tags.tag(ids[:1], many) == MAX_TAGS_AT_ONCE
    with pytest.raises(NameRefusedError, match="give fewer"):
        tags.tag(ids[:1], [*many, "one more"])


def test_filters_by_tag_and_collection(
    store: ArticleStore, collections: CollectionStore, tags: TagStore, ids: list[int]
) -> None:
    tags.tag(ids[:2], ["Éléction"])
    tags.tag(ids[3:], ["eau"])
    made = collections.create("A")
    collections.add(made.id, ids[1:4])
    found = {
        tuple(store.article_ids(ArticleFilter(**wanted)))
        for wanted in ({"tags": ("ÉLÉCTION",)}, {"tags": ("éléction", "Eau")})
    }
    assert found == {tuple(ids[:2]), (*ids[:2], *ids[3:])}
    assert store.article_ids(ArticleFilter(collections=(made.id, HUGE, -1))) == ids[1:4]
    both = ArticleFilter(collections=(made.id,), tags=("eau", "\x00"))
    assert store.article_ids(both) == ids[3:4]
    assert store.count(ArticleFilter(tags=("",))) == 0
    assert store.count(ArticleFilter(collections=(HUGE,))) == 0


def test_tags_are_looked_up_as_names_are(
    store: ArticleStore, tags: TagStore, ids: list[int]
) -> None:
    tags.tag(ids[:2], ["Climat"])
    assert sorted(each_tag(store.database)) == [(ids[0], "Climat"), (ids[1], "Climat")]


@pytest.mark.slow
def test_a_filter_asks_for_each_tag_once_not_for_each_article(tmp_path: Path) -> None:
    store = new_store(tmp_path / "many.sqlite")
    with store.transaction() as transaction:
        ids = [
            transaction.insert(normalize_draft(ArticleDraft("", (f"Texte {n}.",))))
            for n in range(3_000)
        ]
    tags = TagStore(store.database)
    tags.tag(ids, [f"tag {n}" for n in range(20)])
    tags.tag(ids[:7], ["Rare"])
    found, steps = count_steps(lambda: store.count(ArticleFilter(tags=("rare",))))
    assert found == 7
    assert steps < 10_000
    store.close()
