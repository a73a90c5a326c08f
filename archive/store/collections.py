"""Collections: articles that a reader keeps together, in the order they were put in, with notes."""

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
_HELD = sa.select(sa.func.count()).where(collected.c.collection_id == collection.c.id)
_COUNTED = sa.select(collection, _HELD.scalar_subquery().label("articles"))
_NUMBER = sa.select(sa.func.count(collection.c.id))
_PUT_IN = sa.text("""
    INSERT OR IGNORE INTO collected (collection_id, article_id, added, note)
    SELECT :collection_id, article.id, :added, :note FROM json_each(:ids) AS ids
    JOIN article ON article.id = ids.value ORDER BY ids.key
""")
# SQLite numbers rows as they come, and many come within one second.
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
        """Raises NameRefusedError, also where there is one of this name."""
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
        """Write what a collection is about. Raises as `rename` does."""
        cleaned = clean_note(note)
        with self._database.write() as connection:
            _update(connection, collection_id, note=cleaned)
        return self.get(collection_id)

    def remove(self, collection_id: int) -> None:
        """Its articles stay in the archive. Raises CollectionNotFoundError."""
        gone = collection.delete().where(_is(collection_id))
        with self._database.write() as connection:
            if not connection.execute(gone).rowcount:
                raise _missing(collection_id)

    def collections(self) -> list[Collection]:
        """All of them, the latest made first."""
        return self._read(_COUNTED.order_by(collection.c.id.desc()))

    def get(self, collection_id: int) -> Collection:
        """Raises CollectionNotFoundError."""
        found = self._read(_COUNTED.where(_is(collection_id)))
        if not found:
            raise _missing(collection_id)
        return found[0]

    def find(self, named: str) -> Collection:
        """By its name or else by its number. Raises CollectionNotFoundError."""
        is_named = sa.func.folded(collection.c.name) == _fold(named)
        found = self._read(_COUNTED.where(is_named))
        if found:
            return found[0]
        if named.isascii() and named.isdigit() and len(named) < len(str(MAX_ID)):
            return self.get(int(named))
        raise _missing(named[:60])

    def collections_of(self, article_id: int) -> list[Collection]:
        """Those the article is in, the latest made first."""
        holding = sa.select(collected.c.collection_id).where(collected.c.article_id.in_(LISTED))
        query = _COUNTED.where(collection.c.id.in_(holding)).order_by(collection.c.id.desc())
        return self._read(query, ids=json.dumps([article_id]))

    def add(self, collection_id: int, article_ids: Sequence[int], note: str | None = None) -> int:
        """Put the articles that exist in, in this order; how many were not in it. Raises
        CollectionNotFoundError and NameRefusedError."""
        values = {
            "collection_id": collection_id,
            "ids": json.dumps(list(article_ids)),
            "added": _now(),
            "note": clean_note(note),
        }
        with self._database.write() as connection:
            _require(connection, collection_id)
            return int(connection.execute(_PUT_IN, values).rowcount)

    def take_out(self, collection_id: int, article_ids: Sequence[int]) -> int:
        """How many were in it. Raises CollectionNotFoundError."""
        held = collected.c.collection_id == collection_id
        gone = collected.delete().where(held, collected.c.article_id.in_(LISTED))
        with self._database.write() as connection:
            _require(connection, collection_id)
            return connection.execute(gone, {"ids": json.dumps(list(article_ids))}).rowcount

    def annotate(self, collection_id: int, article_id: int, note: str | None) -> None:
        """Write why an article is in a collection. Raises CollectionNotFoundError where it is
        not, and NameRefusedError."""
        place = _is_in(self.get(collection_id).id, article_id)
        change = collected.update().where(*place).values(note=clean_note(note))
        with self._database.write() as connection:
            if not connection.execute(change).rowcount:
                raise CollectionNotFoundError(
                    NOT_IN_COLLECTION(article=article_id, name=collection_id)
                )

    def articles(self, collection_id: int, limit: int = -1, offset: int = 0) -> list[Collected]:
        """A page of a collection in the order its articles were put in; all where not limited.
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
    """The ids of the articles that are in one of the collections."""
    return sa.select(collected.c.article_id).where(collected.c.collection_id.in_(collection_ids))


def _require(connection: sa.Connection, collection_id: int) -> None:
    if connection.scalar(sa.select(collection.c.id).where(_is(collection_id))) is None:
        raise _missing(collection_id)


def _update(connection: sa.Connection, collection_id: int, **values: str | None) -> None:
    change = collection.update().where(_is(collection_id)).values(**values)
    if not connection.execute(change).rowcount:
        raise _missing(collection_id)


def _refuse_taken(connection: sa.Connection, name: str, own_id: int = 0) -> None:
    taken = sa.select(collection.c.id).where(
        sa.func.folded(collection.c.name) == fold_name(name), collection.c.id != own_id
    )
    if connection.scalar(taken) is not None:
        raise NameRefusedError(COLLECTION_NAME_TAKEN(name=repr(name)))


def _fold(named: str) -> str:
    """The name as names are compared, "" for what can be none."""
    try:
        return fold_name(clean_name(named))
    except NameRefusedError:
        return ""


def _is(collection_id: int) -> sa.ColumnElement[bool]:
    return collection.c.id == (collection_id if 0 < collection_id <= MAX_ID else 0)


def _is_in(collection_id: int, article_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    known = article_id if 0 < article_id <= MAX_ID else 0
    return collected.c.collection_id == collection_id, collected.c.article_id == known


def _missing(named: int | str) -> CollectionNotFoundError:
    return CollectionNotFoundError(NO_SUCH_COLLECTION(name=repr(named)))


def _now() -> str:
    return format_utc(datetime.now(UTC))
