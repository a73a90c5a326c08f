"""The articles on disk: one SQLite file, the single source of truth."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from archive.errors import ArticleNotFoundError, DamagedRowError
from archive.messages import Message
from archive.model import (
    PARAGRAPH_BREAK,
    ArchiveSummary,
    Article,
    ArticleFilter,
    ArticleVersion,
    Change,
    OriginalPage,
)
from archive.store.collections import collected_in
from archive.store.database import Database
from archive.store.digests import DIGEST, digest_of, is_sound, seal
from archive.store.schema import article, article_version, change, clock, original_page, progress
from archive.store.tags import tagged
from archive.text.language import UNDETERMINED
from archive.text.normalize import NormalizedDraft, format_utc
from archive.wordings import ARTICLE_NAMED, NO_SUCH_ARTICLE, PAGE_NAMED, ROW_DAMAGED, VERSION_NAMED

PAGE_ARTICLES = 500
MAX_ID = 2**63 - 1
# Authors as stored text, so that the digest reveals damage before JSON fails to parse.
_ARTICLE = sa.select(
    *(column for column in article.c if column.name != "authors"),
    sa.type_coerce(article.c.authors, sa.Text).label("authors"),
)
# Built once: building a statement takes SQLAlchemy longer than SQLite takes to run it.
_BY_ID, _BY_URL, _BY_HASH = (
    _ARTICLE.where(column == sa.bindparam("key")).order_by(article.c.id).limit(1)
    for column in (article.c.id, article.c.url, article.c.content_hash)
)
_INSERT = article.insert()
_REPLACE_PAGE = original_page.insert().prefix_with("OR REPLACE")
# Measured on 240 pages: level 9 saves 1 % over level 6 and takes twice as long.
PAGE_COMPRESSION = 6


class StoreTransaction:
    """Reads and writes of one unit of work: either all of it becomes durable, or nothing."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def find(self, article_id: int) -> Article | None:
        return self._find(_BY_ID, article_id)

    def find_by_url(self, url: str) -> Article | None:
        return self._find(_BY_URL, url)

    def find_by_hash(self, content_hash: str) -> Article | None:
        """Return the oldest article with this text, or None."""
        return self._find(_BY_HASH, content_hash)

    def insert(self, draft: NormalizedDraft) -> int:
        """Store a new article and return its id."""
        values = _columns(draft) | {"version": 1, "added": format_utc(datetime.now(UTC))}
        return int(self.connection.execute(_INSERT, seal(article, values)).lastrowid)

    def revise(self, stored: Article, draft: NormalizedDraft) -> None:
        """Update the article from the draft; fields that the draft leaves empty stay unchanged.

        A changed title or text makes a new version; the previous one is kept.
        """
        version = stored.version
        if (stored.title, stored.paragraphs) != (draft.title, draft.paragraphs):
            self._keep_version(stored)
            version += 1
        columns = _columns(draft)
        changes = {name: value for name, value in columns.items() if value}
        if draft.language == UNDETERMINED:
            del changes["language"]
        if draft.published:
            changes["published_offset"] = draft.published_offset
        changes |= {"title": draft.title, "version": version}
        row = {name: getattr(stored, name) for name in (*columns, "added")}
        row |= {"authors": list(stored.authors)} | changes
        changes[DIGEST] = digest_of(article, row)
        self.connection.execute(article.update().where(article.c.id == stored.id).values(changes))

    def delete(self, article_id: int) -> None:
        """Delete an article. Raises ArticleNotFoundError."""
        delete = article.delete().where(article.c.id.in_(_possible([article_id])))
        if not self.connection.execute(delete).rowcount:
            raise ArticleNotFoundError(NO_SUCH_ARTICLE(article=article_id))

    def keep_page(self, article_id: int, page: OriginalPage) -> None:
        """Store the page an article was read from, compressed, replacing an earlier one."""
        values = {
            "article_id": article_id,
            "url": page.url,
            "charset": page.charset,
            "body": zlib.compress(page.data, PAGE_COMPRESSION),
        }
        self.connection.execute(_REPLACE_PAGE, seal(original_page, values))

    def note_progress(self, key: str, stamp: str, done: int) -> None:
        """Store how many items of a source are done; `stamp` identifies the source's state."""
        values = {"key": key, "stamp": stamp, "done": done}
        self.connection.execute(progress.insert().prefix_with("OR REPLACE"), values)

    def _keep_version(self, stored: Article) -> None:
        values = {
            "article_id": stored.id,
            "version": stored.version,
            "title": stored.title,
            "text": stored.text,
            "superseded": format_utc(datetime.now(UTC)),
        }
        self.connection.execute(article_version.insert().values(seal(article_version, values)))

    def _find(self, query: sa.Select[Any], key: str | int) -> Article | None:
        row = self.connection.execute(query, {"key": key}).first()
        return _article(row) if row else None


class ArticleStore:
    """Articles, their versions and the cursor of changes. Safe for many threads and processes.

    Reading a row that has changed since it was stored raises a DamagedRowError that names it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, creating or upgrading it if needed. Raises StoreError."""
        self.database = Database(path)

    def close(self) -> None:
        self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[StoreTransaction]:
        """One write transaction, on disk (fsync) when the block ends; waits for other writers."""
        with self.database.write() as connection:
            yield StoreTransaction(connection)

    def get(self, article_id: int) -> Article:
        """Return the article with this id. Raises ArticleNotFoundError."""
        found = self.get_many([article_id])
        if not found:
            raise ArticleNotFoundError(NO_SUCH_ARTICLE(article=article_id))
        return found[0]

    def get_many(self, article_ids: Sequence[int]) -> list[Article]:
        """Return the articles that exist, in the order of `article_ids`, in one SELECT."""
        query = _ARTICLE.where(article.c.id.in_(_possible(article_ids)))
        with self.database.read() as connection:
            rows = {row.id: row for row in connection.execute(query)}
        return [_article(rows[i]) for i in article_ids if i in rows]

    def list_articles(
        self, filters: ArticleFilter = ArticleFilter(), limit: int = 20, offset: int = 0
    ) -> list[Article]:
        """Return a page of the articles that pass the filter, the latest added first."""
        query = _ARTICLE.where(*_conditions(filters)).order_by(article.c.id.desc())
        start = min(offset, MAX_ID)
        with self.database.read() as connection:
            return [_article(row) for row in connection.execute(query.limit(limit).offset(start))]

    def each_article(self) -> Iterator[Article]:
        """Yield every article by ascending id, in pages, so that no lock is held in between."""
        last = 0
        while True:
            query = _ARTICLE.where(article.c.id > last).order_by(article.c.id)
            with self.database.read() as connection:
                rows = connection.execute(query.limit(PAGE_ARTICLES)).all()
            if not rows:
                return
            yield from map(_article, rows)
            last = rows[-1].id

    def versions(self, article_id: int) -> list[ArticleVersion]:
        """Return every version of an article, the newest first. Raises ArticleNotFoundError."""
        newest = self.get(article_id)
        query = (
            sa.select(article_version)
            .where(article_version.c.article_id == article_id)
            .order_by(article_version.c.version)
        )
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            _check(article_version, row, VERSION_NAMED(version=row.version, article=article_id))
        starts = [newest.added, *(row.superseded for row in rows)]
        texts = [(row.version, row.title, row.text) for row in rows]
        texts.append((newest.version, newest.title, newest.text))
        return [
            ArticleVersion(article_id, version, title, tuple(text.split(PARAGRAPH_BREAK)), since)
            for (version, title, text), since in reversed(list(zip(texts, starts, strict=True)))
        ]

    def page_of(self, article_id: int) -> OriginalPage | None:
        """Return the page an article was read from, or None if none is stored."""
        query = sa.select(original_page).where(original_page.c.article_id == article_id)
        with self.database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        _check(original_page, row, PAGE_NAMED(article=article_id))
        return OriginalPage(zlib.decompress(row.body), row.charset, row.url)

    def ids_with_pages(self) -> list[int]:
        """Return the ids of the articles whose original page is stored."""
        query = sa.select(original_page.c.article_id).order_by(original_page.c.article_id)
        with self.database.read() as connection:
            return list(connection.scalars(query))

    def progress_of(self, key: str, stamp: str) -> int:
        """Return how many items of a source are done, 0 if its `stamp` has changed since."""
        query = sa.select(progress.c.done).where(progress.c.key == key, progress.c.stamp == stamp)
        with self.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def article_ids(self, filters: ArticleFilter = ArticleFilter()) -> list[int]:
        """Return the ids of the articles that pass the filter, ascending."""
        query = sa.select(article.c.id).where(*_conditions(filters)).order_by(article.c.id)
        with self.database.read() as connection:
            return list(connection.scalars(query))

    def count(self, filters: ArticleFilter = ArticleFilter()) -> int:
        query = sa.select(sa.func.count()).select_from(article).where(*_conditions(filters))
        with self.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def changes_after(self, seq: int, limit: int) -> list[Change]:
        """Return the changes after `seq`, the oldest first; a missing article was deleted."""
        query = sa.select(change).where(change.c.seq > seq).order_by(change.c.seq).limit(limit)
        with self.database.read() as connection:
            return [Change(row.article_id, row.seq) for row in connection.execute(query)]

    def count_changes_after(self, seq: int) -> int:
        query = sa.select(sa.func.count()).select_from(change).where(change.c.seq > seq)
        with self.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def last_seq(self) -> int:
        """Return the newest change's seq, or 0 if the archive has never had an article."""
        with self.database.read() as connection:
            return int(connection.scalar(sa.select(clock.c.seq)) or 0)

    def summarize(self) -> ArchiveSummary:
        """Return the archive in numbers."""
        with self.database.read() as connection:
            # Alone, each takes one lookup in the index; together, they would read the whole table.
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
        "published_offset": draft.published_offset,
        "modified": draft.modified,
        "section": draft.section,
        "paywalled": draft.paywalled,
    }


def _article(row: Any) -> Article:
    """Return the row's article. Raises DamagedRowError if its digest does not match."""
    values = _check(article, row, ARTICLE_NAMED(article=row.id))
    del values[DIGEST]
    values["paragraphs"] = tuple(values.pop("text").split(PARAGRAPH_BREAK))
    values["authors"] = tuple(json.loads(values["authors"]))
    return Article(**values)


def _check(table: sa.Table, row: Any, what: Message) -> dict[str, Any]:
    """Return the row's values. Raises DamagedRowError if its digest does not match them."""
    values = dict(row._mapping)
    if not is_sound(table, values):
        raise DamagedRowError(ROW_DAMAGED(what=what))
    return values


def _conditions(filters: ArticleFilter) -> Iterable[sa.ColumnElement[bool]]:
    columns = article.c
    if filters.sources:
        yield columns.source.in_(_listed(filters.sources))
    if filters.languages:
        yield columns.language.in_(_listed(filters.languages))
    if filters.sections:
        yield columns.section.in_(_listed(filters.sections))
    if filters.authors:
        author = sa.func.json_each(columns.authors).table_valued("value")
        named = author.c.value.in_(_listed(filters.authors))
        yield sa.select(sa.literal(1)).select_from(author).where(named).exists()
    if filters.published_from:
        yield columns.published >= filters.published_from
    if filters.published_before:
        yield columns.published < filters.published_before
    yield from _memberships(filters)


def _memberships(filters: ArticleFilter) -> Iterable[sa.ColumnElement[bool]]:
    key = article.c.id
    if filters.tags:
        yield tagged(filters.tags)
    if filters.collections:
        yield key.in_(collected_in(_possible(filters.collections)))
    if filters.article_ids:
        yield key.in_(_possible(filters.article_ids))
    if filters.excluded_ids:
        yield key.not_in(_possible(filters.excluded_ids))


def _possible(article_ids: Sequence[int]) -> sa.Select[tuple[Any]]:
    """Return the ids in SQLite's range: no article has any other."""
    return _listed([i for i in article_ids if 0 < i <= MAX_ID])


def _listed(values: Sequence[int | str]) -> sa.Select[tuple[Any]]:
    """Return the values as a table in one parameter: SQLite takes 32,766 parameters at most."""
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
