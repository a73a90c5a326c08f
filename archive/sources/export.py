"""Write articles as a table for other programs; `archive.sources.table` reads it back unchanged."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from archive.model import Article
from archive.sources.shared.authors import AUTHOR_SEPARATOR, split_authors

COLUMNS = (
    *("id", "title", "text", "published", "modified"),
    *("language", "source", "section", "url", "authors"),
)
RECORD_FIELDS = (
    *("id", "title", "text", "published", "language"),
    *("source", "url", "authors", "section", "modified"),
)
# The beginnings of cells that a spreadsheet runs as formulas (OWASP, CSV Injection), full-width
# signs among them. One that parts columns at semicolons also takes what follows these for a cell.
_SIGNS = "=+@\\-\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf"\A(?='|[{_SIGNS}\t\r])|(?<=[;\n\r\t])(?=[ ']*[{_SIGNS}])")
_DEFUSED = re.compile(rf"\A'(?='|[{_SIGNS}\t\r])|(?<=[;\n\r\t])'(?=[ ']*[{_SIGNS}])")
_MARK = "'"


def write_table(articles: Iterable[Article], stream: TextIO) -> None:
    """Write CSV with one row per article; `stream` must be opened with newline=""."""
    write_rows(COLUMNS, (article_cells(article, COLUMNS) for article in articles), stream)


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[str]], stream: TextIO) -> None:
    """Write CSV (RFC 4180) with a header; a cell that a spreadsheet would run as a formula gets a
    leading apostrophe."""
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([defuse_cell(cell) for cell in row])


def article_cells(article: Article, columns: Iterable[str]) -> tuple[str, ...]:
    """Return the text of these fields of the article, "" for a missing value."""
    special = {"published": article.published_local, "authors": join_names(article.authors)}
    values = (special[name] if name in special else getattr(article, name) for name in columns)
    return tuple("" if value is None else str(value) for value in values)


def article_record(article: Article) -> dict[str, Any]:
    """Return a JSON object that `hemero add` reads back to the same article."""
    special = {"published": article.published_local, "authors": list(article.authors)}
    return {name: special.get(name, getattr(article, name)) for name in RECORD_FIELDS}


def join_names(many: Iterable[str]) -> str:
    """Return one cell, which `split_authors` reads back; semicolons in names become commas."""
    names = tuple(name.replace(AUTHOR_SEPARATOR, ",") for name in many)
    cell = "; ".join(names)
    return cell if split_authors(cell) == names else cell + AUTHOR_SEPARATOR


def defuse_cell(cell: str) -> str:
    """Return the cell in a form that no spreadsheet runs; `restore_cell` undoes it."""
    return _FORMULA.sub(_MARK, cell)


def restore_cell(cell: str) -> str:
    return _DEFUSED.sub("", cell)
