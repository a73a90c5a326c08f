"""Check the store for damage: SQLite's own checks of the file, and the digest of every row."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archive.messages import Message, verbatim
from archive.store.digests import DIGEST, LATER_COLUMNS, SEALED_COLUMNS, Value, digest_row
from archive.wordings import INDEX_OF_FILE_DAMAGED, ORPHANED_ROW

MAX_LINES = 20
BATCH_ROWS = 500


@dataclass(frozen=True, slots=True)
class Damage:
    """The damaged parts of a store.

    `file` are lines about the file as a whole. The others are ids of articles that are damaged
    themselves, in an earlier version, or in the page they were read from.
    """

    file: tuple[Message, ...] = ()
    articles: tuple[int, ...] = ()
    versions: tuple[int, ...] = ()
    pages: tuple[int, ...] = ()

    @property
    def rebuildable(self) -> bool:
        """Whether the damage is only in indexes, which SQLite can rebuild from the rows."""
        rows = (*self.articles, *self.versions, *self.pages)
        return (
            bool(self.file)
            and not rows
            and all(line.code == INDEX_OF_FILE_DAMAGED.code for line in self.file)
        )


def find_damage(path: Path) -> Damage:
    """Read the whole file in one snapshot and little memory, while others write.

    Tables without digests get only SQLite's own check.
    """
    try:
        with closing(_open(path)) as connection:
            connection.execute("BEGIN")
            lines = tuple(_check_file(connection))
            found = {table: set(_find_rows(connection, table)) for table in SEALED_COLUMNS}
    except sqlite3.Error as exc:
        return Damage(file=(verbatim(_first_line(exc)),))
    articles, versions, pages = (tuple(sorted(found[table])) for table in SEALED_COLUMNS)
    return Damage(lines, articles, versions, pages)


def rebuild_indexes(path: Path) -> bool:
    """Rebuild SQLite's own indexes from the rows; return whether it succeeded."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("REINDEX")
    except sqlite3.Error:
        return False
    return True


def _open(path: Path) -> sqlite3.Connection:
    # Without a journal nobody writes the file. SQLite would try to create one even if it may not.
    journal = path.with_name(f"{path.name}-wal")
    is_still = not journal.exists() and not os.access(path.parent, os.W_OK)
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_still else ''}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    # A damaged text may be invalid UTF-8; the digest is of its bytes.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection


def _check_file(connection: sqlite3.Connection) -> Iterator[Message]:
    try:
        for (line,) in connection.execute(f"PRAGMA integrity_check({MAX_LINES})"):
            if line != "ok":
                yield from map(_describe, line.splitlines())
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            yield ORPHANED_ROW(row=row, table=table, parent=parent)
    except sqlite3.Error as exc:
        yield verbatim(_first_line(exc))


def _describe(line: str) -> Message:
    """Return the message for a line of SQLite's own check, which may be about an index."""
    return INDEX_OF_FILE_DAMAGED(line=line) if " index " in line else verbatim(line)


def _find_rows(connection: sqlite3.Connection, table: str) -> Iterator[int]:
    """Yield the article ids of rows that do not match their digest or cannot be read."""
    rows = connection.execute(f"SELECT rowid FROM {table}")  # noqa: S608 - one of our tables
    numbers = (row for (row,) in rows)
    while batch := list(islice(numbers, BATCH_ROWS)):
        try:
            yield from _differing(connection, table, batch)
        except sqlite3.Error:
            for row in batch:
                yield from _differing_alone(connection, table, row)


def _differing(connection: sqlite3.Connection, table: str, rows: Sequence[int]) -> list[int]:
    found = dict(_read(connection, table, rows))
    return [
        _article_of(row, found.get(row)) for row in rows if not _is_sound(table, found.get(row))
    ]


def _differing_alone(connection: sqlite3.Connection, table: str, row: int) -> Iterable[int]:
    try:
        return _differing(connection, table, [row])
    except sqlite3.Error:
        return [row]


def _read(
    connection: sqlite3.Connection, table: str, rows: Sequence[int]
) -> Iterator[tuple[int, dict[str, Value]]]:
    names = (*SEALED_COLUMNS[table], *LATER_COLUMNS[table], DIGEST)
    columns = ", ".join(names)
    marks = ", ".join("?" * len(rows))
    query = f"SELECT rowid, {columns} FROM {table} WHERE rowid IN ({marks})"  # noqa: S608
    for number, *values in connection.execute(query, rows):
        yield number, dict(zip(names, values, strict=True))


def _is_sound(table: str, values: dict[str, Value] | None) -> bool:
    return values is not None and digest_row(table, values) == values[DIGEST]


def _article_of(row: int, values: dict[str, Value] | None) -> int:
    """Return the id of the row's article: its `article_id`, or else its rowid."""
    article_id = (values or {}).get("article_id", row)
    return article_id if isinstance(article_id, int) else row


def _first_line(exc: Exception) -> str:
    return next(iter(str(exc).splitlines()), type(exc).__name__)
