"""Collections: articles that a reader groups, with notes, in the order they were added."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import collected, collection
from archive.store.statements import LISTED
from archive.text.names import (
    CollectionNotFoundError,
    NameRefusedError,
    clean_name,
    clean_note,
    fold_name,
)
from archive.text.normalize import format_utc
from archive.wordings import (
    COLLECTION_NAME_TAKEN,
    NO_SUCH_COLLECTION,
    NOT_IN_COLLECTION,
    TOO_MANY_COLLECTIONS,
)

MAX_COLLECTIONS = 1_000
MAX_ID = 2**63 - 1
_ARTICLE_COUNT = sa.select(sa.func.count()).where(collected.c.collection_id == collection.c.id)
_COUNTED = sa.select(collection, _ARTICLE_COUNT.scalar_subquery().label("articles"))
_NUMBER = sa.select(sa.func.count(collection.c.id))
_INSERT = sa.text("""
    INSERT OR IGNORE INTO collected (collection_id, article_id, added, note)
    SELECT :collection_id, article.id, :added, :note FROM json_each(:ids) AS ids
    JOIN article ON article.id = ids.value ORDER BY ids.key
""")
# Many articles are added within one second; SQLite numbers rows in the order of insertion.
_IN_ORDER = (collected.c.added, sa.text("collected.rowid"))


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, and how many articles are in it."""

    id: int
    name: str
    note: str | None
    created: str
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Collected:
    """An article's place in a collection."""

    article_id: int
    added: str
    note: str | None


class CollectionStore:
    """The collections of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, note: str | None = None) -> Collection:
        """Raises NameRefusedError, also if a collection with this name exists."""
        values = {"name": clean_name(name), "note": clean_note(note), "created": _now()}
        with self._database.write() as connection:
            if (connection.scalar(_NUMBER) or 0) >= MAX_COLLECTIONS:
                raise NameRefusedError(TOO_MANY_COLLECTIONS(number=MAX_COLLECTIONS))
            _refuse_taken(connection, values["name"] or "")
            key = connection.execute(collection.insert(), values).lastrowid
        return self.get(int(key))

    def rename(self, collection_id: int, name: str) -> Collection:
        """Raises CollectionNotFoundError and NameRefusedError."""
        cleaned = clean_name(name)
        with self._database.write() as connection:
            _require(connection, collection_id)
            _refuse_taken(connection, cleaned, collection_id)
            _update(connection, collection_id, name=cleaned)
        return self.get(collection_id)

    def describe(self, collection_id: int, note: str | None) -> Collection:
        """Set the note on what a collection is about. Raises as `rename` does."""
        cleaned = clean_note(note)
        with self._database.write() as connection:
            _update(connection, collection_id, note=cleaned)
        return self.get(collection_id)

    def remove(self, collection_id: int) -> None:
        """Delete it; its articles stay in the archive. Raises CollectionNotFoundError."""
        delete = collection.delete().where(_is(collection_id))
        with self._database.write() as connection:
            if not connection.execute(delete).rowcount:
                raise _missing(collection_id)

    def collections(self) -> list[Collection]:
        """Return all collections, the newest first."""
        return self._read(_COUNTED.order_by(collection.c.id.desc()))

    def get(self, collection_id: int) -> Collection:
        """Return the collection with this id. Raises CollectionNotFoundError."""
        found = self._read(_COUNTED.where(_is(collection_id)))
        if not found:
            raise _missing(collection_id)
        return found[0]

    def find(self, reference: str) -> Collection:
        """Return a collection by its name, or else its number. Raises CollectionNotFoundError."""
        is_named = sa.func.folded(collection.c.name) == _fold(reference)
        found = self._read(_COUNTED.where(is_named))
        if found:
            return found[0]
        if reference.isascii() and reference.isdigit() and len(reference) < len(str(MAX_ID)):
            return self.get(int(reference))
        raise _missing(reference[:60])

    def collections_of(self, article_id: int) -> list[Collection]:
        """Return the collections the article is in, the newest first."""
        containing = sa.select(collected.c.collection_id).where(collected.c.article_id.in_(LISTED))
        query = _COUNTED.where(collection.c.id.in_(containing)).order_by(collection.c.id.desc())
        return self._read(query, ids=json.dumps([article_id]))

    def add(self, collection_id: int, article_ids: Sequence[int], note: str | None = None) -> int:
        """Add the articles that exist, in this order; return how many were new to it. Raises
        CollectionNotFoundError and NameRefusedError."""
        values = {
            "collection_id": collection_id,
            "ids": json.dumps(list(article_ids)),
            "added": _now(),
            "note": clean_note(note),
        }
        with self._database.write() as connection:
            _require(connection, collection_id)
            return int(connection.execute(_INSERT, values).rowcount)

    def take_out(self, collection_id: int, article_ids: Sequence[int]) -> int:
        """Remove articles; return how many were in it. Raises CollectionNotFoundError."""
        is_inside = collected.c.collection_id == collection_id
        delete = collected.delete().where(is_inside, collected.c.article_id.in_(LISTED))
        with self._database.write() as connection:
            _require(connection, collection_id)
            return connection.execute(delete, {"ids": json.dumps(list(article_ids))}).rowcount

    def annotate(self, collection_id: int, article_id: int, note: str | None) -> None:
        """Set the note on why an article is in a collection. Raises CollectionNotFoundError if it
        is not, and NameRefusedError."""
        place = _is_in(self.get(collection_id).id, article_id)
        change = collected.update().where(*place).values(note=clean_note(note))
        with self._database.write() as connection:
            if not connection.execute(change).rowcount:
                raise CollectionNotFoundError(
                    NOT_IN_COLLECTION(article=article_id, name=collection_id)
                )

    def articles(self, collection_id: int, limit: int = -1, offset: int = 0) -> list[Collected]:
        """Return a page of a collection in the order its articles were added; all by default.
        Raises CollectionNotFoundError."""
        query = (
            sa.select(collected.c.article_id, collected.c.added, collected.c.note)
            .where(collected.c.collection_id == self.get(collection_id).id)
            .order_by(*_IN_ORDER)
        )
        page = query.limit(limit).offset(min(offset, MAX_ID))
        with self._database.read() as connection:
            return [Collected(*row) for row in connection.execute(page)]

    def _read(self, query: sa.Select[Any], **values: str) -> list[Collection]:
        with self._database.read() as connection:
            return [Collection(*row) for row in connection.execute(query, values)]


def collected_in(collection_ids: sa.Select[tuple[Any]]) -> sa.Select[tuple[int]]:
    """Return a query for the ids of the articles in any of the collections."""
    return sa.select(collected.c.article_id).where(collected.c.collection_id.in_(collection_ids))


def _require(connection: sa.Connection, collection_id: int) -> None:
    if connection.scalar(sa.select(collection.c.id).where(_is(collection_id))) is None:
        raise _missing(collection_id)


def _update(connection: sa.Connection, collection_id: int, **values: str | None) -> None:
    change = collection.update().where(_is(collection_id)).values(**values)
    if not connection.execute(change).rowcount:
        raise _missing(collection_id)


def _refuse_taken(connection: sa.Connection, name: str, ignored_id: int = 0) -> None:
    taken = sa.select(collection.c.id).where(
        sa.func.folded(collection.c.name) == fold_name(name), collection.c.id != ignored_id
    )
    if connection.scalar(taken) is not None:
        raise NameRefusedError(COLLECTION_NAME_TAKEN(name=repr(name)))


def _fold(name: str) -> str:
    """Return the name in its form for comparison, or "" if it is invalid."""
    try:
        return fold_name(clean_name(name))
    except NameRefusedError:
        return ""


def _is(collection_id: int) -> sa.ColumnElement[bool]:
    return collection.c.id == (collection_id if 0 < collection_id <= MAX_ID else 0)


def _is_in(collection_id: int, article_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    known = article_id if 0 < article_id <= MAX_ID else 0
    return collected.c.collection_id == collection_id, collected.c.article_id == known


def _missing(reference: int | str) -> CollectionNotFoundError:
    return CollectionNotFoundError(NO_SUCH_COLLECTION(name=repr(reference)))


def _now() -> str:
    return format_utc(datetime.now(UTC))
