"""Articles as a table for other programs, which `archive.sources.table` reads back unchanged."""

import csv
from collections.abc import Iterable
from typing import TextIO

from archive.model import Article
from archive.sources.records import AUTHOR_SEPARATOR

COLUMNS = (
    *("id", "title", "text", "published", "modified"),
    *("language", "source", "section", "url", "authors"),
)
# What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection), and the mark itself.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "'"


def write_table(articles: Iterable[Article], stream: TextIO) -> None:
    """CSV (RFC 4180) with a header, a row an article; `stream` was opened with newline="".

    A cell that a spreadsheet would run as a formula begins with an apostrophe. A semicolon in an
    author's name becomes a comma: semicolons part the names.
    """
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for article in articles:
        writer.writerow([defuse_cell(cell) for cell in _cells(article)])


def _cells(article: Article) -> tuple[str, ...]:
    said = {"published": article.published_local}
    given = (said.get(column, getattr(article, column)) for column in COLUMNS[:-1])
    names = (name.replace(AUTHOR_SEPARATOR, ",") for name in article.authors)
    return (*("" if cell is None else str(cell) for cell in given), "; ".join(names))


def defuse_cell(cell: str) -> str:
    """The cell as text to every spreadsheet; `restore_cell` undoes it."""
    return _MARK + cell if cell.startswith((*_FORMULA, _MARK)) else cell


def restore_cell(cell: str) -> str:
    marked = cell[:1] == _MARK and cell[1:].startswith((*_FORMULA, _MARK))
    return cell[1:] if marked else cell
