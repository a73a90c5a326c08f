"""Archives of every earlier store format open today with all they held; newer ones are refused."""

import json
import sqlite3
import tarfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import archive.store.database
from archive.errors import StoreError
from archive.intake.ingest import ingest
from archive.model import PARAGRAPH_BREAK
from archive.store.articles import ArticleStore
from archive.store.database import HEAD_REVISION
from archive.store.soundness import find_damage
from indexer.errors import IndexerError
from indexer.ranking.request import Mode, SearchQuery
from tests.support.fakes import FakeEmbedder, make_item
from web.services import Services
from web.settings import Settings
from web.upkeep.health import check_health, repair

FIRST_EDITION = Path(__file__).parent
REVISIONS = [f"{number:04}" for number in range(1, int(HEAD_REVISION) + 1)]
NOTED = ("change", "clock")
STATEMENTS = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


@pytest.fixture
def expected() -> dict[str, Any]:
    """What the first edition itself said of its archive: first_edition/make.py."""
    return dict(json.loads((FIRST_EDITION / "expected.json").read_text("utf-8")))


@pytest.fixture
def first_edition(tmp_path: Path) -> Path:
    with tarfile.open(FIRST_EDITION / "home.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "home"


def _opened(home: Path) -> Services:
    return Services(Settings(home=home), FakeEmbedder())


def _found(services: Services, text: str, mode: Mode) -> list[int]:
    page = services.search.search(SearchQuery(text, mode, page_size=100))
    return [result.article.id for result in page.results]


def test_an_archive_of_the_first_edition_keeps_all_it_held(
    first_edition: Path, expected: dict[str, Any]
) -> None:
    store = ArticleStore(first_edition / "archive.sqlite")
    held = [json.loads(json.dumps(asdict(article))) for article in store.each_article()]
    assert [article | old for article, old in zip(held, expected["articles"], strict=True)] == held
    for article_id, version, title, text, superseded in expected["versions"]:
        kept = {v.version: v for v in store.versions(article_id)}
        assert (kept[version].title, kept[version].paragraphs) == (
            title,
            tuple(text.split(PARAGRAPH_BREAK)),
        )
        assert kept[version + 1].since == superseded
    assert store.last_seq() == expected["seq"]
    assert find_damage(store.database.path).articles == ()
    store.close()


def test_its_articles_are_known_by_every_form_of_their_address(first_edition: Path) -> None:
    store = ArticleStore(first_edition / "archive.sqlite")
    held = store.get(2)
    again = make_item(held.title, held.text, url="http://www.fr.example/2/amp")
    (outcome,) = ingest([again], store)
    assert (outcome.outcome, outcome.id) == ("unchanged", held.id)
    store.close()


def test_its_index_says_that_it_must_be_built_anew_and_then_answers_alike(
    first_edition: Path, expected: dict[str, Any]
) -> None:
    services = _opened(first_edition)
    with pytest.raises(IndexerError, match="hemero index --rebuild"):
        _found(services, "missiles", "hybrid")
    assert any("hemero index --rebuild" in str(line) for line in check_health(services).problems)
    assert list(map(str, repair(services))) == [
        "the index was built anew from the archive: 11 articles"
    ]
    assert check_health(services, rows=True).ok
    for text, found in expected["queries"].items():
        assert sorted(_found(services, text, "keyword")) == sorted(found["keyword"]), text
        # An article that holds all the words now comes before one with a weak word of them.
        assert found["hybrid"][0] in _found(services, text, "hybrid")[:2], text
    services.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_each_format_is_upgraded_with_its_rows(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "archive.sqlite"
    _make_store(path, revision)
    before = _rows(path)
    assert {"article", "article_version"} <= before.keys()
    store = ArticleStore(path)
    after = _rows(path, {name: columns for name, (columns, _) in before.items()})
    assert {name: rows for name, (_, rows) in after.items() if name != "alembic_version"} == {
        name: rows for name, (_, rows) in before.items() if name != "alembic_version"
    }
    damaged = {1} if revision >= "0005" else set()  # from there on the test's own rows have none
    assert {*find_damage(path).articles} == damaged
    if not damaged:
        assert store.get(1).title == "title 1"
        assert [version.title for version in store.versions(1)] == ["title 1", "title 1"]
        store.page_of(1)
    store.close()


def test_a_store_of_a_newer_format_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    ArticleStore(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("CREATE TABLE newer (thing TEXT)")
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match="was made by a newer Hemero; upgrade this one"):
            ArticleStore(path)
    assert path.read_bytes() == before


def _make_store(path: Path, revision: str) -> None:
    """A store as that edition left it, a row in each of its tables."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))
    config = Config()
    folder = Path(archive.store.database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        metadata = sa.MetaData()
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            if table.name not in ("alembic_version", *NOTED):
                connection.execute(table.insert().values(_values(table)))
    engine.dispose()


def _values(table: sa.Table) -> dict[str, object]:
    """Something in each column that is not computed; every key is 1."""
    written = (column for column in table.columns if column.computed is None)
    return {column.name: _value(column) for column in written if column.name != "digest"}


def _value(column: sa.Column[Any]) -> object:
    if column.name == "authors":
        return ["Camille"]
    if column.name == "body":
        return zlib.compress(b"<p>page</p>")
    if isinstance(column.type, sa.Text | sa.String):
        return f"{column.name} 1"
    return 1


def _rows(
    path: Path, wanted: Mapping[str, str] | None = None
) -> dict[str, tuple[str, list[tuple[object, ...]]]]:
    """The rows of each table, or of those wanted, and the columns they have."""
    with closing(sqlite3.connect(path)) as connection:
        names = list(wanted or (row[0] for row in connection.execute(STATEMENTS)))
        columns = wanted or {
            name: ", ".join(
                f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({name})")
            )
            for name in names
        }
        return {
            name: (
                columns[name],
                connection.execute(f"SELECT {columns[name]} FROM {name}").fetchall(),
            )
            for name in names
        }
