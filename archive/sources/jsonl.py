"""JSON Lines: one object per line, read one line at a time.

An object has the fields of `archive.sources.shared.records`, or is an IPTC ninjs item.
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
    """Return whether the first line is one object, or continues beyond these bytes."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, newline, _ = start.partition(b"\n")
    return start[:1] == b"{" and (not newline or first.rstrip().endswith(b"}"))


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each line that is not blank; a broken line affects no other."""
    number = 0
    try:
        for number, line in enumerate(_lines(stream), start=1):
            if line.strip():
                yield _read_line(line, f"{name}:{number}")
    except UnreadableInputError as exc:  # from the stream: truncated gzip data or a zip bomb
        yield SourceItem(f"{name}:{number + 1}", problem=DAMAGED_FROM_HERE(reason=exc.message))


def _lines(stream: BufferedReader) -> Iterator[bytes]:
    """Yield lines of bounded length; the rest of a longer line is skipped."""
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
