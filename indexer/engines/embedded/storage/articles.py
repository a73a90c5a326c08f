"""What filters need to know of each article in the index, in columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from archive.model import DAY_CHARACTERS, ArticleFilter
from archive.text.periods import least_period, split_periods
from indexer.engines.port import Counts, IndexedArticle

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]
Names = tuple[str, ...]
# An ISO 8601 time to the second fits, and a day, a month or a year; the empty string stands for no
# date and sorts first.
PUBLISHED = "S20"
DAY = f"S{DAY_CHARACTERS}"
MISSING = -1


@dataclass(frozen=True)
class Column:
    """Names of each article, such as its authors: `codes` point into `values`, which ascend."""

    codes: Codes
    values: tuple[Names, ...]

    @classmethod
    def of(cls, names: Sequence[Names]) -> "Column":
        values = tuple(sorted(set(names)))
        place = {value: code for code, value in enumerate(values)}
        return cls(np.array([place[value] for value in names], np.int32), values)

    @classmethod
    def join(cls, columns: Sequence["Column"]) -> "Column":
        """One column after the other."""
        values = tuple(sorted({value for column in columns for value in column.values}))
        place = {value: code for code, value in enumerate(values)}
        maps = [np.array([place[value] for value in c.values], np.int32) for c in columns]
        codes = [own[column.codes] for column, own in zip(columns, maps, strict=True)]
        return cls(np.concatenate(codes), values)

    def take(self, rows: Mask | Ids) -> "Column":
        """The rows, with the values they still have."""
        codes = self.codes[rows]
        used = np.bincount(codes, minlength=len(self.values)) > 0
        values = tuple(v for v, has_any in zip(self.values, used.tolist(), strict=True) if has_any)
        return Column((np.cumsum(used, dtype=np.int32) - 1)[codes], values)

    def where(self, wanted: Callable[[str], bool]) -> Mask:
        """The rows one of whose names is wanted."""
        codes = [code for code, names in enumerate(self.values) if any(map(wanted, names))]
        return np.isin(self.codes, codes)

    def count(self, rows: Mask) -> dict[str, int]:
        """How many of the rows have each name."""
        names, name_codes, value_codes = self._name_uses
        often = np.bincount(self.codes[rows], minlength=len(self.values))
        counted = np.bincount(name_codes, weights=often[value_codes], minlength=len(names))
        found = np.flatnonzero(counted)
        return {names[n]: int(counted[n]) for n in found.tolist()}

    @cached_property
    def _name_uses(self) -> tuple[Names, Codes, Codes]:
        """The distinct names, and every use of one in a value, as the codes of both."""
        uses = [(name, code) for code, names in enumerate(self.values) for name in set(names)]
        distinct = tuple(sorted({name for name, _ in uses}))
        place = {name: n for n, name in enumerate(distinct)}
        name_codes = np.array([place[name] for name, _ in uses], np.int32)
        return distinct, name_codes, np.array([code for _, code in uses], np.int32)


@dataclass(frozen=True, slots=True)
class ArticleTable:
    """Columns over articles in ascending order of id."""

    ids: Ids
    published: npt.NDArray[np.bytes_]
    days: npt.NDArray[np.bytes_]
    language: Column
    source: Column
    section: Column
    authors: Column

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the articles, to which `language_codes` point."""
        return tuple(language for (language,) in self.language.values)

    @property
    def language_codes(self) -> Codes:
        return self.language.codes

    def rows_of(self, ids: Ids) -> npt.NDArray[np.int64]:
        """The row of each id, MISSING where the article is not in the table."""
        if not len(self.ids):
            return np.full(len(ids), MISSING, np.int64)
        rows = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[rows] == ids, rows, MISSING)

    def mask(self, wanted: ArticleFilter) -> Mask:
        """Which rows pass the filter."""
        passed = np.ones(len(self), np.bool_)
        for column, names in (
            (self.language, wanted.languages),
            (self.source, wanted.sources),
            (self.section, wanted.sections),
            (self.authors, wanted.authors),
        ):
            if names:
                passed &= column.where(set(names).__contains__)
        if wanted.published_from:
            passed &= self.days >= least_period(wanted.published_from).encode()
        if wanted.published_before:
            passed &= (self.days < wanted.published_before.encode()) & (self.days != b"")
            for period in split_periods(wanted.published_before):
                passed &= self.days != period.encode()
        if wanted.article_ids:
            passed &= np.isin(self.ids, np.array(wanted.article_ids, np.int64))
        if wanted.excluded_ids:
            passed &= ~np.isin(self.ids, np.array(wanted.excluded_ids, np.int64))
        return passed

    def count(self, rows: Mask) -> Counts:
        days, often = np.unique(self.days[rows], return_counts=True)
        by_day = zip(days.tolist(), often.tolist(), strict=True)
        return Counts(
            total=int(np.count_nonzero(rows)),
            sources=self.source.count(rows),
            languages=self.language.count(rows),
            sections=self.section.count(rows),
            days={day.decode(): number for day, number in by_day if day},
            authors=self.authors.count(rows),
        )

    def without(self, ids: frozenset[int]) -> "ArticleTable":
        """The table less these articles."""
        return self._take(~np.isin(self.ids, np.fromiter(ids, np.int64, len(ids))))

    def _take(self, rows: Mask | Ids) -> "ArticleTable":
        columns = {name: getattr(self, name).take(rows) for name in COLUMNS}
        return ArticleTable(self.ids[rows], self.published[rows], self.days[rows], **columns)


COLUMNS = tuple(field.name for field in fields(ArticleTable) if field.type is Column)


def table_of(articles: Sequence[IndexedArticle]) -> ArticleTable:
    ordered = sorted(articles, key=lambda article: article.id)
    return ArticleTable(
        ids=np.array([article.id for article in ordered], np.int64),
        published=np.array([article.published or "" for article in ordered], PUBLISHED),
        days=np.array([article.day or "" for article in ordered], DAY),
        language=Column.of([(article.language,) for article in ordered]),
        source=Column.of([_names(article.source) for article in ordered]),
        section=Column.of([_names(article.section) for article in ordered]),
        authors=Column.of([article.authors for article in ordered]),
    )


def join_tables(tables: Sequence[ArticleTable]) -> ArticleTable:
    """One table of several that share no article."""
    if not tables:
        return table_of([])
    joined = ArticleTable(
        ids=np.concatenate([table.ids for table in tables]),
        published=np.concatenate([table.published for table in tables]),
        days=np.concatenate([table.days for table in tables]),
        **{name: Column.join([getattr(table, name) for table in tables]) for name in COLUMNS},
    )
    return joined._take(np.argsort(joined.ids, kind="stable"))


def _names(name: str | None) -> Names:
    return (name,) if name else ()
