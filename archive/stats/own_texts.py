"""The archive's own texts: the articles without a publisher's address; from SQLite."""

from dataclasses import dataclass

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import article, article_version

_REVISED = (
    sa.select(sa.func.max(article_version.c.superseded))
    .where(article_version.c.article_id == article.c.id)
    .scalar_subquery()
)
_HAS_NO_URL = article.c.url.is_(None)


@dataclass(frozen=True, slots=True)
class OwnText:
    """An article's number, and when it was added or last revised here (UTC)."""

    id: int
    changed: str


class OwnTexts:
    """Lists them, the oldest first. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(_HAS_NO_URL)) or 0

    def list(self, first: int, limit: int) -> list[OwnText]:
        """Return up to `limit` texts from position `first` on, counted from 0."""
        changed = sa.func.coalesce(_REVISED, article.c.added)
        query = sa.select(article.c.id, changed).where(_HAS_NO_URL).order_by(article.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(first)).all()
        return [OwnText(*row) for row in rows]
