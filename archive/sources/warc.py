"""Web archives: the HTML pages of a WARC file (ISO 28500), one record at a time.

Responses with status 200 and resources are pages if their content is HTML; requests, revisits,
redirects, images and all other records of a crawl are skipped. A page is of the time at which it
was captured.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
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
from archive.text.normalize import format_utc
from archive.wordings import (
    DAMAGED_FROM_HERE,
    DOCUMENT_TOO_LARGE,
    NO_PAGE_IN_WARC,
    WARC_CUT_SHORT,
    WARC_NOT_UNPACKED,
    WARC_UNKNOWN_CODING,
)

SUFFIXES = (".warc",)
_RECORD_TYPES = WarcRecordType.response | WarcRecordType.resource
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
        for record in ArchiveIterator(source, record_types=_RECORD_TYPES):
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
    headers = _content_headers(record)
    if headers is None:
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
    address = url if url.lower().startswith(("http://", "https://")) else None
    page = html.page_item(place, OriginalPage(body, charset, address), options)
    return page.complete(captured=_capture_time(record))


def _content_headers(record: WarcRecord) -> HeaderMap | None:
    """Return the headers about a record's content: those of a good response, or a resource's own.

    Return None if it has none.
    """
    if record.record_type == WarcRecordType.resource:
        return record.headers
    headers = record.http_headers if record.is_http else None
    return headers if headers is not None and headers.status_code == 200 else None


def _capture_time(record: WarcRecord) -> str | None:
    """Return the WARC-Date (ISO 28500, 5.4) in UTC, or None if it is no moment."""
    try:
        moment = datetime.fromisoformat((record.headers.get("WARC-Date") or "").strip())
        return format_utc(moment) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


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
