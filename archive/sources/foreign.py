"""Documents that are recognized but not read: each is refused by name, with what to do.

The bytes decide, whatever the name says: otherwise the raw bytes of a PDF called page.txt would
become an article.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

from archive.messages import Template
from archive.model import SourceItem
from archive.sources import HEAD_BYTES
from archive.sources.options import ReadOptions
from archive.wordings import FEED_LIST, MAILBOX, OFFICE_DOCUMENT, PICTURE, SAVE_AS_TEXT

_ZIPPED = rb"PK\x03\x04.{26,}"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of document: its `name`, suffixes, first bytes, and the reason why it is refused."""

    name: str
    reason: Template
    suffixes: tuple[str, ...]
    signature: re.Pattern[bytes]


def _kind(name: str, reason: Template, suffixes: str, signature: bytes) -> _Kind:
    return _Kind(name, reason, tuple(suffixes.split()), re.compile(signature, re.DOTALL))


KINDS = (
    _kind("PDF", SAVE_AS_TEXT, ".pdf", rb"\s*%PDF-\d"),
    _kind("RTF", SAVE_AS_TEXT, ".rtf", rb"\s*\{\\rtf\d"),
    _kind("PostScript", SAVE_AS_TEXT, ".ps .eps", rb"%!PS"),
    _kind("EPUB", SAVE_AS_TEXT, ".epub", _ZIPPED + rb"application/epub\+zip"),
    _kind("OpenDocument", OFFICE_DOCUMENT, ".odt .ods .odp",
          _ZIPPED + rb"application/vnd\.oasis\.opendocument"),
    _kind("Microsoft Office", OFFICE_DOCUMENT, ".docx .xlsx .pptx .docm",
          _ZIPPED + rb"(?:\[Content_Types\]\.xml|(?:word|xl|ppt)/\w+\.xml|docProps/)"),
    _kind("Microsoft Office", OFFICE_DOCUMENT, ".doc .xls .ppt .msg",
          rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    _kind("OPML", FEED_LIST, ".opml", rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml.{0,400}?)?<opml\b"),
    _kind("mbox", MAILBOX, ".mbox", rb"From \S+ +\w{3} \w{3} +\d"),
    # Without suffixes: in folders, pictures lie beside what they illustrate.
    _kind("JPEG", PICTURE, "", rb"\xff\xd8\xff"),
    _kind("PNG", PICTURE, "", rb"\x89PNG\r\n"),
    _kind("GIF", PICTURE, "", rb"GIF8[79]a"),
    _kind("WebP", PICTURE, "", rb"RIFF.{4}WEBP"),
    _kind("TIFF", PICTURE, "", rb"(?:II\*\x00|MM\x00\*)"),
    _kind("HEIF", PICTURE, "", rb".{4}ftyp(?:heic|heix|mif1|avif)"),
    _kind("SVG", PICTURE, "", rb"\s*(?:<\?xml.{0,400}?)?<svg\b"),
)  # fmt: skip
CONTENT_DECIDES = True
SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)


def recognizes(head: bytes) -> bool:
    return any(kind.signature.match(head) for kind in KINDS)


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    kinds = (kind for kind in KINDS if kind.signature.match(head))
    plain = name.lower().removesuffix(".gz")
    named = (kind for kind in KINDS if kind.suffixes and plain.endswith(kind.suffixes))
    kind = next(kinds, None) or next(named)
    yield SourceItem(name, problem=kind.reason(kind=kind.name))
