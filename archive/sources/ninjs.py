"""A JSON document: IPTC ninjs, an object with our own fields, a list of either, or an answer of a
service that wraps a list."""

from collections.abc import Iterator
from io import BufferedReader

from archive.errors import UnreadableInputError
from archive.model import SourceItem
from archive.sources.options import ReadOptions
from archive.sources.shared.json_items import parse_json, read_json
from archive.text.decode import decode_text, read_document

SUFFIXES = (".json", ".ninjs")


def recognizes(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each article of the document."""
    try:
        parsed = parse_json(decode_text(read_document(stream)))
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)
        return
    yield from read_json(parsed, name, options)
