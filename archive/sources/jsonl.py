"""JSON Lines: one object per line, read one line at a time, as `shared.json_items` reads it."""

from collections.abc import Iterator
from io import BufferedReader

from archive.errors import UnreadableInputError
from archive.model import SourceItem
from archive.sources.options import ReadOptions
from archive.sources.shared.json_items import parse_json, read_json
from archive.text.decode import MAX_DOCUMENT_BYTES
from archive.wordings import DAMAGED_FROM_HERE, LINE_TOO_LONG, NOT_JSON

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
                yield from _read_line(line, f"{name}:{number}", options)
    except UnreadableInputError as exc:  # from the stream: truncated gzip data or a zip bomb
        yield SourceItem(f"{name}:{number + 1}", problem=DAMAGED_FROM_HERE(reason=exc.message))


def _lines(stream: BufferedReader) -> Iterator[bytes]:
    """Yield lines of bounded length; the rest of a longer line is skipped."""
    while line := stream.readline(MAX_DOCUMENT_BYTES + 1):
        whole = line.endswith(b"\n")
        yield line
        while not whole and (rest := stream.readline(MAX_DOCUMENT_BYTES)):
            whole = rest.endswith(b"\n")


def _read_line(line: bytes, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    try:
        yield from read_json(parse_json(_decode(line)), name, options)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)


def _decode(line: bytes) -> str:
    if len(line) > MAX_DOCUMENT_BYTES:
        raise UnreadableInputError(LINE_TOO_LONG(number=MAX_DOCUMENT_BYTES // 1_000_000))
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise UnreadableInputError(NOT_JSON(reason=exc)) from exc
