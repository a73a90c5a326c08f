"""What filters need to know of each article in the index, in columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from archive.model import ArticleFilter
from indexer.engines.port import IndexedArticle

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
# An ISO 8601 time to the second fits; the empty string stands for no date and sorts first.
PUBLISHED = "S20"
MISSING = -1


@dataclass(frozen=True, slots=True)
class ArticleTable:
    """Columns over articles in ascending order of id; codes point into the tuples of names."""

    ids: Ids
    published: npt.NDArray[np.bytes_]
    language_codes: npt.NDArray[np.int32]
    source_codes: npt.NDArray[np.int32]
    languages: tuple[str, ...]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, ids: Ids) -> npt.NDArray[np.int64]:
        """The row of each id, MISSING where the article is not in the table."""
        if not len(self.ids):
            return np.full(len(ids), MISSING, np.int64)
        rows = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[rows] == ids, rows, MISSING)

    def mask(self, wanted: ArticleFilter) -> Mask:
        """Which rows pass the filter."""
        passed = np.ones(len(self), np.bool_)
        if wanted.languages:
            passed &= np.isin(self.language_codes, _codes(self.languages, wanted.languages))
        if wanted.sources:
            passed &= np.isin(self.source_codes, _codes(self.sources, wanted.sources))
        if wanted.published_from:
            passed &= self.published >= wanted.published_from.encode()
        if wanted.published_before:
            passed &= (self.published < wanted.published_before.encode()) & (self.published != b"")
        if wanted.article_ids:
            passed &= np.isin(self.ids, np.array(wanted.article_ids, np.int64))
        if wanted.excluded_ids:
            passed &= ~np.isin(self.ids, np.array(wanted.excluded_ids, np.int64))
        return passed

    def without(self, ids: frozenset[int]) -> "ArticleTable":
        """The table less these articles."""
        return self._take(~np.isin(self.ids, np.fromiter(ids, np.int64, len(ids))))

    def _take(self, rows: Mask | npt.NDArray[np.int64]) -> "ArticleTable":
        return ArticleTable(
            self.ids[rows],
            self.published[rows],
            self.language_codes[rows],
            self.source_codes[rows],
            self.languages,
            self.sources,
        )


def table_of(articles: Sequence[IndexedArticle]) -> ArticleTable:
    ordered = sorted(articles, key=lambda article: article.id)
    languages, language_codes = _encode([article.language for article in ordered])
    sources, source_codes = _encode([article.source or "" for article in ordered])
    return ArticleTable(
        ids=np.array([article.id for article in ordered], np.int64),
        published=np.array([article.published or "" for article in ordered], PUBLISHED),
        language_codes=language_codes,
        source_codes=source_codes,
        languages=languages,
        sources=sources,
    )


def join_tables(tables: Sequence[ArticleTable]) -> ArticleTable:
    """One table of several that share no article."""
    if not tables:
        return table_of([])
    languages, language_maps = _unite([table.languages for table in tables])
    sources, source_maps = _unite([table.sources for table in tables])
    joined = ArticleTable(
        ids=np.concatenate([t.ids for t in tables]),
        published=np.concatenate([t.published for t in tables]),
        language_codes=_recode([t.language_codes for t in tables], language_maps),
        source_codes=_recode([t.source_codes for t in tables], source_maps),
        languages=languages,
        sources=sources,
    )
    return _without_idle_names(joined._take(np.argsort(joined.ids, kind="stable")))


def _without_idle_names(table: ArticleTable) -> ArticleTable:
    """The table less the languages and sources of articles that are gone."""
    languages, language_codes = _drop_idle(table.languages, table.language_codes)
    sources, source_codes = _drop_idle(table.sources, table.source_codes)
    return replace(
        table,
        languages=languages,
        language_codes=language_codes,
        sources=sources,
        source_codes=source_codes,
    )


def _drop_idle(
    names: tuple[str, ...], codes: npt.NDArray[np.int32]
) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    used = np.bincount(codes, minlength=len(names)) > 0
    kept = tuple(name for name, has_any in zip(names, used.tolist(), strict=True) if has_any)
    return kept, (np.cumsum(used, dtype=np.int32) - 1)[codes]


def _encode(values: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    names = tuple(sorted(set(values)))
    place = {name: code for code, name in enumerate(names)}
    return names, np.array([place[value] for value in values], np.int32)


def _unite(
    several: Sequence[tuple[str, ...]],
) -> tuple[tuple[str, ...], list[npt.NDArray[np.int32]]]:
    names = tuple(sorted({name for names in several for name in names}))
    place = {name: code for code, name in enumerate(names)}
    return names, [np.array([place[name] for name in own], np.int32) for own in several]


def _recode(
    codes: Iterable[npt.NDArray[np.int32]], maps: Iterable[npt.NDArray[np.int32]]
) -> npt.NDArray[np.int32]:
    return np.concatenate([own[column] for column, own in zip(codes, maps, strict=True)])


def _codes(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    return [code for code, name in enumerate(names) if name and name in wanted]
