"""What outsiders' bytes reach first: each target takes any bytes and raises only what it tells."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import BufferedReader
from typing import Any, cast

from archive.errors import FieldRefusedError, UnreadableInputError
from archive.extraction.extract import declared_charset, extract_article
from archive.feed_formats.entries import draft_from_entry
from archive.feed_formats.opml import read_opml
from archive.feed_formats.parse import read_feed
from archive.feeds.decide import parse_retry_after
from archive.feeds.discover import discover_feeds
from archive.model import ArticleDraft
from archive.net.fetch import parse_content_type
from archive.sources import read_stream
from archive.text.addresses import canonical_url
from archive.text.decode import decode_text
from archive.text.normalize import normalize_draft, parse_published
from indexer.errors import QueryError
from indexer.filters import FILTER_NAMES, make_filter
from indexer.query import parse_query, plain_query
from tests.reliability.hostile.formats import write_atom, write_files, write_json_feed, write_rss

NOW = datetime(2024, 5, 1, tzinfo=UTC)
NAMES = (
    "a.html", "a.txt", "a.jsonl", "a.json", "a.csv", "a.tsv", "a.xml", "a.nitf", "a.rss",
    "a.warc", "a.warc.gz", "a.zip", "a.tar", "a.tar.gz", "a", "a.gz",
)  # fmt: skip
PLAIN = "Le gouvernement l'a dit : « 3,5 % » en 2021."
Target = Callable[[bytes], None]


def parse_any_query(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape" if data[:1] == b"s" else "replace")
    for parse in (parse_query, plain_query):
        with suppress(QueryError):
            parse(text)


def make_any_filter(data: bytes) -> None:
    after, _, rest = data.decode("utf-8", "replace").partition("\n")
    before, _, name = rest.partition("\n")
    with suppress(QueryError):
        make_filter(**{key: [name] for key in FILTER_NAMES} | {"after": after, "before": before})


def read_any_page(data: bytes) -> None:
    with suppress(UnreadableInputError):
        _normalize(extract_article(_decode(data), "https://paper.example/2021/05/x"))


def read_any_feed(data: bytes) -> None:
    with suppress(UnreadableInputError):
        document = read_feed(data, "https://paper.example/feed", NOW)
        for entry in document.entries:
            with suppress(UnreadableInputError):
                _normalize(draft_from_entry(entry, document.title or None))
    with suppress(UnreadableInputError):
        read_opml(data)


def read_any_file(data: bytes) -> None:
    """The first byte says under which name the rest comes."""
    name = NAMES[data[0] % len(NAMES)] if data else "a"
    stream = BufferedReader(cast(Any, io.BytesIO(data[1:])))
    for item in read_stream(stream, name):
        resolved = item.resolve()
        if (resolved.draft is None) == (resolved.problem is None):
            raise AssertionError(f"neither draft nor problem, or both: {resolved!r:.300}")
        if resolved.draft is not None:
            _normalize(resolved.draft)


def read_any_line(data: bytes) -> None:
    """Short texts others send: dates, addresses, headers, names of encodings."""
    text = data.decode("utf-8", "replace")
    for read in (parse_published, canonical_url):
        with suppress(FieldRefusedError):
            read(text)
    parse_retry_after(text, NOW)
    parse_content_type(text)
    declared_charset(data)
    discover_feeds(text, "https://paper.example/")
    with suppress(UnreadableInputError):
        decode_text(data, text)


TARGETS: dict[str, Target] = {
    "query": parse_any_query,
    "filter": make_any_filter,
    "page": read_any_page,
    "feed": read_any_feed,
    "file": read_any_file,
    "line": read_any_line,
}


def make_seeds() -> dict[str, list[bytes]]:
    """Small well-formed inputs for each target, from which others are made."""
    files = write_files(PLAIN, 1)
    feeds = [write([PLAIN, "b"], 1).encode() for write in (write_rss, write_atom, write_json_feed)]
    formats = [*files.items(), ("a.warc", _warc(files["a.html"])), ("a.tar", _tar(files["a.html"]))]
    formats += [("a.gz", gzip.compress(files["a.csv"], mtime=0)), ("a.zip", _zip(files["a.csv"]))]
    formats += [("a.txt", PLAIN.encode()), ("a.tsv", files["a.csv"].replace(b",", b"\t"))]
    return {
        "query": [text.encode() for text in QUERIES],
        "filter": [b"2021\n2022-05-03\nx", b"2021-12\n\n\n", b"0001-01-01\n9999-12-31\n"],
        "page": [files["a.html"], files["raw.html"]],
        "feed": [*feeds, OPML, SITEMAP, gzip.compress(feeds[0], mtime=0)],
        "file": [bytes([_place(name)]) + data for name, data in formats],
        "line": [line.encode() for line in LINES],
    }


QUERIES = (
    'missiles AND (portée OR "moyenne portée") NOT drone*', "author:\"Ana Sol\" after:2021-05",
    "-title:l'été section:monde language:fr source:afp", "S.N.C.F. 3,5 % 1 200 мир 東京 مدينة",
    "date:2020..2021 tag:a collection:2 ((a OR b) c) ~ ? * “x” «y»",
)  # fmt: skip
LINES = (
    "Tue, 04 May 2021 10:00:00 +0200", "2021-05-04T10:00:00Z", "4 mai 2021 à 10h", "2021年5月4日",
    "https://Ana@Paper.example:443/a/../b?utm_source=x&b=1#c", "text/html; charset=utf-8", "120",
    '<meta charset="x"><link rel=alternate type="application/rss+xml" href="/f">',
)  # fmt: skip
OPML = b'<opml version="2.0"><body><outline text="x" xmlUrl="http://a.example/f"/></body></opml>'
SITEMAP = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.example/1</loc>'
    b"<lastmod>2021-05-04</lastmod></url></urlset>"
)


def _place(name: str) -> int:
    known = [place for place, given in enumerate(NAMES) if given == name]
    suffix = [place for place, given in enumerate(NAMES) if name.endswith(given.removeprefix("a"))]
    return (known or suffix or [NAMES.index("a")])[0]


def _normalize(draft: ArticleDraft) -> None:
    with suppress(UnreadableInputError):
        json.dumps([remark.to_record() for remark in normalize_draft(draft).remarks])


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _warc(page: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    return (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/1\r\n"
        b"WARC-Date: 2021-03-01T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block)
    )


def _tar(page: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as packed:
        info = tarfile.TarInfo("x/a.html")
        info.size = len(page)
        packed.addfile(info, io.BytesIO(page))
    return stream.getvalue()


def _zip(table: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("x/a.csv"), table, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
