"""Zip, tar and gzip of any format: what is read, what is refused, and that the rest goes on."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from archive.sources import read_stream
from archive.sources.shared import unpack

TEXT = "La réforme\n\nLe gouvernement a annoncé une réforme.\n"
JSONL = '{"id": "a", "title": "La réforme", "text": "x"}\n' * 2
CSV = "title,text\nLa réforme,x\n"
Files = Mapping[str, str | bytes]


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(files: Files, mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            content = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def special(kind: bytes, name: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type = kind
        info.linkname = "/etc/passwd"
        archive.addfile(info)
    return stream.getvalue()[:512]


def titles(items: list[Any]) -> list[str]:
    return [item.draft.title for item in items if item.draft]


FILES: Files = {
    "d/a.txt": TEXT,
    "b.jsonl": JSONL,
    "c.csv": CSV,
    "d.txt.gz": gzip.compress(TEXT.encode()),
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(FILES)),
        ("a.zip", zipped(FILES, zipfile.ZIP_BZIP2)),
        ("a.zip", zipped(FILES, zipfile.ZIP_LZMA)),
        ("a.tar", tarred(FILES)),
        ("a.tar.gz", tarred(FILES, "w:gz")),
        ("a.tgz", tarred(FILES, "w:gz")),
        ("a.bin", zipped(FILES)),
        ("a", tarred(FILES)),
        ("a", tarred(FILES, "w:gz")),
    ],
)
def test_every_member_of_every_archive(read: Any, name: str, data: bytes) -> None:
    items = read(name, data)
    assert titles(items) == ["La réforme"] * 5
    assert [item.name for item in items] == [
        *(f"{name}/d/a.txt", "a", "a"),
        *(f"{name}/c.csv:2", f"{name}/d.txt.gz"),
    ]


def test_hidden_files_folders_and_other_formats_are_passed_over(read: Any) -> None:
    files = {"__MACOSX/._a.txt": "x", ".git/a.txt": "x", "d/": "", "a.png": "x", "./b.txt": TEXT}
    for data in (zipped(files), tarred({k: v for k, v in files.items() if k != "d/"})):
        (item,) = read("a.zip", data)
        assert item.name == "a.zip/./b.txt"


@pytest.mark.parametrize(
    "name",
    ["../a.txt", "d/../../a.txt", "/etc/a.txt", "C:\\a.txt", "..\\a.txt", "\\\\host\\a.txt", ".."],
)
def test_a_path_that_climbs_out_is_refused(read: Any, name: str) -> None:
    for data in (zipped({name: TEXT, "b.txt": TEXT}), tarred({name: TEXT, "b.txt": TEXT})):
        hostile, good = read("a.zip", data)
        assert str(hostile.problem) == "its path leads out of the archive; not read"
        assert good.draft


def test_nothing_is_written(read: Any) -> None:
    read("a.zip", zipped({"d/a.txt": TEXT, "b.txt": TEXT}))
    assert [path.name for path in Path().iterdir()] == ["a.zip"]


def test_an_archive_in_an_archive_but_no_deeper(read: Any) -> None:
    inner = {"i.zip": zipped({"a.txt": TEXT, "t.tgz": tarred({"x.txt": TEXT}, "w:gz")})}
    for data in (zipped(inner), tarred(inner), tarred(inner, "w:gz")):
        good, refused = read("a.zip", data)
        assert (good.name, good.draft.title) == ("a.zip/i.zip/a.txt", "La réforme")
        assert refused.name == "a.zip/i.zip/t.tgz"
        assert str(refused.problem) == "an archive inside two others; unpack the outer one first"


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar(read: Any, kind: bytes) -> None:
    odd, good = read("a.tar", special(kind, "odd.txt") + tarred({"b.txt": TEXT}))
    assert str(odd.problem) == "a link or a device, not a file; not followed"
    assert good.draft


def test_a_link_in_a_zip(read: Any) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("odd.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("b.txt", TEXT)
    odd, good = read("a.zip", stream.getvalue())
    assert str(odd.problem) == "a link, not a file; not followed"
    assert good.draft


def test_an_encrypted_member(read: Any) -> None:
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}))
    data[6] |= 1  # the flag in the local header, then in the central directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    odd, good = read("a.zip", bytes(data))
    assert str(odd.problem) == "encrypted; unpack it with its password first"
    assert good.draft


def test_an_unknown_compression(read: Any) -> None:
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}))
    data[data.index(b"PK\x01\x02") + 10] = 99
    odd, good = read("a.zip", bytes(data))
    assert str(odd.problem).startswith("damaged: That compression method is not supported")
    assert good.draft


def test_a_damaged_member_spoils_no_other(read: Any) -> None:
    data = bytearray(zipped({"a.txt": TEXT * 9, "b.txt": TEXT}))
    data[40:50] = bytes(10)
    odd, good = read("a.zip", bytes(data))
    assert str(odd.problem).startswith("damaged: ")
    assert good.draft


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_a_zip_without_its_directory(problem: Any, cut: int) -> None:
    assert problem("a.zip", zipped(FILES)[:-cut]).startswith("damaged from here on: ")


@pytest.mark.parametrize("data", [b"", b"x" * 2_000, b"PK\x03\x04"])
@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_what_is_no_archive(problem: Any, name: str, data: bytes) -> None:
    assert problem(name, data).startswith("damaged from here on: ")


def test_a_cut_tar_keeps_the_members_before(read: Any) -> None:
    files = {f"{n}.txt": TEXT + "x" * 2_000 for n in range(5)}
    *kept, last = read("a.tar", tarred(files)[: 3 * 3_072 + 800])
    assert titles(kept)[:3] == ["La réforme"] * 3
    assert "damaged" in str(last.problem)


def test_a_cut_tar_gz_keeps_the_members_before(read: Any) -> None:
    files = {f"{n}.txt": f"{TEXT}{hash(n * 1.1)}" for n in range(500)}
    *kept, last = read("a.tar.gz", tarred(files, "w:gz")[:-2_000])
    assert len(titles(kept)) > 100
    assert "damaged" in str(last.problem)


def test_a_large_document_in_an_archive(read: Any) -> None:
    big, good = read("a.zip", zipped({"a.txt": b"a" * 12_000_000, "b.txt": TEXT}))
    assert str(big.problem) == "over 10 MB; one article is expected to be smaller"
    assert good.draft


def test_a_zip_bomb_is_stopped(read: Any) -> None:
    rows = (b" " * 9_999 + b"\n") * 7_000
    *_, last = read("a.zip", zipped({"a.jsonl": rows, "b.txt": TEXT}))
    assert str(last.problem) == (
        "unpacks to over 200 times its size, as bombs do; unpack it yourself if you trust it"
    )


def test_forged_sizes_do_not_hide_a_bomb(read: Any) -> None:
    data = bytearray(zipped({"a.jsonl": (b" " * 9_999 + b"\n") * 7_000}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 20 : entry + 24] = struct.pack("<I", 0x7FFFFFFF)
    items = read("a.zip", bytes(data))
    assert "damaged" in str(items[-1].problem) or "as bombs do" in str(items[-1].problem)


def test_the_cap_on_all_that_is_unpacked(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 1_000)
    items = read("a.zip", zipped({f"{n}.txt": TEXT * 4 for n in range(9)}))
    assert 1 <= len(titles(items)) < 9
    assert "add it in parts" in str(items[-1].problem)


def test_a_tar_header_that_asks_for_memory(problem: Any) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 3_000_000_000
    assert problem("a.tar", info.tobuf(tarfile.GNU_FORMAT) + bytes(2_000)) == (
        "damaged from here on: a header of over 1 MB"
    )


def test_a_zip_that_cannot_be_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    stream = io.BufferedReader(Pipe(zipped({"a.txt": TEXT})))  # type: ignore[arg-type]
    assert titles(list(read_stream(stream, "standard input"))) == ["La réforme"]


def test_of_a_web_archive_only_the_pages_are_read(read: Any) -> None:
    """Its lists of pages and its indexes are JSON lines too (WACZ 1.1.1)."""
    text = b"<p>Le conseil municipal a vot\xc3\xa9 lundi soir la construction du pont.</p>" * 3
    page = b"<html><body><article><h1>Un titre</h1>%s</article></body></html>" % text
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    record = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/p\r\n"
        b"WARC-Date: 2021-12-03T10:00:00Z\r\nContent-Type: application/http;msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(response), response)
    )
    files = {
        "archive/data.warc.gz": gzip.compress(record),
        "pages/pages.jsonl": '{"title": "Un titre | Menu", "text": "Menu Un texte"}\n',
        "indexes/index.cdx": "x",
        "datapackage.json": '{"profile": "data-package"}',
    }
    items = read("crawl.wacz", zipped(files))
    assert [item.draft.url for item in items] == ["https://a.example/p"]
