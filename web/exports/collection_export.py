"""Export a collection as a file: whole articles, a table, or citations."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO, TextIO

from archive.model import Article
from archive.sources.export import article_record, write_table
from archive.store.articles import ArticleStore
from archive.store.collections import CollectionStore
from web.exports.citations import Citation, csl_record, format_bibtex, format_markdown, format_ris

PAGE_ARTICLES = 200
# A file up to this size is made in memory, a larger one on disk.
MEMORY_BYTES = 8_000_000

Cite = Callable[[Article], Citation]
WriteArticles = Callable[[Iterable[Article], TextIO, Cite], None]


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A file format: its media type, and the function that writes articles in it."""

    media_type: str
    write: WriteArticles


def collected_articles(
    collections: CollectionStore, store: ArticleStore, collection_id: int
) -> Iterator[Article]:
    """Yield a collection's articles in order, read in pages so that few are in memory. Raises
    CollectionNotFoundError."""
    ids = [place.article_id for place in collections.articles(collection_id)]
    for first in range(0, len(ids), PAGE_ARTICLES):
        yield from store.get_many(ids[first : first + PAGE_ARTICLES])


def make_file(form: ExportForm, articles: Iterable[Article], cite: Cite) -> IO[bytes]:
    """Return a temporary UTF-8 file, positioned at its beginning; closing it deletes it."""
    file = tempfile.SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115
    text = TextIOWrapper(file, "utf-8", newline="")
    form.write(articles, text, cite)
    text.detach()
    file.seek(0)
    return file


def _write_lines(articles: Iterable[Article], stream: TextIO, _cite: Cite) -> None:
    """Write a JSON object per line, which `hemero add` can read."""
    stream.writelines(
        json.dumps(article_record(article), ensure_ascii=False) + "\n" for article in articles
    )


def _write_table(articles: Iterable[Article], stream: TextIO, _cite: Cite) -> None:
    write_table(articles, stream)


def _write_bibtex(articles: Iterable[Article], stream: TextIO, cite: Cite) -> None:
    _write_each((format_bibtex([cite(article)]) for article in articles), stream, "\n")


def _write_ris(articles: Iterable[Article], stream: TextIO, cite: Cite) -> None:
    _write_each((format_ris([cite(article)]) for article in articles), stream, "\r\n")


def _write_markdown(articles: Iterable[Article], stream: TextIO, cite: Cite) -> None:
    _write_each((format_markdown(cite(article)) for article in articles), stream, "\n")


def _write_csl(articles: Iterable[Article], stream: TextIO, cite: Cite) -> None:
    """Write one JSON array with an item per line."""
    records = (csl_record(cite(article)) for article in articles)
    stream.write("[")
    _write_each((json.dumps(record, ensure_ascii=False) for record in records), stream, ",\n")
    stream.write("]\n")


def _write_each(texts: Iterable[str], stream: TextIO, separator: str) -> None:
    stream.writelines(separator + text if place else text for place, text in enumerate(texts))


EXPORTS: dict[str, ExportForm] = {
    "jsonl": ExportForm("application/jsonl", _write_lines),
    "csv": ExportForm("text/csv", _write_table),
    "bib": ExportForm("application/x-bibtex", _write_bibtex),
    "ris": ExportForm("application/x-research-info-systems", _write_ris),
    "csl.json": ExportForm("application/vnd.citationstyles.csl+json", _write_csl),
    "md": ExportForm("text/markdown", _write_markdown),
}
