"""CSV and TSV (RFC 4180): a header row, then one article per row, read row by row.

`options.columns` or the usual column names map columns to fields. The paragraphs of a text are
the lines of its cell; authors are separated by ";".
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader

from archive.errors import UnreadableInputError
from archive.messages import Message
from archive.model import SourceItem
from archive.sources.export import restore_cell
from archive.sources.options import ReadOptions
from archive.sources.shared.field_names import fold_field, list_names, match_fields
from archive.sources.shared.lines import text_lines
from archive.sources.shared.records import is_own_export, read_record
from archive.text.decode import MAX_DOCUMENT_BYTES
from archive.text.normalize import clean_line
from archive.wordings import (
    NO_COLUMNS,
    NO_SUCH_COLUMN,
    NO_TITLE_OR_TEXT_COLUMN,
    NOT_CSV,
    OPEN_QUOTE,
    TOO_MANY_CELLS,
    TOO_MANY_OPEN_ROWS,
)

SUFFIXES = (".csv", ".tsv", ".tab")
DELIMITERS = ",;\t|"
MAX_GIVEN_UP_ROWS = 20
# The limit holds for the whole process; the default of 128 kB is too low for an article.
csv.field_size_limit(2 * MAX_DOCUMENT_BYTES)
_STATED = re.compile(r'"?sep=([^\s"])"?\s*|"?sep=(\t)"?\s*', re.IGNORECASE)  # as Excel reads it


@dataclass(frozen=True, slots=True)
class _Header:
    """The number of columns, which of them hold each field, and whether an export of ours has
    these columns.
    """

    width: int
    places: Mapping[str, tuple[int, ...]]
    is_ours: bool


def recognizes(head: bytes) -> bool:
    """Return whether the first line has at least two columns, one named like a title or text."""
    first, _, rest = head.decode("utf-8", "replace").lstrip("\ufeff").partition("\n")
    if first.lstrip()[:1] in ("<", "{", "["):
        return False
    if (stated := _stated_delimiter(first)) is not None:
        first = rest.partition("\n")[0]
    header = _split(first, stated or _delimiter(first, {}))
    return len(header) > 1 and not {"title", "text"}.isdisjoint(_match(header, {}))


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each row that is not blank, named by its number; the header is row 1.

    An unreadable row affects no other. A table without a title or text column is rejected as a
    whole.
    """
    lines = _RowLines(text_lines(stream))
    first_row, number, header = 2, 1, None
    try:
        first = next(lines, "")
        if (stated := _stated_delimiter(first)) is not None:
            first, first_row = next(lines, ""), 3
        delimiter = stated or _delimiter(first, options.columns)
        header = _read_header(_split(first, delimiter), options.columns)
        for number, row in enumerate(_rows(lines, delimiter, header.width), start=first_row):
            if isinstance(row, Message):
                yield SourceItem(f"{name}:{number}", problem=row)
            elif any(map(str.strip, row)):
                yield _read_row(row, header, f"{name}:{number}")
    except UnreadableInputError as exc:
        yield SourceItem(name if header is None else f"{name}:{number + 1}", problem=exc.message)


class _RowLines:
    """Lines for one row after another; the lines of a row that does not end can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: list[str] = []  # to be read again, the next one last
        self._row: list[str] = []
        self._characters = 0
        self._given_up = 0
        self._cut = False

    def __iter__(self) -> "_RowLines":
        return self

    def __next__(self) -> str:
        line = self._next_line()
        if self._row and (not line or self._characters > MAX_DOCUMENT_BYTES):
            self._cut = True
            self._waiting += [line] if line else []
            raise StopIteration
        if not line:
            raise StopIteration
        self._row.append(line)
        self._characters += len(line)
        return line

    def begin_row(self) -> None:
        self._row, self._characters, self._cut = [], 0, False

    @property
    def row_is_whole(self) -> bool:
        """Return whether the last row ended by itself, within 10 MB."""
        return not self._cut and self._characters <= MAX_DOCUMENT_BYTES

    def give_up_row(self, is_row: Callable[[str], bool]) -> None:
        """Continue with the first line after the start of the row that looks like a row.

        Raise UnreadableInputError after too many such rows: each may cost 10 MB.
        """
        self._given_up += 1
        if self._given_up > MAX_GIVEN_UP_ROWS:
            raise UnreadableInputError(TOO_MANY_OPEN_ROWS(number=MAX_GIVEN_UP_ROWS))
        self._waiting += reversed(self._row[1:])
        while line := self._next_line():
            if is_row(line):
                self._waiting.append(line)
                return

    def _next_line(self) -> str:
        return self._waiting.pop() if self._waiting else next(self._lines, "")


def _rows(lines: _RowLines, delimiter: str, width: int) -> Iterator[list[str] | Message]:
    """Yield the cells of each row, or the reason why there are none."""
    while True:
        lines.begin_row()
        try:
            row = next(csv.reader(lines, delimiter=delimiter), None)
        except csv.Error as exc:
            yield NOT_CSV(reason=exc)
            continue
        if row is None:
            return
        if lines.row_is_whole:
            yield row
        else:
            yield OPEN_QUOTE()
            lines.give_up_row(lambda line: len(_split(line, delimiter)) == width)


def _read_row(row: list[str], header: _Header, name: str) -> SourceItem:
    """Return the item of a row; of several columns of a field the first with anything counts."""
    if any(map(str.strip, row[header.width :])):
        return SourceItem(name, problem=TOO_MANY_CELLS(cells=len(row), width=header.width))
    record = {}
    for field, columns in header.places.items():
        cells = (row[column] for column in columns if column < len(row))
        record[field] = restore_cell(next(filter(str.strip, cells), ""))
    return read_record(record, name, is_ours=header.is_ours)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [clean_line(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _delimiter(header: str, columns: Mapping[str, str]) -> str:
    """Return the delimiter that gives the most known fields, then the most columns."""
    split = {delimiter: _split(header, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda d: (len(_match(split[d], columns)), len(split[d])))


def _stated_delimiter(line: str) -> str | None:
    """Return the delimiter of a first line such as `sep=;`, or None if it is the header."""
    stated = _STATED.fullmatch(line.lstrip("\ufeff").rstrip("\r\n"))
    return (stated[1] or stated[2]) if stated else None


def _match(header: Iterable[str], columns: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return the column numbers of each field; case and spacing of names do not matter."""
    places = {column: place for place, column in reversed([*enumerate(header)])}
    if columns:
        folded = {fold_field(column): place for column, place in reversed(places.items())}
        chosen = {field: folded.get(fold_field(column)) for field, column in columns.items()}
        return {field: (place,) for field, place in chosen.items() if place is not None}
    found = match_fields(places)
    return {field: tuple(places[name] for name in found[field]) for field in found}


def _read_header(header: list[str], columns: Mapping[str, str]) -> _Header:
    """Return where the fields are. Raise UnreadableInputError if required ones are missing."""
    places = _match(header, columns)
    listed = list_names(header) or NO_COLUMNS()
    missing = [column for field, column in columns.items() if field not in places]
    if missing:
        raise UnreadableInputError(NO_SUCH_COLUMN(name=repr(missing[0]), columns=listed))
    if {"title", "text"}.isdisjoint(places):
        raise UnreadableInputError(NO_TITLE_OR_TEXT_COLUMN(columns=listed))
    return _Header(len(header), places, is_own_export(header))
