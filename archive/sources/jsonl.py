"""JSON Lines, plain or gzipped: an object a line, read one line at a time.

Fields: title, text (or paragraphs, a list), published, language, source, url, authors (a list or a
string), and id, which names the item in the outcome. Unknown fields are ignored.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader
from typing import Any, cast

from archive.decode import LARGEST_DOCUMENT_BYTES
from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.normalize import clean_line, split_paragraphs

SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_GZIP_MAGIC = b"\x1f\x8b"


def recognizes(head: bytes) -> bool:
    return head.startswith(_GZIP_MAGIC) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def read_items(stream: BufferedReader, name: str) -> Iterator[SourceItem]:
    """An item for each line that is not blank; a broken line spoils no other."""
    zipped = stream.peek(2)[:2] == _GZIP_MAGIC
    lines = cast(BufferedIOBase, gzip.GzipFile(fileobj=stream)) if zipped else stream
    number = 0
    try:
        for number, line in enumerate(_lines(lines), start=1):
            if line.strip():
                yield _read_line(line, f"{name}:{number}")
    except (OSError, EOFError, zlib.error) as exc:
        yield SourceItem(f"{name}:{number + 1}", problem=f"damaged from here on: {exc}")


def _lines(stream: BufferedIOBase) -> Iterator[bytes]:
    """Lines of bounded length: of a longer one, its beginning; the rest is skipped."""
    while line := stream.readline(LARGEST_DOCUMENT_BYTES + 1):
        whole = line.endswith(b"\n")
        yield line
        while not whole and (rest := stream.readline(LARGEST_DOCUMENT_BYTES)):
            whole = rest.endswith(b"\n")


def _read_line(line: bytes, name: str) -> SourceItem:
    try:
        record = _parse(line)
        return SourceItem(_item_name(record, name), _draft(record))
    except UnreadableInputError as exc:
        return SourceItem(name, problem=str(exc))


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > LARGEST_DOCUMENT_BYTES:
        raise UnreadableInputError(f"line over {LARGEST_DOCUMENT_BYTES // 1_000_000} MB")
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise UnreadableInputError(f"not JSON: {exc}") from exc
    if not isinstance(record, dict):
        raise UnreadableInputError("not a JSON object with a title and a text")
    return record


def _draft(record: dict[str, Any]) -> ArticleDraft:
    return ArticleDraft(
        title=_text(record, "title") or "",
        paragraphs=_paragraphs(record),
        source=_text(record, "source"),
        authors=_authors(record),
        url=_text(record, "url"),
        language=_text(record, "language"),
        published=_text(record, "published"),
    )


def _paragraphs(record: dict[str, Any]) -> tuple[str, ...]:
    given = record.get("paragraphs")
    if isinstance(given, list) and all(isinstance(part, str) for part in given):
        return tuple(given)
    return split_paragraphs(_text(record, "text") or "")


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    given = record.get("authors")
    names = given if isinstance(given, list) else [given]
    return tuple(name for name in names if isinstance(name, str))


def _text(record: dict[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableInputError(f"field {field!r} is not text")


def _item_name(record: dict[str, Any], name: str) -> str:
    given = record.get("id")
    return (clean_line(str(given)) or name) if isinstance(given, str | int) else name
