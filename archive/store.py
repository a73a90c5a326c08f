"""The articles on disk: one SQLite file, the only truth. The only module with a connection."""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import ArticleNotFoundError, StoreError
from archive.language import UNDETERMINED
from archive.model import (
    PARAGRAPH_BREAK,
    ArchiveSummary,
    Article,
    ArticleFilter,
    Change,
)
from archive.normalize import NormalizedDraft, format_utc
from archive.schema import article, article_version, change, clock

HEAD_REVISION = "0001"
BUSY_TIMEOUT_SECONDS = 30
PAGE_ARTICLES = 500
LARGEST_ID = 2**63 - 1
# Built once: building a statement takes SQLAlchemy longer than SQLite takes to run it.
_BY_URL, _BY_HASH = (
    sa.select(article).where(column == sa.bindparam("key")).order_by(article.c.id).limit(1)
    for column in (article.c.url, article.c.content_hash)
)
_INSERT = article.insert()


class StoreTransaction:
    """Reads and writes of one unit of work: all of it becomes durable, or nothing."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find_by_url(self, url: str) -> Article | None:
        return self._find(_BY_URL, url)

    def find_by_hash(self, content_hash: str) -> Article | None:
        """The oldest article with this text."""
        return self._find(_BY_HASH, content_hash)

    def insert(self, draft: NormalizedDraft) -> int:
        """The new article's id."""
        values = _columns(draft) | {"version": 1, "added": format_utc(datetime.now(UTC))}
        return int(self._connection.execute(_INSERT, values).lastrowid)

    def revise(self, held: Article, draft: NormalizedDraft) -> None:
        """Make the draft the article's next version; what it leaves unsaid stays as it was."""
        self._connection.execute(
            article_version.insert().values(
                article_id=held.id,
                version=held.version,
                title=held.title,
                text=held.text,
                superseded=format_utc(datetime.now(UTC)),
            )
        )
        said = {name: value for name, value in _columns(draft).items() if value}
        if draft.language == UNDETERMINED:
            del said["language"]
        self._connection.execute(
            article.update()
            .where(article.c.id == held.id)
            .values(said | {"title": draft.title, "version": held.version + 1})
        )

    def delete(self, article_id: int) -> None:
        """Raises ArticleNotFoundError where there is none."""
        gone = article.delete().where(article.c.id.in_(_possible([article_id])))
        found = self._connection.execute(gone)
        if not found.rowcount:
            raise ArticleNotFoundError(missing_article(article_id))

    def _find(self, query: sa.Select[Any], key: str) -> Article | None:
        row = self._connection.execute(query, {"key": key}).first()
        return _article(row) if row else None


class ArticleStore:
    """Articles, their versions and the cursor of changes. Safe for many threads and processes."""

    def __init__(self, path: Path) -> None:
        """Opens the file, making or upgrading it where needed. Raises StoreError."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"cannot make the folder {path.parent}: {exc.strerror}") from exc
        self._engine = _open_engine(path)
        if self._revision() != HEAD_REVISION:
            with self._connect(begin="IMMEDIATE") as connection:
                _migrate(connection, path)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[StoreTransaction]:
        """One write transaction, on disk (fsync) when the block ends; waits for other writers."""
        with self._connect(begin="IMMEDIATE") as connection:
            yield StoreTransaction(connection)

    def get(self, article_id: int) -> Article:
        """Raises ArticleNotFoundError where there is none."""
        found = self.get_many([article_id])
        if not found:
            raise ArticleNotFoundError(missing_article(article_id))
        return found[0]

    def get_many(self, article_ids: Sequence[int]) -> list[Article]:
        """The articles that exist, in the order of their ids as given; one SELECT."""
        query = sa.select(article).where(article.c.id.in_(_possible(article_ids)))
        with self._connect() as connection:
            rows = {row.id: row for row in connection.execute(query)}
        return [_article(rows[i]) for i in article_ids if i in rows]

    def list_articles(
        self, wanted: ArticleFilter = ArticleFilter(), limit: int = 20, offset: int = 0
    ) -> list[Article]:
        """A page of the articles that pass the filter, the latest added first."""
        query = sa.select(article).where(*_conditions(wanted)).order_by(article.c.id.desc())
        start = min(offset, LARGEST_ID)
        with self._connect() as connection:
            return [_article(row) for row in connection.execute(query.limit(limit).offset(start))]

    def each_article(self) -> Iterator[Article]:
        """Every article by ascending id, read in pages so that no lock is held between them."""
        last = 0
        while True:
            query = sa.select(article).where(article.c.id > last).order_by(article.c.id)
            with self._connect() as connection:
                rows = connection.execute(query.limit(PAGE_ARTICLES)).all()
            if not rows:
                return
            yield from map(_article, rows)
            last = rows[-1].id

    def article_ids(self) -> list[int]:
        with self._connect() as connection:
            return list(connection.scalars(sa.select(article.c.id).order_by(article.c.id)))

    def count(self, wanted: ArticleFilter = ArticleFilter()) -> int:
        query = sa.select(sa.func.count()).select_from(article).where(*_conditions(wanted))
        with self._connect() as connection:
            return int(connection.scalar(query) or 0)

    def changes_after(self, seq: int, limit: int) -> list[Change]:
        """The changes past a checkpoint, oldest first; an article that is gone was deleted."""
        query = sa.select(change).where(change.c.seq > seq).order_by(change.c.seq).limit(limit)
        with self._connect() as connection:
            return [Change(row.article_id, row.seq) for row in connection.execute(query)]

    def count_changes_after(self, seq: int) -> int:
        query = sa.select(sa.func.count()).select_from(change).where(change.c.seq > seq)
        with self._connect() as connection:
            return int(connection.scalar(query) or 0)

    def last_seq(self) -> int:
        """The newest change's seq, 0 in an archive that never held anything."""
        with self._connect() as connection:
            return int(connection.scalar(sa.select(clock.c.seq)) or 0)

    def summarize(self) -> ArchiveSummary:
        """The archive in numbers."""
        with self._connect() as connection:
            # Each alone is one look into the index; together they would read the whole table.
            first, last = (
                connection.scalar(sa.select(extreme(article.c.published)))
                for extreme in (sa.func.min, sa.func.max)
            )
            return ArchiveSummary(
                articles=connection.scalar(sa.select(sa.func.count()).select_from(article)) or 0,
                first_year=int(first[:4]) if first else None,
                last_year=int(last[:4]) if last else None,
                languages=_frequencies(connection, article.c.language),
                sources=_frequencies(connection, article.c.source),
            )

    @contextmanager
    def _connect(self, begin: str = "") -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                with connection.execution_options(begin=begin).begin():
                    yield connection
        except SQLAlchemyError as exc:
            raise StoreError(f"the archive {self.path} failed: {_cause(exc)}") from exc

    def _revision(self) -> str | None:
        with self._connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return str(found) if found else None


def missing_article(article_id: int) -> str:
    """What to tell whoever asked for an article that is not there."""
    return f"no article {article_id}; it may have been removed"


def _open_engine(path: Path) -> sa.Engine:
    # Not a URL in one string: a "?" in the path would end it.
    url = sa.URL.create("sqlite+pysqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: object) -> None:
    # The driver's own transaction handling would begin too late to lock; ours is _begin.
    connection.isolation_level = None
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _write_ahead(connection: Any) -> None:
    """Journal ahead; SQLite itself does not wait here while another makes the same new file."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', '')}")


def _migrate(connection: sa.Connection, path: Path) -> None:
    # Only a new or old file pays for loading Alembic.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        raise StoreError(f"the archive {path} is of a newer Hemero; upgrade this one") from exc


def _columns(draft: NormalizedDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "text": PARAGRAPH_BREAK.join(draft.paragraphs),
        "source": draft.source,
        "authors": list(draft.authors),
        "url": draft.url,
        "language": draft.language,
        "published": draft.published,
        "content_hash": draft.content_hash,
    }


def _article(row: Any) -> Article:
    values = dict(row._mapping)
    values["paragraphs"] = tuple(values.pop("text").split(PARAGRAPH_BREAK))
    values["authors"] = tuple(values["authors"])
    return Article(**values)


def _conditions(wanted: ArticleFilter) -> Iterable[sa.ColumnElement[bool]]:
    columns = article.c
    if wanted.sources:
        yield columns.source.in_(_listed(wanted.sources))
    if wanted.languages:
        yield columns.language.in_(_listed(wanted.languages))
    if wanted.published_from:
        yield columns.published >= wanted.published_from
    if wanted.published_before:
        yield columns.published < wanted.published_before
    if wanted.article_ids:
        yield columns.id.in_(_possible(wanted.article_ids))
    if wanted.excluded_ids:
        yield columns.id.not_in(_possible(wanted.excluded_ids))


def _possible(article_ids: Sequence[int]) -> sa.Select[tuple[Any]]:
    """Those SQLite can compare with: no article has any other."""
    return _listed([i for i in article_ids if 0 < i <= LARGEST_ID])


def _listed(values: Sequence[int | str]) -> sa.Select[tuple[Any]]:
    """The values as a table in one parameter: SQLite takes no more than 32,766 parameters."""
    return sa.select(sa.func.json_each(json.dumps(values)).table_valued("value").c.value)


def _frequencies(connection: sa.Connection, column: sa.Column[Any]) -> tuple[tuple[str, int], ...]:
    number = sa.func.count()
    query = (
        sa.select(column, number)
        .where(column.is_not(None))
        .group_by(column)
        .order_by(number.desc(), column)
    )
    return tuple((name, count) for name, count in connection.execute(query))


def _cause(exc: Exception) -> str:
    return str(getattr(exc, "orig", None) or exc).splitlines()[0]
