"""The figures of the archive that its administrator asks for; from SQLite."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import article, article_version

MAX_NAMED = 10
# SQLite keeps the latest writes in files beside the database.
_FILES = ("", "-wal", "-shm")

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ArchiveFigures:
    """`versions` includes earlier versions; `languages` and `sources` are the MAX_NAMED most
    frequent. Days, or months or years, are ISO 8601, or None if no article is dated."""

    articles: int
    versions: int
    undated: int
    first_day: str | None
    last_day: str | None
    languages: Counts
    sources: Counts
    bytes: int


def count_figures(database: Database) -> ArchiveFigures:
    with database.read() as connection:
        articles = _count(connection, sa.select(sa.func.count()).select_from(article))
        revised = _count(connection, sa.select(sa.func.count()).select_from(article_version))
        undated = sa.select(sa.func.count()).where(article.c.day.is_(None))
        # One at a time, each is one index lookup; together they would read the whole table.
        first, last = (
            connection.scalar(sa.select(extreme(article.c.day)))
            for extreme in (sa.func.min, sa.func.max)
        )
        return ArchiveFigures(
            articles=articles,
            versions=articles + revised,
            undated=_count(connection, undated),
            first_day=first,
            last_day=last,
            languages=_most_frequent(connection, article.c.language),
            sources=_most_frequent(connection, article.c.source),
            bytes=sum(size_of(Path(f"{database.path}{end}")) for end in _FILES),
        )


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; 0 if it is gone."""
    try:
        if path.is_dir():
            return sum(size_of(inner) for inner in path.iterdir())
        return path.stat().st_size
    except OSError:
        return 0


def _count(connection: sa.Connection, query: sa.Select[Any]) -> int:
    return int(connection.scalar(query) or 0)


def _most_frequent(connection: sa.Connection, column: sa.Column[Any]) -> Counts:
    number = sa.func.count()
    query = (
        sa.select(column, number)
        .where(column.is_not(None))
        .group_by(column)
        .order_by(number.desc(), column)
        .limit(MAX_NAMED)
    )
    return tuple((name, count) for name, count in connection.execute(query))
