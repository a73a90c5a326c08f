"""What is not read here is refused by name, whatever it is called; nothing of it is an article."""

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archive.sources import read_location

PDF = b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n<</Type/Catalog>>\nendobj\nLe conseil a vote.\n%%EOF\n"
RTF = rb"{\rtf1\ansi\deff0 La passerelle est vot\'e9e\par}"
OPML = b'<?xml version="1.0"?>\n<opml version="2.0"><body><outline xmlUrl="https://a.example/f"/></body></opml>'
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00Exif et quelques mots lisibles au milieu\xff\xd9"


def zipped(*names: str, stored: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        if stored:
            parts.writestr("mimetype", stored)
        for name in names:
            parts.writestr(name, "<x>La passerelle est votée.</x>")
    return packed.getvalue()


@pytest.mark.parametrize("name", ["{}", "page.txt", "page.html", "page.xml", "page", "page.jsonl"])
@pytest.mark.parametrize(
    ("usual", "data", "named"),
    [
        ("a.pdf", PDF, "PDF"),
        ("a.rtf", RTF, "RTF"),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), "Microsoft Office"),
        ("a.odt", zipped("content.xml", stored="application/vnd.oasis.opendocument.text"),
         "OpenDocument"),
        ("a.epub", zipped("a.xhtml", stored="application/epub+zip"), "EPUB"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00mots" * 50, "Microsoft Office"),
        ("a.opml", OPML, "feeds import"),
        ("a.jpg", JPEG, "JPEG"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"tEXtquelques mots" * 9, "PNG"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><text>Mots</text></svg>', "SVG"),
        ("a.mbox", b"From ana@a.example Fri Dec  3 14:05:00 2021\nSubject: Un\n\nUn texte.\n",
         "mailbox"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_it_is_refused_by_name(read: Any, name: str, usual: str, data: bytes, named: str) -> None:
    (item,) = read(name.format(usual), data)
    assert item.draft is None
    assert named in str(item.problem)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.opml", "a.rtf"])
def test_the_name_alone_does_not_make_an_article(read: Any, name: str) -> None:
    (item,) = read(name, "Un titre\n\nUn texte.")
    assert item.draft is None


@pytest.mark.parametrize(
    "text", ["PDF : le format\n\nUn texte sur %PDF-1.4.", "GIF, mode d'emploi\n\nUn texte."]
)
def test_texts_about_formats_are_texts(draft: Any, text: str) -> None:
    assert len(draft("a.txt", text).paragraphs) == 1


def test_a_folder_names_what_it_passes_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Un titre\n\nUn texte.")
    (tmp_path / "b.pdf").write_bytes(PDF)
    (tmp_path / "sub").mkdir()
    for name in ("c.css", "photo.jpg", ".hidden", "sub/d.xyz"):
        (tmp_path / name).write_bytes(b"x")
    items = [item.resolve() for item in read_location(str(tmp_path))]
    problems = {Path(item.name).name: str(item.problem) for item in items if item.problem}
    assert "PDF" in problems["b.pdf"]
    assert (
        problems[tmp_path.name] == "3 files of no known format passed over: c.css, photo.jpg, d.xyz"
    )
    assert len(items) == 3


@pytest.mark.parametrize("name", ["x.pdf.gz", "x.docx.gz"])
def test_a_packed_file_with_such_a_name_is_refused(read: Any, name: str) -> None:
    (item,) = read(name, gzip.compress(b"Un titre\n\nUn texte."))
    assert item.draft is None
