"""A set of articles in numbers: by outlet, language, section, author and month; from SQLite."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive.database import Database
from archive.schema import article, wire_copy

MOST_VALUES = 1_000

Counts = tuple[tuple[str, int], ...]

_IDS = sa.text("SELECT value FROM json_each(:ids)").columns(value=sa.Integer)
_AUTHORS = sa.func.json_each(article.c.authors).table_valued("value", name="author")
# json_each takes its row from the article beside it.
_BY_AUTHOR = article.join(_AUTHORS, sa.true())
_FACTS = (
    sa.select(article.c.id, article.c.source, article.c.published, wire_copy.c.cluster_id)
    .outerjoin_from(article, wire_copy)
    .where(article.c.id.in_(_IDS))
)


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What sorting and folding a list needs of an article."""

    id: int
    source: str | None
    published: str | None
    cluster_id: int | None


@dataclass(frozen=True, slots=True)
class Facets:
    """(value, articles) pairs, most frequent first; `months` ("2021-12") in order of time."""

    sources: Counts = ()
    languages: Counts = ()
    sections: Counts = ()
    authors: Counts = ()
    months: Counts = ()


class FacetStore:
    """Counts over articles named by their ids. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, article_ids: Sequence[int]) -> dict[int, ArticleFacts]:
        """The facts of those that exist; one SELECT."""
        with self._database.read() as connection:
            rows = connection.execute(_FACTS, _named(article_ids)).all()
        return {row.id: ArticleFacts(*row) for row in rows}

    def count(self, article_ids: Sequence[int]) -> Facets:
        """The facets of exactly these articles."""
        columns = article.c
        month = sa.func.substr(columns.published, 1, 7)
        with self._database.read() as connection:
            return Facets(
                sources=_frequencies(connection, columns.source, article_ids),
                languages=_frequencies(connection, columns.language, article_ids),
                sections=_frequencies(connection, columns.section, article_ids),
                authors=_frequencies(connection, _AUTHORS.c.value, article_ids, _BY_AUTHOR),
                months=tuple(sorted(_frequencies(connection, month, article_ids))),
            )


def _frequencies(
    connection: sa.Connection,
    value: Any,
    article_ids: Sequence[int],
    among: Any = article,
) -> Counts:
    number = sa.func.count(sa.distinct(article.c.id))
    query = (
        sa.select(value, number)
        .select_from(among)
        .where(article.c.id.in_(_IDS), value.is_not(None))
        .group_by(value)
        .order_by(number.desc(), value)
        .limit(MOST_VALUES)
    )
    rows = connection.execute(query, _named(article_ids))
    return tuple((str(name), int(count)) for name, count in rows)


def _named(article_ids: Sequence[int]) -> dict[str, str]:
    return {"ids": json.dumps(list(article_ids))}
