"""Decodes bytes of unknown encoding to text."""

import codecs
import re
from io import BufferedReader

from charset_normalizer import from_bytes

from archive.errors import UnreadableInputError
from archive.wordings import BINARY, DOCUMENT_TOO_LARGE, EMPTY, UNKNOWN_ENCODING

MAX_DOCUMENT_BYTES = 10_000_000
# UTF-32 comes first: its little-endian mark begins with the mark of UTF-16.
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# The encodings pages mean by these names (Encoding Standard, 4.2); the named ones lack quotes.
_ACTUAL_ENCODINGS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "shift_jis": "cp932",
    # If the name could be read as ASCII, the page is in none of these.
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"), "utf-8"),
    **dict.fromkeys(("unicode-escape", "raw-unicode-escape", "idna", "punycode"), "utf-8"),
}
_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŸŒ"
# Not Western text: other signs, three accented letters in a row, a capital after a small letter.
_NOT_WESTERN = re.compile(
    rf"[^\x00-\x7f{_WESTERN}«»‹›‘’“”„‚…–—•·€£§°ºª²³¿¡©®\xa0]|[{_WESTERN}]{{3}}|[a-zà-ÿ][À-ÞŸŒ]"
)


def read_document(stream: BufferedReader) -> bytes:
    """Return one article's whole document. Raises UnreadableInputError if empty or too large."""
    data = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES // 1_000_000
        raise UnreadableInputError(DOCUMENT_TOO_LARGE(number=limit))
    if not data.strip():
        raise UnreadableInputError(EMPTY())
    return data


def decode_text(data: bytes, declared: str | None = None) -> str:
    """Decode by the byte order mark, as UTF-8, as declared, or by letter statistics, in this order.

    Raises UnreadableInputError if the data is binary or no encoding fits.
    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            text = _decode(data, encoding)
            return _undecodable() if text is None else text
    if b"\x00" in data[:4_096]:
        raise UnreadableInputError(BINARY())
    text = _decode(data, "utf-8") or _decode_declared(data, declared)
    return text or _guess(data)


def _guess(data: bytes) -> str:
    return _repair_utf8(data) or _as_western(data) or _likeliest(data)


def _likeliest(data: bytes) -> str:
    """Return the likeliest text; Western European, the commonest in the press, wins a tie."""
    found = from_bytes(data)
    best = found.best()
    if best is None:
        return _undecodable()
    ties = (m for m in found if (m.chaos, m.coherence) == (best.chaos, best.coherence))
    return str(next((m for m in ties if "cp1252" in m.could_be_from_charset), best))


def _repair_utf8(data: bytes) -> str | None:
    """Return UTF-8 text with a few bytes lost, which statistics would take for another encoding."""
    text = data.decode("utf-8", "replace")
    intact = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return text if intact > 10 * text.count("\ufffd") else None


def _as_western(data: bytes) -> str | None:
    """Return the text if its letters are Western; statistics cannot tell "à" from "ŕ"."""
    for encoding in ("cp1252", "mac_roman"):
        text = _decode(data, encoding)
        if text is not None and not _NOT_WESTERN.search(text):
            return text
    return None


def _decode_declared(data: bytes, declared: str | None) -> str | None:
    try:
        name = codecs.lookup(declared or "").name
    except (LookupError, ValueError):
        return None
    return _decode(data, _ACTUAL_ENCODINGS.get(name, name))


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _undecodable() -> str:
    raise UnreadableInputError(UNKNOWN_ENCODING())
