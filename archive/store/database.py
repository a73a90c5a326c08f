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

HEAD_REVISION = "0005"
BUSY_TIMEOUT_SECONDS = 30


class Database:
    """One SQLite file in WAL mode. Safe for many threads and processes.

    Where its disk or folder may not be written it can still be read; writing raises StoreError.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, making or upgrading it where needed. Raises StoreError."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            made = {"folder": path.parent, "reason": exc.strerror}
            raise StoreError(FOLDER_NOT_MADE(**made)) from exc
        self._writable = _may_be_written(path)
        if not self._writable and not path.exists():
            raise StoreError(ARCHIVE_NOT_MADE(path=path))
        self._engine = _open_engine(path) if self._writable else _open_read_only(path)
        try:
            if self._revision() != HEAD_REVISION:
                with self.write() as connection:
                    _migrate(connection, path)
        except StoreError:
            self.close()  # what is refused is let go of
            raise

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the file. Raises StoreError."""
        with self._begin("") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A write transaction, on disk (fsync) when the block ends; waits for other writers."""
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
    sa.event.listen(engine, "begin", _begin_as_told)
    return engine


def _open_read_only(path: Path) -> sa.Engine:
    """No connection is kept: whether another user writes the file is looked at for each."""
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _connect_read_only(path),
        poolclass=sa.pool.NullPool,
    )
    sa.event.listen(engine, "connect", _configure_reading)
    sa.event.listen(engine, "begin", _begin_as_told)
    return engine


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that makes no file beside the archive. Raises StoreError.

    SQLite reads a journal it may not write where the file shared by its readers is there too; a
    file without a journal it reads as one that nobody changes.
    """
    journal, shared = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    if _holds_something(journal) and not shared.exists():
        raise StoreError(JOURNAL_UNREAD(path=path, name=journal.name))
    mode = "mode=ro" if journal.exists() and shared.exists() else "mode=ro&immutable=1"
    address = f"{path.absolute().as_uri()}?{mode}"
    return sqlite3.connect(address, timeout=BUSY_TIMEOUT_SECONDS, uri=True, check_same_thread=False)


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:  # another user may close the archive at any time
        return False


def _may_be_written(path: Path) -> bool:
    """Whether this user may write the file, or make it; SQLite makes others beside it."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _configure(connection: Any, record: object) -> None:
    _configure_reading(connection, record)
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _configure_reading(connection: Any, _record: object) -> None:
    # The driver's own transaction handling would begin too late to lock; ours is _begin_as_told.
    connection.isolation_level = None
    # SQLite itself folds the case of ASCII alone.
    connection.create_function("folded", 1, fold_name, deterministic=True)


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


def _begin_as_told(connection: sa.Connection) -> None:
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
        raise StoreError(ARCHIVE_NEWER(path=path)) from exc


def _cause(exc: Exception) -> str:
    return str(getattr(exc, "orig", None) or exc).splitlines()[0]
