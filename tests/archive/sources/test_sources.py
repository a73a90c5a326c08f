"""`archive.sources`: every kind of place articles come from, and everything wrong with them."""

import gzip
import io
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.errors import SourceNotFoundError, UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.net.fetch import FetchedPage
from archive.sources import read_location
from archive.sources.html import read_page
from archive.sources.options import ReadOptions
from tests.support.work import at_most

TITLE = "La réforme"
BODY = "Le gouvernement a annoncé mardi une réforme des retraites, débattue dès l'été."
TEXT = f"{TITLE}\n\n{BODY}\n"
HTML = f"<!DOCTYPE html><title>x</title><article><h1>{TITLE}</h1><p>{BODY}</p></article>"
LINE = {"id": "a-1", "title": TITLE, "text": BODY}
JSONL = json.dumps(LINE) + "\n"


def read(path: Path, data: bytes | str) -> list[SourceItem]:
    """The items of a file that holds this."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return [item.resolve() for item in read_location(str(path))]


def problem(path: Path, data: bytes | str) -> str:
    (item,) = read(path, data)
    assert item.draft is None
    assert item.problem
    assert "\n" not in str(item.problem)
    return str(item.problem)


def good(item: SourceItem) -> ArticleDraft:
    assert item.draft is not None, item.problem
    return item.draft


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", TEXT),
        ("a.TEXT", TEXT),
        ("a.md", b"\xef\xbb\xbf" + TEXT.encode()),
        ("a.txt", TEXT.encode("utf-16")),
        ("a.txt", TEXT.encode("utf-32")),
        ("a.txt", TEXT.encode("cp1252")),
        ("a.html", HTML),
        ("a.htm", HTML.replace("<title>", "<meta charset=latin-1><title>").encode("latin-1")),
        ("a.html", HTML.encode("utf-16")),
        ("a.jsonl", JSONL),
        ("a.ndjson", b"\xef\xbb\xbf" + JSONL.encode()),
        ("a.jsonl.gz", gzip.compress(JSONL.encode(), mtime=0)),
        ("a.jsonl", gzip.compress(JSONL.encode(), mtime=0)),
        ("a.unknown", TEXT),
        ("a", HTML),
        ("a.json", JSONL),
        ("a.json", json.dumps(LINE, indent=2)),
        ("a.json", json.dumps([LINE])),
        ("a", json.dumps(LINE, indent=2)),
        ("a.gz", gzip.compress(JSONL.encode(), mtime=0)),
        ("a.txt.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("a.html.gz", gzip.compress(HTML.encode(), mtime=0)),
        ("a.htm", gzip.compress(HTML.encode(), mtime=0)),
    ],
)
def test_one_article_in_every_format(tmp_path: Path, name: str, data: bytes | str) -> None:
    (item,) = read(tmp_path / name, data)
    assert (good(item).title, good(item).paragraphs) == (TITLE, (BODY,))


def test_a_single_line_is_a_text_without_a_title(tmp_path: Path) -> None:
    (item,) = read(tmp_path / "a.txt", BODY)
    assert (good(item).title, good(item).paragraphs) == ("", (BODY,))


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(100), "binary data, not text"),
        (b"a" * 10_000_001, "over 10 MB; one article is expected to be smaller"),
    ],
)
def test_what_is_no_document(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    assert problem(tmp_path / name, data) == reason


def test_a_byte_order_mark_alone_is_empty(tmp_path: Path) -> None:
    assert problem(tmp_path / "a.txt", b"\xef\xbb\xbf") == "empty"


def test_utf_16_cut_in_half_is_undecodable(tmp_path: Path) -> None:
    reason = "not text in any known encoding; save it as UTF-8 and try again"
    assert problem(tmp_path / "a.txt", "é".encode("utf-16") + b"\x00") == reason


def test_a_page_without_an_article(tmp_path: Path) -> None:
    reason = "no article found in this page; paste its text instead"
    assert problem(tmp_path / "a.html", "<html><body><nav>Menu</nav></body></html>") == reason


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<table>", "<ul><li>", "<p><a>"])
def test_ten_thousand_nested_tags_end_soon(tmp_path: Path, opening: str) -> None:
    with at_most(10):
        (item,) = read(tmp_path / "a.html", opening * 10_000 + BODY)
        assert item.draft or item.problem


def test_an_encoding_that_explodes_spoils_nothing(tmp_path: Path) -> None:
    page = HTML.replace("<title>", "<meta charset=undefined><title>")
    (item,) = read(tmp_path / "a.html", page.encode("cp1252"))
    assert good(item).paragraphs == (BODY,)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "not JSON: "),
        (b'{"text": "\xff"}', "not JSON: "),
        ("[" * 100_000, "not JSON: "),
        ('{"a":' * 100_000, "not JSON: "),
        ("9" * 5_000, "not JSON: "),
        ("1", "not a JSON object with a title and a text"),
        ('{"title": "x", "kop": "y"}', "no text among the fields: title, kop; "),
        (b'{"text": "' + b"a" * 10_000_000 + b'"}', "line over 10 MB"),
    ],
)
def test_a_broken_line_between_two_good_ones(
    tmp_path: Path, line: bytes | str, reason: str
) -> None:
    path = tmp_path / "a.jsonl"
    middle = line.encode() if isinstance(line, str) else line
    before, broken, after = read(path, JSONL.encode() + b"\n" + middle + b"\n" + JSONL.encode())
    assert good(before) == good(after)
    assert broken.name == f"{path}:3"
    assert broken.problem
    assert str(broken.problem).startswith(reason)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"id": 7}, "7"),
        ({"id": "b\n\ud8002"}, "b 2"),
        ({"id": " "}, ""),
        ({"id": [1]}, ""),
        ({}, ""),
    ],
)
def test_the_name_of_a_line(tmp_path: Path, fields: dict[str, Any], name: str) -> None:
    path = tmp_path / "a.jsonl"
    (item,) = read(path, json.dumps({"text": BODY} | fields))
    assert item.name == (name or f"{path}:1")


def test_the_fields_of_a_line(tmp_path: Path) -> None:
    record = {"paragraphs": ["Un", "Deux"], "authors": ["Ana", 1], "source": "S", "url": "u"}
    lists, words, none = read(
        tmp_path / "a.jsonl",
        "\n".join(
            map(json.dumps, [record, {"text": "Un\nDeux", "authors": "Ana"}, {"title": "x"}])
        ),
    )
    assert good(lists) == ArticleDraft("", ("Un", "Deux"), "S", ("Ana",), "u")
    assert (good(words).paragraphs, good(words).authors) == (("Un", "Deux"), ("Ana",))
    assert none.draft is None


def test_a_cut_gzip_keeps_the_items_before_the_cut(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps(LINE | {"id": n, "x": str(hash(n * 1.1))}) + "\n" for n in range(5_000)
    )
    *kept, last = read(tmp_path / "a.jsonl.gz", gzip.compress(lines.encode(), mtime=0)[:-5_000])
    assert len(kept) > 1_000
    assert all(good(item).paragraphs == (BODY,) for item in kept)
    assert last.name == f"{tmp_path / 'a.jsonl.gz'}:{len(kept) + 1}"
    assert last.problem
    assert str(last.problem).startswith("damaged from here on: ")


def test_gzip_packed_twice_is_refused(tmp_path: Path) -> None:
    data = gzip.compress(gzip.compress(TEXT.encode(), mtime=0))
    reason = "packed twice with gzip; unpack it once, then add it"
    assert problem(tmp_path / "a.txt.gz", data) == reason


@pytest.mark.parametrize("name", ["a.txt.gz", "a.html.gz", "a.xml.gz", "a.json.gz"])
@pytest.mark.parametrize("kept_bytes", [5, 20, 60])
def test_damaged_gzip_is_an_outcome(tmp_path: Path, name: str, kept_bytes: int) -> None:
    items = read(tmp_path / name, gzip.compress(TEXT.encode(), mtime=0)[:kept_bytes])
    assert "damaged" in str(items[-1].problem)


def test_a_gzip_bomb_is_stopped_early(tmp_path: Path) -> None:
    items = read(tmp_path / "a.jsonl.gz", gzip.compress((b" " * 9_999 + b"\n") * 7_000, 9))
    assert "times its size, as bombs do" in str(items[-1].problem)


def test_a_folder_in_order_without_hidden_files_what_is_passed_over_last(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/.hidden.txt", ".git/c.txt", "picture.png", "c.TXT"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT)
    names = [item.name for item in read_location(str(tmp_path))]
    assert names == [str(tmp_path / name) for name in ("a/z.md", "b.txt", "c.TXT", "")]


@pytest.mark.parametrize("data", [TEXT, HTML, JSONL])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data.encode())))
    monkeypatch.setattr(sys, "stdin", stream)
    (item,) = read_location("-")
    assert good(item.resolve()).paragraphs == (BODY,)


@pytest.mark.parametrize("location", ["", "no such file", "a" * 5_000, "a\x00b", "ftp://a.org/"])
def test_what_is_not_there(location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if location:
        with pytest.raises(SourceNotFoundError, match="no file, folder or web address"):
            read_location(location)
    else:
        assert list(read_location(location)) == []


@pytest.fixture
def server() -> Iterator[str]:
    """The origin of a server on loopback that answers anything with an error."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as httpd:
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_a_private_web_address_is_refused(server: str, scheme: str) -> None:
    url = server.replace("http", scheme) + "/article"
    (item,) = read_location(url)
    assert item.name == url
    assert item.draft is None
    assert item.problem
    assert "leads to 127.0.0.1, which is not a public address" in str(item.problem)


def fetched(body: str, content_type: str) -> FetchedPage:
    return FetchedPage("https://a.org/x", content_type, "utf-8", body.encode(), 200, {})


def test_a_fetched_page() -> None:
    for body, kind in ((HTML, "text/html"), (HTML, "application/xhtml+xml"), (TEXT, "text/plain")):
        draft = good(read_page(fetched(body, kind), "name", ReadOptions()).resolve())
        assert (draft.title, draft.paragraphs, draft.url) == (TITLE, (BODY,), "https://a.org/x")
    for kind, named in (("application/pdf", "application/pdf"), ("", "no media type")):
        with pytest.raises(UnreadableInputError, match=f"not a web page \\({named}\\)"):
            read_page(fetched(HTML, kind), "name", ReadOptions())
