"""The state of the archive in numbers that are cheap enough to read every few seconds."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import article, change, feed, job, job_item, saved_search

# The table has no INTEGER PRIMARY KEY, so SQLite's own rowid grows with every row.
_ROW: sa.ColumnElement[int] = sa.literal_column("job_item.rowid")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The changes that an index has not read yet, and the age of the oldest."""

    changes: int
    lag_seconds: float


@dataclass(frozen=True, slots=True)
class Vitals:
    """Numbers of articles, feeds and jobs by state, saved searches, and those that fail."""

    articles: int
    feeds: Mapping[str, int]
    jobs: Mapping[str, int]
    saved_searches: int
    saved_failing: int


@dataclass(frozen=True, slots=True)
class JobItems:
    """The number of job items by outcome, up to the row `last`."""

    counts: Mapping[str, int]
    last: int = 0


def count_vitals(database: Database) -> Vitals:
    """Return the counts, read in one transaction. Raises StoreError."""
    with database.read() as connection:
        return Vitals(
            _count(connection, article),
            _by_state(connection, feed.c.state),
            _by_state(connection, job.c.state),
            _count(connection, saved_search),
            _count(connection, saved_search, saved_search.c.outcome.is_not(None)),
        )


def count_waiting(database: Database, checkpoint: int) -> Waiting:
    """Return what waits after an index's checkpoint. Raises StoreError.

    The seq of a change is its time in milliseconds, or slightly more if many came at once.
    """
    query = sa.select(sa.func.count(), sa.func.min(change.c.seq)).where(change.c.seq > checkpoint)
    with database.read() as connection:
        changes, oldest = connection.execute(query).one()
    lag_seconds = 0.0 if oldest is None else max(time.time() - oldest / 1000, 0.0)
    return Waiting(changes, lag_seconds)


def count_job_items(database: Database, before: JobItems) -> JobItems:
    """Return `before` plus the items recorded since; reads only those. Raises StoreError."""
    query = (
        sa.select(job_item.c.outcome, sa.func.count(), sa.func.max(_ROW))
        .where(before.last < _ROW)
        .group_by(job_item.c.outcome)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    counts, last = dict(before.counts), before.last
    for outcome, number, highest in rows:
        counts[outcome] = counts.get(outcome, 0) + number
        last = max(last, highest)
    return JobItems(counts, last)


def _count(connection: sa.Connection, table: sa.Table, *wanted: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*wanted)
    return int(connection.scalar(query) or 0)


def _by_state(connection: sa.Connection, column: sa.Column[str]) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).group_by(column)
    return dict(connection.execute(query).all())
