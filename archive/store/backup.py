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

# 16 MB in pages of 4 KB; an interrupt takes effect between two steps.
STEP_PAGES = 4096


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """What a copy of the store contains; `seq` is the highest ever assigned there."""

    articles: int
    seq: int


def copy_store(database: Database, target: Path) -> StoreCopy:
    """Copy the store's state at one moment into a new file: complete, checked and on disk.

    Others can write meanwhile (SQLite's online backup inside a read transaction). Raises StoreError
    if the store is damaged or the target cannot be written.
    """
    try:
        with database.read() as connection, closing(sqlite3.connect(target)) as copy:
            connection.execute(sa.text("SELECT seq FROM clock"))  # the snapshot starts here
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)  # noqa: S101 - the one driver we use
            source.backup(copy, pages=STEP_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")  # leaves no journal file
            store_copy = _describe(copy, database.path)
    except sqlite3.Error as exc:
        raise StoreError(ARCHIVE_NOT_COPIED(path=database.path, reason=exc)) from exc
    sync_path(target)
    return store_copy


def advance_clock(path: Path, seq: int) -> None:
    """Ensure that the next change in this store gets a seq above `seq` and above the time in ms.

    Raises StoreError, also if a newer Hemero made the store; an older store is upgraded.
    """
    database = Database(path)
    try:
        with database.write() as connection:
            minimum = max(seq, int(time.time() * 1000))
            connection.execute(sa.text("UPDATE clock SET seq = max(seq, :new)"), {"new": minimum})
    finally:
        database.close()


def read_clock(path: Path) -> int:
    """Return the highest seq ever assigned in the store, or 0 if it cannot be read."""
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
