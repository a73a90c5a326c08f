"""The SQLite file of an archive: how it is opened, upgraded and locked.

Only the store modules use it; everything else goes through them.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import StoreError
from archive.text.names import fold_name
from archive.wordings import (
    ARCHIVE_FAILED,
    ARCHIVE_NEWER,
    ARCHIVE_NOT_MADE,
    ARCHIVE_NOT_WRITTEN,
    FOLDER_NOT_MADE,
    JOURNAL_UNREAD,
)

HEAD_REVISION = "0008"
BUSY_TIMEOUT_SECONDS = 30


class Database:
    """One SQLite file in WAL mode. Safe for many threads and processes.

    If its disk or folder is read-only, the file can still be read; writing raises StoreError.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, creating or upgrading it if needed. Raises StoreError."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            message = FOLDER_NOT_MADE(folder=path.parent, reason=exc.strerror)
            raise StoreError(message) from exc
        self._writable = _is_writable(path)
        if not path.exists():
            _create_private(path)
        self._engine = _open_engine(path) if self._writable else _open_read_only(path)
        try:
            if self._revision() != HEAD_REVISION:
                with self.write() as connection:
                    _migrate(connection, path)
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a connection that sees one snapshot of the file. Raises StoreError."""
        with self._begin("") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Begin a write transaction, on disk (fsync) when the block ends; wait for others."""
        if not self._writable:
            raise StoreError(ARCHIVE_NOT_WRITTEN(path=self.path))
        with self._begin("IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _begin(self, kind: str) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                with connection.execution_options(begin=kind).begin():
                    yield connection
        except SQLAlchemyError as exc:
            raise StoreError(ARCHIVE_FAILED(path=self.path, reason=_cause(exc))) from exc

    def _revision(self) -> str | None:
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return str(found) if found else None


def _open_engine(path: Path) -> sa.Engine:
    # Not a URL in one string: a "?" in the path would end it.
    url = sa.URL.create("sqlite+pysqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin_transaction)
    return engine


def _open_read_only(path: Path) -> sa.Engine:
    """Pool no connections: each must check anew whether another user writes the file."""
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _connect_read_only(path),
        poolclass=sa.pool.NullPool,
    )
    sa.event.listen(engine, "connect", _configure_reading)
    sa.event.listen(engine, "begin", _begin_transaction)
    return engine


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a connection that creates no file beside the archive. Raises StoreError.

    SQLite can read a journal that it may not write only if the readers' shared file exists too. A
    file without a journal is opened as one that nobody changes.
    """
    journal, shared = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    if _is_not_empty(journal) and not shared.exists():
        raise StoreError(JOURNAL_UNREAD(path=path, name=journal.name))
    mode = "mode=ro" if journal.exists() and shared.exists() else "mode=ro&immutable=1"
    address = f"{path.absolute().as_uri()}?{mode}"
    return sqlite3.connect(address, timeout=BUSY_TIMEOUT_SECONDS, uri=True, check_same_thread=False)


def _is_not_empty(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:  # another user may close the archive at any time
        return False


def _create_private(path: Path) -> None:
    """Create an empty file for its owner alone: it will hold accounts. Raises StoreError."""
    try:
        path.touch(mode=0o600)
    except OSError as exc:
        raise StoreError(ARCHIVE_NOT_MADE(path=path)) from exc


def _is_writable(path: Path) -> bool:
    """Return whether this user may write the file and, as SQLite must, create others beside it."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _configure(connection: Any, record: object) -> None:
    _configure_reading(connection, record)
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _configure_reading(connection: Any, _record: object) -> None:
    # The driver would begin transactions too late to lock; _begin_transaction does it.
    connection.isolation_level = None
    # SQLite itself folds the case of ASCII only.
    connection.create_function("folded", 1, fold_name, deterministic=True)


def _write_ahead(connection: Any) -> None:
    """Turn on WAL. SQLite's own timeout does not cover another process creating the same file."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_transaction(connection: sa.Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', '')}")


def _migrate(connection: sa.Connection, path: Path) -> None:
    # Imported here because most files need no migration, and Alembic is slow to load.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        raise StoreError(ARCHIVE_NEWER(path=path)) from exc


def _cause(exc: Exception) -> str:
    return str(getattr(exc, "orig", None) or exc).splitlines()[0]
