"""Articles counted by the day, month or year on which they were published, on their publishers'
clocks; from SQLite, which groups them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import article
from archive.store.statements import LISTED

_BY_DAY = sa.select(article.c.day, sa.func.count()).group_by(article.c.day)
_LISTED_BY_DAY = _BY_DAY.where(article.c.id.in_(LISTED))


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The number of articles by day, month or year (2021-12-03, 2021-12, 2021: whatever is known of
    an article), for those that have any, and of undated ones."""

    days: Mapping[str, int] = field(default_factory=dict)
    undated: int = 0

    @property
    def total(self) -> int:
        return sum(self.days.values()) + self.undated


class DayStore:
    """Counts by day. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, article_ids: Sequence[int]) -> DayCounts:
        """Count those of these articles that exist, in one SELECT."""
        with self._database.read() as connection:
            ids = {"ids": json.dumps(list(article_ids))}
            return _count_rows(connection.execute(_LISTED_BY_DAY, ids))

    def count_all(self) -> DayCounts:
        """Count all articles, in one SELECT that an index answers."""
        with self._database.read() as connection:
            return _count_rows(connection.execute(_BY_DAY))


def _count_rows(rows: Iterable[Any]) -> DayCounts:
    counts = {row[0]: int(row[1]) for row in rows}
    undated = counts.pop(None, 0)
    return DayCounts(counts, undated)
