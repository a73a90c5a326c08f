"""`articles` on real files: nothing half written, nothing lost, no number given twice."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import archive.store.articles
import archive.store.database
from archive.errors import ArticleNotFoundError, StoreError
from archive.model import ArchiveSummary, ArticleDraft, ArticleFilter
from archive.store.articles import MAX_ID, ArticleStore
from archive.store.database import HEAD_REVISION
from archive.store.schema import metadata
from archive.text.normalize import NormalizedDraft, normalize_draft


def draft(text: str, **fields: Any) -> NormalizedDraft:
    given = {"title": text, "language": "fr"} | fields
    return normalize_draft(ArticleDraft(paragraphs=tuple(text.split("|")), **given))


def add(store: ArticleStore, *drafts: NormalizedDraft) -> list[int]:
    with store.transaction() as transaction:
        return [transaction.insert(one) for one in drafts]


def delete(store: ArticleStore, article_id: int) -> None:
    with store.transaction() as transaction:
        transaction.delete(article_id)


def query(store: ArticleStore, sql: str) -> list[Any]:
    """Run SQL behind the store's back and commit it."""
    connection = sqlite3.connect(store.database.path)
    try:
        with connection:
            return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.fixture
def other(store: ArticleStore) -> Iterator[ArticleStore]:
    """A second store on the same file."""
    opened = ArticleStore(store.database.path)
    yield opened
    opened.close()


def test_what_is_put_in_comes_out(store: ArticleStore) -> None:
    put = draft(
        "Un|Deux", source="Le Monde", authors=("Ana",), url="http://a.org/", published="2021-05-04"
    )
    (article_id,) = add(store, put)
    held = store.get(article_id)
    assert (held.paragraphs, held.authors, held.source) == (("Un", "Deux"), ("Ana",), "Le Monde")
    assert (held.url, held.published, held.version) == ("http://a.org/", "2021-05-04", 1)
    assert held.text == "Un\n\nDeux"


def write_then_fail(store: ArticleStore, held: int) -> None:
    with store.transaction() as transaction:
        transaction.insert(draft("Deux"))
        transaction.delete(held)
        transaction.delete(99)


def test_a_transaction_that_fails_leaves_nothing(store: ArticleStore) -> None:
    (kept,) = add(store, draft("Un"))
    before = store.last_seq()
    with pytest.raises(ArticleNotFoundError):
        write_then_fail(store, kept)
    assert store.article_ids() == [kept]
    assert (store.last_seq(), store.count_changes_after(0)) == (before, 1)


def test_a_url_is_held_once(store: ArticleStore) -> None:
    with pytest.raises(StoreError, match="UNIQUE constraint failed"):
        add(store, draft("Un", url="http://a.org/"), draft("Deux", url="http://a.org/"))
    assert store.count() == 0


def test_ids_are_never_given_twice(store: ArticleStore) -> None:
    first, second = add(store, draft("Un"), draft("Deux"))
    delete(store, second)
    delete(store, first)
    assert add(store, draft("Trois")) == [second + 1]


def test_revising_keeps_what_was_said_before_and_what_is_not_said_anew(store: ArticleStore) -> None:
    (article_id,) = add(store, draft("Un", source="Le Monde", published="2021-05-04"))
    for text in ("Deux", "Trois"):
        with store.transaction() as transaction:
            transaction.revise(store.get(article_id), draft(text, authors=("Ana",)))
    held = store.get(article_id)
    assert (held.version, held.title, held.paragraphs) == (3, "Trois", ("Trois",))
    assert (held.source, held.published, held.authors) == ("Le Monde", "2021-05-04", ("Ana",))
    versions = "SELECT version, text FROM article_version ORDER BY version"
    assert query(store, versions) == [(1, "Un"), (2, "Deux")]
    delete(store, article_id)
    assert query(store, versions) == []


def test_every_change_moves_the_cursor_and_each_article_has_one(store: ArticleStore) -> None:
    first, second = add(store, draft("Un"), draft("Deux"))
    checkpoint = store.last_seq()
    with store.transaction() as transaction:
        transaction.revise(store.get(first), draft("Un bis"))
    delete(store, second)
    changes = store.changes_after(checkpoint, 10)
    assert [change.article_id for change in changes] == [first, second]
    assert checkpoint < changes[0].seq < changes[1].seq == store.last_seq()
    assert store.changes_after(0, 10) == changes
    assert store.changes_after(0, 1) == changes[:1]
    assert store.changes_after(store.last_seq(), 10) == []
    assert store.count_changes_after(changes[0].seq) == 1


@pytest.mark.parametrize("ahead", [4_000_000_000_000_000, 2**62])
def test_the_cursor_rises_even_where_the_clock_was_ahead(store: ArticleStore, ahead: int) -> None:
    assert store.last_seq() == 0
    query(store, f"UPDATE clock SET seq = {ahead}")
    add(store, draft("Un"), draft("Deux"))
    assert [change.seq for change in store.changes_after(0, 9)] == [ahead + 1, ahead + 2]


def test_two_stores_on_one_file_see_each_other(store: ArticleStore, other: ArticleStore) -> None:
    (first,) = add(store, draft("Un"))
    (second,) = add(other, draft("Deux"))
    assert store.article_ids() == other.article_ids() == [first, second]
    with store.transaction() as transaction:
        transaction.insert(draft("Trois"))
        assert other.count() == 2
    assert other.count() == 3


def test_threads_writing_at_once_lose_nothing(store: ArticleStore, other: ArticleStore) -> None:
    def write(number: int) -> list[int]:
        return add((store, other)[number % 2], draft(f"Texte {number}"), draft(f"Suite {number}"))

    with ThreadPoolExecutor(8) as pool:
        ids = [i for pair in pool.map(write, range(40)) for i in pair]
    assert sorted(ids) == store.article_ids() == list(range(1, 81))
    seqs = [change.seq for change in store.changes_after(0, 100)]
    assert len(set(seqs)) == 80
    assert seqs[-1] == store.last_seq()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(ArticleStore, [tmp_path / "new.sqlite"] * 8))
    counts = [store.count() for store in stores]
    for store in stores:
        store.close()
    assert counts == [0] * 8


def test_get_many_keeps_the_order_asked_for(store: ArticleStore) -> None:
    ids = add(store, draft("Un"), draft("Deux"), draft("Trois"))
    wanted = [ids[2], 99, ids[0]]
    assert [article.id for article in store.get_many(wanted)] == [ids[2], ids[0]]
    assert store.get_many([]) == []


@pytest.mark.parametrize("article_id", [0, -1, 7, MAX_ID, MAX_ID + 1, -(10**30)])
def test_an_id_without_an_article(store: ArticleStore, article_id: int) -> None:
    with pytest.raises(ArticleNotFoundError, match=f"no article {article_id};"):
        store.get(article_id)
    with pytest.raises(ArticleNotFoundError, match=f"no article {article_id};"):
        delete(store, article_id)
    assert store.count(ArticleFilter(article_ids=(article_id,))) == 0
    assert store.count(ArticleFilter(excluded_ids=(article_id,))) == 0


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (ArticleFilter(), ["Quatre", "Trois", "Deux", "Un"]),
        (ArticleFilter(sources=("A", "B")), ["Trois", "Deux", "Un"]),
        (ArticleFilter(sources=("A",), languages=("en",)), ["Deux"]),
        (ArticleFilter(languages=("xx",)), []),
        (ArticleFilter(published_from="2021-01-01"), ["Trois", "Deux"]),
        (ArticleFilter(published_before="2021-01-01"), ["Un"]),
        (ArticleFilter(published_from="2020", published_before="2022"), ["Deux", "Un"]),
        (ArticleFilter(article_ids=(1, 4), excluded_ids=(4, 9)), ["Un"]),
    ],
)
def test_filters_count_and_pages(
    store: ArticleStore, wanted: ArticleFilter, titles: list[str]
) -> None:
    add(
        store,
        draft("Un", source="A", published="2020-06-01"),
        draft("Deux", source="A", language="en", published="2021-01-01"),
        draft("Trois", source="B", published="2022-01-01T10:00:00Z"),
        draft("Quatre"),
    )
    assert [article.title for article in store.list_articles(wanted)] == titles
    assert store.count(wanted) == len(titles)
    page = store.list_articles(wanted, limit=1, offset=1)
    assert [article.title for article in page] == titles[1:2]


@pytest.mark.parametrize(
    ("first", "following", "titles"),
    [
        ("2021-12-04", "2021-12-05", {"nuit", "est"}),
        ("2021-12-03", "2021-12-04", set()),
        ("2021-12-01", "2022-01-01", {"nuit", "est", "mois", "réveillon"}),
        ("2021-01-01", "2022-01-01", {"nuit", "est", "mois", "réveillon", "an"}),
        ("2022-01-01", None, {"bébés"}),
        (None, "2021-12-31", {"nuit", "est"}),
    ],
)
def test_a_date_is_the_day_on_the_publishers_clock_and_no_more_precise_than_known(
    store: ArticleStore, first: str | None, following: str | None, titles: set[str]
) -> None:
    dates = {
        "nuit": "2021-12-04T00:30:00+01:00",
        "est": "2021-12-04T07:00:00+09:00",
        "réveillon": "2021-12-31T21:00:00-05:00",
        "bébés": "2022-01-01T00:20:00+01:00",
        "mois": "décembre 2021",
        "an": "2021",
    }
    add(store, *(draft(title, published=date) for title, date in dates.items()))
    wanted = ArticleFilter(published_from=first, published_before=following)
    assert {article.title for article in store.list_articles(wanted)} == titles
    assert (store.summarize().first_year, store.summarize().last_year) == (2021, 2022)


def test_a_date_that_only_says_less_replaces_none(store: ArticleStore) -> None:
    add(store, draft("Un", published="2021-12-04T00:30:00+01:00"))
    held = store.get(1)
    for less in ("2021-12-04", "2021-12", "2021", None):
        with store.transaction() as transaction:
            transaction.revise(held, draft("Un", published=less))
        assert store.get(1) == held
    for date in ("2021-12-05", "2022", "2022-03"):
        with store.transaction() as transaction:
            transaction.revise(store.get(1), draft("Un", published=date))
        assert store.get(1).published_local == date


def test_each_article_reads_page_by_page(
    store: ArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive.store.articles, "PAGE_ARTICLES", 2)
    ids = add(store, *(draft(f"Texte {number}") for number in range(5)))
    articles = store.each_article()
    seen = [next(articles).id]
    delete(store, ids[2])
    assert seen + [article.id for article in articles] == [ids[0], ids[1], ids[3], ids[4]]


def test_the_summary(store: ArticleStore) -> None:
    assert store.summarize() == ArchiveSummary(articles=0)
    add(
        store,
        draft("Un", source="B", published="1999-01-01"),
        draft("Deux", source="A", published="2021-01-01T00:00:00Z", language="en"),
        draft("Trois", source="B"),
    )
    assert store.summarize() == ArchiveSummary(
        3, 1999, 2021, languages=(("fr", 2), ("en", 1)), sources=(("B", 2), ("A", 1))
    )


def test_the_newest_migration_is_the_head() -> None:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(archive.store.database.__file__).parent / "migrations")
    )
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD_REVISION


def test_an_archive_of_the_first_edition_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))
    config = Config()
    config.set_main_option(
        "script_location", str(Path(archive.store.database.__file__).parent / "migrations")
    )
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO article (version, title, text, authors, language, added, content_hash)"
            " VALUES (1, 'Crue', 'Un.' || char(10) || char(10) || 'Deux.', '[]', 'fr', '2021', 'x')"
        )
        command.upgrade(config, "0004")
        connection.exec_driver_sql(
            "UPDATE article SET published = '2021-12-03T23:30:00Z', published_offset = 60"
        )
    engine.dispose()
    store = ArticleStore(path)
    held = store.get(1)
    assert (held.title, held.paragraphs, held.section) == ("Crue", ("Un.", "Deux."), None)
    assert store.count(ArticleFilter(published_from="2021-12-04")) == 1
    seq = store.last_seq()
    assert store.count_changes_after(0) == 1
    add(store, draft("Nouveau"))
    assert store.last_seq() > seq
    store.close()


def test_the_migrations_leave_the_tables_of_the_schema(store: ArticleStore) -> None:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(store.database.path)))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD_REVISION
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_archive_opens_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "what? #1 100%.sqlite"
    first = ArticleStore(path)
    ids = add(first, draft("Un"))
    first.close()
    assert path.is_file()
    again = ArticleStore(path)
    assert again.article_ids() == ids
    again.close()


def refusal(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        ArticleStore(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_path_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database\n" * 100)
    assert refusal(text) == f"the archive {text} failed: file is not a database"
    assert refusal(tmp_path) == f"the archive {tmp_path} failed: unable to open database file"
    assert refusal(text / "a.sqlite").startswith(f"cannot make the folder {text}")


def test_an_archive_of_a_newer_version_is_refused(store: ArticleStore) -> None:
    query(store, "UPDATE alembic_version SET version_num = '9999'")
    assert refusal(store.database.path).endswith("was made by a newer Hemero; upgrade this one")


def test_a_revision_keeps_the_address(store: ArticleStore) -> None:
    (article_id,) = add(store, draft("Un", url="http://a.org/"))
    with store.transaction() as transaction:
        held = transaction.find_by_address("http://a.org/")
        assert held is not None
        transaction.revise(held, replace(draft("Deux"), url="http://a.org/"))
        found = transaction.find_by_address("https://www.a.org")
    assert found == store.get(article_id)
    assert (found.title, found.url) == ("Deux", "http://a.org/")


def test_only_its_owner_may_read_a_new_archive(tmp_path: Path) -> None:
    store = ArticleStore(tmp_path / "archive.sqlite")
    assert store.count() == 0
    modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
    store.close()
    assert set(modes.values()) == {0}, modes
