"""WARC: which records are pages, how bodies are decoded, and what damage costs."""

import gzip
import zlib
from typing import Any

import brotli
import pytest

from archive.intake.ingest import ingest
from archive.model import OriginalPage
from archive.store.articles import ArticleStore

TEXT = (
    "Le gouvernement a annoncé mardi une réforme des retraites, débattue dès l'été au Parlement.",
    "Les syndicats appellent à une journée de grève le mois prochain dans tout le pays.",
    "Le texte sera examiné en commission avant la fin de la session, selon le ministre.",
)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
HTML = f"<!DOCTYPE html><title>x</title><body><article><h1>La réforme</h1>{BODY}</article></body>"
HEADERS = "Content-Type: text/html; charset=utf-8\r\n"
CRLF = b"\r\n"


def record(
    kind: str,
    block: bytes,
    url: str = "http://a.org/1",
    media: str = "application/http; msgtype=response",
    date: str = "2021-03-01T10:00:00Z",
) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: {date}\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + CRLF * 2


def response(
    body: bytes | str = HTML, headers: str = HEADERS, status: int = 200, url: str = "http://a.org/1"
) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    return record("response", f"HTTP/1.1 {status} X\r\n{headers}\r\n".encode() + data, url)


def chunked(data: bytes) -> bytes:
    parts = [data[i : i + 50] for i in range(0, len(data), 50)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_the_page_its_address_and_its_bytes(read: Any) -> None:
    (item,) = read("a.warc", response(url="http://a.org/1"))
    assert item.name == item.draft.url == item.page.url == "http://a.org/1"
    assert (item.draft.title, item.draft.paragraphs) == ("La réforme", TEXT)
    assert (item.page.data, item.page.charset) == (HTML.encode(), "utf-8")


@pytest.mark.parametrize("media", ["text/html", "text/html; charset=utf-8", "text/html; x=1"])
def test_a_resource_is_a_page_too(read: Any, media: str) -> None:
    (item,) = read("a.warc", record("resource", HTML.encode(), media=media))
    assert (item.draft.title, item.draft.paragraphs) == ("La réforme", TEXT)
    assert item.draft.url == "http://a.org/1"


def test_resources_that_are_no_pages_are_passed_over(read: Any) -> None:
    data = record("resource", b"\x89PNG", media="image/png") + record(
        "resource", b'{"pages": []}', url="urn:pageinfo:http://a.org/1", media="application/json"
    )
    (item,) = read("a.warc", data + record("resource", HTML.encode(), "file:///1", "text/html"))
    assert (item.name, item.draft.url) == ("file:///1", None)


@pytest.mark.parametrize(
    ("date", "captured"),
    [
        ("2021-03-01T10:00:00Z", "2021-03-01T10:00:00Z"),
        ("2021-03-01T10:00:00.123456789Z", "2021-03-01T10:00:00Z"),
        ("2021-03-01T10:00:00+02:00", "2021-03-01T08:00:00Z"),
        ("2021-03", None),
        ("soon", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_page_is_of_the_time_of_its_capture(read: Any, date: str, captured: str | None) -> None:
    (item,) = read("a.warc", record("resource", HTML.encode(), media="text/html", date=date))
    assert item.draft.captured == captured


def test_snapshots_of_one_page_are_its_versions_in_whatever_order(
    read: Any, store: ArticleStore
) -> None:
    def snapshot(day: int, url: str) -> bytes:
        page = HTML.replace("mardi", f"le {day} mars").encode()
        return record("resource", page, url, "text/html", f"2021-03-0{day}T10:00:00Z")

    data = (
        snapshot(2, "http://www.a.org/1")
        + snapshot(3, "https://a.org/1/")
        + snapshot(1, "https://a.org/1")
    )
    outcomes = list(ingest(read("a.warc", data), store))
    assert [one.outcome for one in outcomes] == ["added", "updated", "updated"]
    for version, day in zip(store.versions(1), (3, 2, 1), strict=True):
        assert version.since == f"2021-03-0{day}T10:00:00Z"
        assert f"le {day} mars" in version.text
    assert "le 3 mars" in store.get(1).text
    assert "le 3 mars" in (store.page_of(1) or OriginalPage(b"")).data.decode()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a", "a.gz"])
@pytest.mark.parametrize("by_record", [True, False])
def test_gzip_by_record_or_as_a_whole(read: Any, name: str, by_record: bool) -> None:
    records = [response(url=f"http://a.org/{n}") for n in range(3)]
    data = b"".join(map(gzip.compress, records)) if by_record else gzip.compress(b"".join(records))
    assert [item.name for item in read(name, data)] == [f"http://a.org/{n}" for n in range(3)]


def test_records_that_are_no_pages_are_passed_over(read: Any) -> None:
    data = (
        record("warcinfo", b"software: x\r\n")
        + record("request", b"GET / HTTP/1.1\r\n\r\n")
        + record("revisit", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        + record("metadata", b"x: y\r\n")
        + record("response", b"a.org. 1 IN A 1.2.3.4", "dns:a.org")
        + response(status=404)
        + response(status=301)
        + response(b"\x89PNG", "Content-Type: image/png\r\n")
        + response(b"\x89PNG", "")
        + response(b"")
        + response(url="http://a.org/last")
    )
    assert [item.name for item in read("a.warc", data)] == ["http://a.org/last"]


def test_html_without_a_content_type_and_an_address_in_brackets(read: Any) -> None:
    (item,) = read("a.warc", response(headers="", url="<http://a.org/1>"))
    assert (item.name, item.draft.title) == ("http://a.org/1", "La réforme")


def test_the_charset_of_the_header(read: Any) -> None:
    latin = "Content-Type: text/html; charset=ISO-8859-1\r\n"
    (item,) = read("a.warc", response(HTML.encode("latin-1"), latin))
    assert item.draft.paragraphs == TEXT


DATA = HTML.encode()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("Content-Encoding: gzip", gzip.compress(DATA)),
        ("Content-Encoding: deflate", zlib.compress(DATA)),
        ("Content-Encoding: br", brotli.compress(DATA)),
        ("Content-Encoding: identity", DATA),
        ("Transfer-Encoding: chunked", chunked(DATA)),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip", chunked(gzip.compress(DATA))),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: br", DATA),  # undone by the crawler
    ],
)
def test_codings(read: Any, coding: str, body: bytes) -> None:
    (item,) = read("a.warc", response(body, f"{HEADERS}{coding}\r\n"))
    assert item.draft.paragraphs == TEXT


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", gzip.compress(bytes(50_000_000)), "over 10 MB"),
        ("br", brotli.compress(bytes(50_000_000), quality=2), "over 10 MB"),
        ("gzip", b"\x00\x01\x02 no gzip", "a page that cannot be unpacked: "),
        ("x-strange", b"\x00\x01", "a page packed as 'x-strange', which cannot be read"),
        ("identity", b"<html>" + b"a" * 10_000_001, "over 10 MB"),
    ],
)
def test_a_body_that_cannot_be_had_spoils_no_other(
    read: Any, coding: str, body: bytes, reason: str
) -> None:
    bad = response(body, f"{HEADERS}Content-Encoding: {coding}\r\n")
    broken, good = read("a.warc", bad + response(url="http://a.org/2"))
    assert str(broken.problem).startswith(reason)
    assert good.draft.paragraphs == TEXT


def test_a_page_without_an_article_spoils_no_other(read: Any) -> None:
    broken, good = read("a.warc", response("<html><nav>Menu</nav></html>") + response())
    assert broken.problem
    assert good.draft


def test_a_file_cut_in_the_middle_keeps_the_pages_before(read: Any) -> None:
    first, cut = read("a.warc", response() + response(url="http://a.org/2")[:-100])
    assert first.draft
    assert (cut.name, str(cut.problem)) == (
        "http://a.org/2",
        "the web archive is cut short in this page; get it again",
    )


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_a_gzip_cut_in_the_middle_keeps_the_pages_before(read: Any, cut: int) -> None:
    data = b"".join(gzip.compress(response(url=f"http://a.org/{n}")) for n in range(20))
    items = read("a.warc.gz", data[:-cut])
    assert sum(item.draft is not None for item in items) >= 19
    assert "damaged" in str(items[-1].problem)


def test_damage_in_the_middle_of_a_gzip_is_told(read: Any) -> None:
    data = bytearray(b"".join(gzip.compress(response()) for _ in range(20)))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    items = read("a.warc.gz", bytes(data))
    assert len(items) > 5
    assert str(items[-1].problem).startswith("damaged from here on")


@pytest.mark.parametrize("data", [b"WARC/1.1\r\n" + b"a" * 100_000, b"no warc", bytes(100)])
def test_what_is_no_warc(problem: Any, data: bytes) -> None:
    assert problem("a.warc", data).startswith("damaged from here on: ")


@pytest.mark.parametrize("data", [b"", b"WARC/1.1\r\nx", record("warcinfo", b"x: y")])
def test_a_web_archive_without_pages(problem: Any, data: bytes) -> None:
    assert problem("a.warc", data) == "no HTML page in this web archive"


def test_a_record_without_its_length_is_told(read: Any) -> None:
    broken = response().replace(b"Content-Length", b"Xontent-Length", 1)
    first, told = read("a.warc", response() + broken)
    assert first.draft
    assert str(told.problem).startswith("damaged from here on: ")
