"""The store's part of a backup: its file at one point in time, copied while others write."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from archive.durable import sync_path
from archive.errors import StoreError
from archive.store.database import Database
from archive.wordings import ARCHIVE_NOT_COPIED, DAMAGED

# Between two steps an interrupt is heeded: 16 MB of pages of 4 KB.
STEP_PAGES = 4096


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """What a copy of the store holds; `seq` is the highest ever given there."""

    articles: int
    seq: int


def copy_store(database: Database, target: Path) -> StoreCopy:
    """Copy the store, as it is at one moment, into a new file: whole, checked and on disk.

    Writers go on meanwhile (SQLite's online backup inside a read transaction). Raises StoreError
    for a store that is damaged or a target that cannot be written.
    """
    try:
        with database.read() as connection, closing(sqlite3.connect(target)) as copy:
            connection.execute(sa.text("SELECT seq FROM clock"))  # from here on, one state
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)  # noqa: S101 - the one driver we use
            source.backup(copy, pages=STEP_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")  # the file alone is the whole archive
            made = _describe(copy, database.path)
    except sqlite3.Error as exc:
        raise StoreError(ARCHIVE_NOT_COPIED(path=database.path, reason=exc)) from exc
    sync_path(target)
    return made


def advance_clock(path: Path, seq: int) -> None:
    """See to it that what changes next in this store gets a seq above `seq` and above the time.

    Raises StoreError, also where the store is of a newer Hemero; an older one is upgraded.
    """
    database = Database(path)
    try:
        with database.write() as connection:
            least = max(seq, int(time.time() * 1000))
            connection.execute(sa.text("UPDATE clock SET seq = max(seq, :least)"), {"least": least})
    finally:
        database.close()


def read_clock(path: Path) -> int:
    """The highest seq ever given in the store, 0 where there is none that can be read."""
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return int(connection.execute("SELECT seq FROM clock").fetchone()[0])
    except (sqlite3.Error, TypeError, ValueError):
        return 0


def _describe(copy: sqlite3.Connection, path: Path) -> StoreCopy:
    (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(ARCHIVE_NOT_COPIED(path=path, reason=DAMAGED(reason=verdict)))
    (articles,) = copy.execute("SELECT count(*) FROM article").fetchone()
    (seq,) = copy.execute("SELECT seq FROM clock").fetchone()
    return StoreCopy(articles, seq)
