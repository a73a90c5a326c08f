"""Turns untrusted XML into text that is safe for any parser. Pure.

In any encoding, the document type declaration is removed before a parser sees the text. No entities
except XML's own five and HTML's named characters remain, so nothing can expand (billion
laughs, CWE-776) or reach a file (CWE-611), and no parser's own limits are relied on.
"""

import codecs
import re

from archive.text.decode import decode_text

MIN_BYTES_PER_NUL = 100
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_DECLARATION = re.compile(r"\A<\?xml\b[^>]*?\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})[\"']")
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_DOCTYPE_PARTS = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|\"[^\"]*\"|'[^']*'|[\[\]>]", re.DOTALL
)
_MISC = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_REFERENCE = re.compile(r"&#(?:x0*([0-9a-fA-F]{1,6})|0*(\d{1,7}));")


def replace_forbidden(text: str, replacement: str) -> str:
    """Return the text with every character that XML 1.0 forbids (2.2) replaced."""
    return _FORBIDDEN.sub(replacement, text)


def decode_xml(data: bytes, charset: str | None = None) -> str:
    """Return the document's text without XML declaration, DOCTYPE and forbidden characters.

    It is decoded by byte order mark, as UTF-8, as HTTP or itself declares, or by its letters, as
    wrong declarations are common. Raises UnreadableInputError if it is no text.
    """
    data = data.removeprefix(codecs.BOM_UTF8)  # other encodings may follow it
    declared = _DECLARED.search(data[:1_024])
    text = _decode_wide(data) or decode_text(
        _drop_strays(data), charset or (declared and declared[1].decode())
    )
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"))
    return replace_forbidden(_drop_references(drop_doctype(text)), " ")


def drop_doctype(text: str) -> str:
    """Return the text without DOCTYPE and internal subset; no entity declaration remains."""
    start = _end_of_misc(text)
    if _DOCTYPE.match(text, start):
        text = text[:start] + text[_end_of_doctype(text, start) :]
    return _ENTITY.sub("&lt;!ENTITY", text)  # in a second or misplaced DOCTYPE


def _decode_wide(data: bytes) -> str | None:
    """Decode UTF-16 without a byte order mark, known by its "<" (XML 1.0, appendix F)."""
    for start, name in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if data.startswith(start):
            return codecs.decode(data, name, "replace")
    return None


def _drop_strays(data: bytes) -> bytes:
    """Remove the few NUL bytes a broken writer left; data with many is not text."""
    few = data.count(b"\x00") * MIN_BYTES_PER_NUL < len(data)
    return data.replace(b"\x00", b"") if few and not data.startswith(_WIDE_MARKS) else data


def _end_of_misc(text: str) -> int:
    """Return where the leading comments, instructions and space end (XML 1.0, 2.8)."""
    place = 0
    while found := _MISC.match(text, place):
        place = found.end()
    return place


def _end_of_doctype(text: str, start: int) -> int:
    """Return where the declaration ends; ignore brackets in quotes and comments."""
    inside = False
    for found in _DOCTYPE_PARTS.finditer(text, start):
        if found[0] in "[]":
            inside = found[0] == "["
        elif found[0] == ">" and not inside:
            return found.end()
    return len(text)


def _drop_references(text: str) -> str:
    return _FORBIDDEN_REFERENCE.sub(_allowed_reference, text)


def _allowed_reference(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    if number > 0x10FFFF or _FORBIDDEN.match(chr(number)):
        return " "
    return found[0]
