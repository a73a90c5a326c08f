"""Web archives: the HTML pages of a WARC file (ISO 28500), one record at a time.

Only responses with status 200 and HTML content are pages; requests, revisits, redirects, images
and all other records of a crawl are skipped.
"""

from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedReader, BytesIO

from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader, ZstdReader
from fastwarc.warc import ArchiveIterator, HeaderMap, WarcRecord, WarcRecordType

from archive.errors import UnreadableInputError
from archive.messages import Message, verbatim
from archive.model import OriginalPage, SourceItem
from archive.net.fetch import parse_content_type
from archive.sources import html
from archive.sources.options import ReadOptions
from archive.sources.shared.unpack import Readable, one_line
from archive.text.decode import MAX_DOCUMENT_BYTES
from archive.text.lines import MAX_FIELD_CHARACTERS, clean_line
from archive.wordings import (
    DAMAGED_FROM_HERE,
    DOCUMENT_TOO_LARGE,
    NO_PAGE_IN_WARC,
    WARC_CUT_SHORT,
    WARC_NOT_UNPACKED,
    WARC_UNKNOWN_CODING,
)

SUFFIXES = (".warc",)
_DECODERS: dict[str, Callable[[BytesIO], Readable]] = {
    "chunked": ChunkedReader,
    "gzip": GzipReader,
    "x-gzip": GzipReader,
    "deflate": partial(GzipReader, zlib=True),
    "br": BrotliReader,
    "zstd": ZstdReader,
}


def recognizes(head: bytes) -> bool:
    return head.startswith(b"WARC/")


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each page, named by its address; it is extracted only when resolved.

    A page that cannot be decoded affects no other; if the file itself is damaged or truncated, the
    pages before that are kept.
    """
    source = _QuietStream(stream)
    found = False
    try:
        for record in ArchiveIterator(source, record_types=WarcRecordType.response):
            item = _read_record(record, name, options)
            if item is not None:
                found = True
                yield item
    except OSError as exc:
        source.failure = source.failure or verbatim(one_line(exc))
    if source.failure:
        yield SourceItem(name, problem=DAMAGED_FROM_HERE(reason=source.failure))
    elif not found:
        yield SourceItem(name, problem=NO_PAGE_IN_WARC())


class _QuietStream:
    """A stream that ends where it fails: a Python exception would abort FastWARC's Rust code."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._place = 0
        self.failure: Message | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            data = b"" if self.failure else self._stream.read1(size)
        except UnreadableInputError as exc:
            self.failure, data = exc.message, b""
        except OSError as exc:
            self.failure, data = verbatim(one_line(exc)), b""
        self._place += len(data)
        return data

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._place  # required by the interface, never called to move

    def close(self) -> None:
        """Do nothing: whoever opened the stream closes it."""


def _read_record(record: WarcRecord, name: str, options: ReadOptions) -> SourceItem | None:
    """Return the page of a record, or None if it has none."""
    headers = record.http_headers if record.is_http else None
    if headers is None or headers.status_code != 200:
        return None
    media, charset = parse_content_type(headers.get("Content-Type") or "")
    if media and media not in html.MEDIA_TYPES:
        return None
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")  # Wget 1.19 writes <...>
    place = clean_line(url)[:MAX_FIELD_CHARACTERS] or name
    try:
        body = _decoded(_read_body(record), headers)
    except UnreadableInputError as exc:
        return SourceItem(place, problem=exc.message)
    if not (media or html.recognizes(body)) or not body.strip():
        return None
    return html.page_item(place, OriginalPage(body, charset, url or None), options)


def _read_body(record: WarcRecord) -> bytes:
    body = record.reader.read(MAX_DOCUMENT_BYTES + 1)
    if len(body) < min(record.content_length, MAX_DOCUMENT_BYTES):
        raise UnreadableInputError(WARC_CUT_SHORT())
    return _bounded(body)


def _decoded(body: bytes, headers: HeaderMap) -> bytes:
    """Return the body without its transfer and content codings (RFC 9110, 8.4; RFC 9112, 7).

    Many crawlers keep the headers of codings they have removed, so a body that looks like HTML is
    not decoded. Raise UnreadableInputError for any other that cannot be decoded.
    """
    codings = f"{headers.get('Content-Encoding') or ''},{headers.get('Transfer-Encoding') or ''}"
    for coding in reversed(codings.lower().replace(" ", "").split(",")):
        if coding and coding != "identity" and not html.recognizes(body):
            body = _decode(body, coding)
    return body


def _decode(body: bytes, coding: str) -> bytes:
    decoder = _DECODERS.get(coding)
    if decoder is None:
        raise UnreadableInputError(WARC_UNKNOWN_CODING(coding=repr(coding[:40])))
    try:
        return _bounded(decoder(BytesIO(body)).read(MAX_DOCUMENT_BYTES + 1))
    except OSError as exc:
        raise UnreadableInputError(WARC_NOT_UNPACKED(reason=one_line(exc))) from exc


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES // 1_000_000
        raise UnreadableInputError(DOCUMENT_TOO_LARGE(number=limit))
    return body
