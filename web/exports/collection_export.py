"""Export a collection as a file: whole articles, a table, or citations.

Every format carries what the reader added: the collection's name and note, and the note on each
article and its tags.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TextIO

from archive.model import Article
from archive.sources.export import COLUMNS, article_cells, article_record, join_names, write_rows
from archive.store.articles import ArticleStore
from archive.store.collections import Collection, CollectionStore
from archive.store.tags import TagStore
from web.exports.citations import (
    Citation,
    csl_record,
    format_bibtex,
    format_heading,
    format_markdown,
    format_ris,
)
from web.exports.files import write_each

PAGE_ARTICLES = 200
READER_COLUMNS = ("note", "tags", "collection", "collection_note")


@dataclass(frozen=True, slots=True)
class CollectedArticle:
    """An article of a collection, the note on it there ("" for none), and its tags."""

    article: Article
    note: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CollectedArticles:
    """A collection and its articles, which can be iterated once."""

    collection: Collection
    articles: Iterable[CollectedArticle]

    @property
    def note(self) -> str:
        return self.collection.note or ""


Cite = Callable[[Article], Citation]
WriteArticles = Callable[[CollectedArticles, TextIO, Cite], None]


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A file format: its media type, and the function that writes a collection in it."""

    media_type: str
    write: WriteArticles


def read_collection(
    collections: CollectionStore, store: ArticleStore, tags: TagStore, collection: Collection
) -> CollectedArticles:
    """Return a collection whose articles are read in order and in pages, so that few are in memory.
    Raises CollectionNotFoundError."""
    places = collections.articles(collection.id)
    notes = {place.article_id: place.note or "" for place in places}
    return CollectedArticles(collection, _read_articles(notes, store, tags))


def _read_articles(
    notes: dict[int, str], store: ArticleStore, tags: TagStore
) -> Iterator[CollectedArticle]:
    ids = iter(notes)
    while page := list(islice(ids, PAGE_ARTICLES)):
        tagged = tags.tags_of(page)
        for article in store.get_many(page):
            yield CollectedArticle(article, notes[article.id], tagged.get(article.id, ()))


def _write_lines(collected: CollectedArticles, stream: TextIO, _cite: Cite) -> None:
    """Write a JSON object per line, which `hemero add` can read."""
    records = (_record(each, collected) for each in collected.articles)
    stream.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _record(each: CollectedArticle, collected: CollectedArticles) -> dict[str, Any]:
    name = collected.collection.name
    values = (each.note or None, list(each.tags), name, collected.note or None)
    return article_record(each.article) | dict(zip(READER_COLUMNS, values, strict=True))


def _write_table(collected: CollectedArticles, stream: TextIO, _cite: Cite) -> None:
    of_all = (collected.collection.name, collected.note)
    rows = (
        (*article_cells(each.article, COLUMNS), each.note, join_names(each.tags), *of_all)
        for each in collected.articles
    )
    write_rows((*COLUMNS, *READER_COLUMNS), rows, stream)


def _write_bibtex(collected: CollectedArticles, stream: TextIO, cite: Cite) -> None:
    write_each((format_bibtex([each]) for each in _citations(collected, cite)), stream, "\n")


def _write_ris(collected: CollectedArticles, stream: TextIO, cite: Cite) -> None:
    write_each((format_ris([each]) for each in _citations(collected, cite)), stream, "\r\n")


def _write_markdown(collected: CollectedArticles, stream: TextIO, cite: Cite) -> None:
    """Write the collection's name and note once, as a heading."""
    stream.write(format_heading(collected.collection.name, collected.note))
    citations = (_cite(each, cite) for each in collected.articles)
    write_each((format_markdown(each) for each in citations), stream, "\n")


def _write_csl(collected: CollectedArticles, stream: TextIO, cite: Cite) -> None:
    """Write one JSON array with an item per line."""
    records = map(csl_record, _citations(collected, cite))
    stream.write("[")
    write_each((json.dumps(record, ensure_ascii=False) for record in records), stream, ",\n")
    stream.write("]\n")


def _citations(collected: CollectedArticles, cite: Cite) -> Iterator[Citation]:
    """Yield the citations, each with the collection's name and note after the article's note."""
    of_all = ": ".join(filter(None, (collected.collection.name, collected.note)))
    return (_cite(each, cite, of_all) for each in collected.articles)


def _cite(each: CollectedArticle, cite: Cite, of_all: str = "") -> Citation:
    return replace(cite(each.article), notes=(each.note, of_all), tags=each.tags)


EXPORTS: dict[str, ExportForm] = {
    "jsonl": ExportForm("application/jsonl", _write_lines),
    "csv": ExportForm("text/csv", _write_table),
    "bib": ExportForm("application/x-bibtex", _write_bibtex),
    "ris": ExportForm("application/x-research-info-systems", _write_ris),
    "csl.json": ExportForm("application/vnd.citationstyles.csl+json", _write_csl),
    "md": ExportForm("text/markdown", _write_markdown),
}
