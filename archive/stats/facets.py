"""A set of articles in numbers: by outlet, language, section, author and month; from SQLite."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import article, wire_copy
from archive.store.statements import LISTED
from archive.text.dates import MONTH_CHARACTERS

MAX_VALUES = 1_000

Counts = tuple[tuple[str, int], ...]

_FACTS = (
    sa.select(
        article.c.id,
        article.c.source,
        article.c.day,
        article.c.published,
        wire_copy.c.cluster_id,
    )
    .outerjoin_from(article, wire_copy)
    .where(article.c.id.in_(LISTED))
)
# SQLite reads the articles once for all columns; Python counts 400 of them in 0.3 ms.
_COUNTED = sa.select(
    *(article.c[name] for name in ("source", "language", "section", "day", "authors"))
).where(article.c.id.in_(LISTED))


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """The fields of an article that sorting and folding a list need."""

    id: int
    source: str | None
    day: str | None
    published: str | None
    cluster_id: int | None

    @property
    def moment(self) -> tuple[str, str]:
        """Its place in time: by day on its publisher's clock, then by time; "" if it is undated."""
        return self.day or "", self.published or ""


@dataclass(frozen=True, slots=True)
class Facets:
    """(value, articles) pairs, most frequent first, MAX_VALUES at most.

    All days are there; an article of which no more is known is counted by its month or year.
    """

    sources: Counts = ()
    languages: Counts = ()
    sections: Counts = ()
    authors: Counts = ()
    days: Counts = ()

    @property
    def months(self) -> Counts:
        """Months ("2021-12") in order of time; an article of which only the year is known is in
        none."""
        counted: Counter[str] = Counter()
        for day, articles in self.days:
            if len(day) >= MONTH_CHARACTERS:
                counted[day[:MONTH_CHARACTERS]] += articles
        return tuple(sorted(counted.items()))


class FacetStore:
    """Counts over articles named by their ids. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, article_ids: Sequence[int]) -> dict[int, ArticleFacts]:
        """Return the facts of the articles that exist, in one SELECT."""
        with self._database.read() as connection:
            rows = connection.execute(_FACTS, _bind_ids(article_ids)).all()
        return {row[0]: ArticleFacts(*row) for row in rows}

    def count(self, article_ids: Sequence[int]) -> Facets:
        """Return the facets of exactly these articles, in one SELECT."""
        with self._database.read() as connection:
            rows = connection.execute(_COUNTED, _bind_ids(article_ids)).all()
        if not rows:
            return Facets()
        sources, languages, sections, days, authors = zip(*rows, strict=True)
        return Facets(
            sources=_frequencies(sources),
            languages=_frequencies(languages),
            sections=_frequencies(sections),
            authors=_frequencies(name for names in authors for name in set(names)),
            days=_rank(Counter(day for day in days if day)),
        )


def add_frequencies(
    counts: Counts, more: Mapping[str, int], most: int | None = MAX_VALUES
) -> Counts:
    """Return the counts of both, most frequent first."""
    return _rank(Counter(dict(counts)) + Counter(more))[:most]


def _frequencies(values: Iterable[str | None]) -> Counts:
    return _rank(Counter(value for value in values if value is not None))[:MAX_VALUES]


def _rank(counted: Mapping[str, int]) -> Counts:
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _bind_ids(article_ids: Sequence[int]) -> dict[str, str]:
    return {"ids": json.dumps(list(article_ids))}
