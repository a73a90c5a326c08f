"""JSON Lines: an object a line, read one line at a time.

An object has the fields of `archive.sources.records`, or is an IPTC ninjs item.
"""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from archive.errors import UnreadableInputError
from archive.model import SourceItem
from archive.sources.ninjs import read_object
from archive.sources.options import ReadOptions
from archive.text.decode import MAX_DOCUMENT_BYTES
from archive.wordings import DAMAGED_FROM_HERE, LINE_TOO_LONG, NOT_AN_OBJECT, NOT_JSON

SUFFIXES = (".jsonl", ".ndjson", ".json")


def recognizes(head: bytes) -> bool:
    """A first line that is an object of its own, or goes on beyond what is seen of it."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, newline, _ = start.partition(b"\n")
    return start[:1] == b"{" and (not newline or first.rstrip().endswith(b"}"))


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """An item for each line that is not blank; a broken line spoils no other."""
    number = 0
    try:
        for number, line in enumerate(_lines(stream), start=1):
            if line.strip():
                yield _read_line(line, f"{name}:{number}")
    except UnreadableInputError as exc:  # of the stream: gzip data cut short, a bomb
        yield SourceItem(f"{name}:{number + 1}", problem=DAMAGED_FROM_HERE(reason=exc.message))


def _lines(stream: BufferedReader) -> Iterator[bytes]:
    """Lines of bounded length: of a longer one, its beginning; the rest is skipped."""
    while line := stream.readline(MAX_DOCUMENT_BYTES + 1):
        whole = line.endswith(b"\n")
        yield line
        while not whole and (rest := stream.readline(MAX_DOCUMENT_BYTES)):
            whole = rest.endswith(b"\n")


def _read_line(line: bytes, name: str) -> SourceItem:
    try:
        return read_object(_parse(line), name)
    except UnreadableInputError as exc:
        return SourceItem(name, problem=exc.message)


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_DOCUMENT_BYTES:
        raise UnreadableInputError(LINE_TOO_LONG(number=MAX_DOCUMENT_BYTES // 1_000_000))
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise UnreadableInputError(NOT_JSON(reason=exc)) from exc
    if not isinstance(record, dict):
        raise UnreadableInputError(NOT_AN_OBJECT())
    return record
