"""From bytes of unknown encoding to text."""

import codecs
import re
from io import BufferedReader

from charset_normalizer import from_bytes

from archive.errors import UnreadableInputError
from archive.wordings import BINARY, DOCUMENT_TOO_LARGE, EMPTY, UNKNOWN_ENCODING

MAX_DOCUMENT_BYTES = 10_000_000
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What pages mean by these names (Encoding Standard, 4.2); read to the letter, quotes are lost.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "shift_jis": "cp932",
    # A page whose ASCII could be read to find the name is in none of these.
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"), "utf-8"),
    **dict.fromkeys(("unicode-escape", "raw-unicode-escape", "idna", "punycode"), "utf-8"),
}
_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŸŒ"
# No western text: other signs, three accented letters in a row, a capital after a small letter.
_NOT_WESTERN = re.compile(
    rf"[^\x00-\x7f{_WESTERN}«»‹›‘’“”„‚…–—•·€£§°ºª²³¿¡©®\xa0]|[{_WESTERN}]{{3}}|[a-zà-ÿ][À-ÞŸŒ]"
)


def read_document(stream: BufferedReader) -> bytes:
    """The whole of one article's document. Raises UnreadableInputError when empty or too large."""
    data = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES // 1_000_000
        raise UnreadableInputError(DOCUMENT_TOO_LARGE(number=limit))
    if not data.strip():
        raise UnreadableInputError(EMPTY())
    return data


def decode_text(data: bytes, declared: str | None = None) -> str:
    """The text, by its byte order mark, as UTF-8, as declared, or by its letter statistics.

    Raises UnreadableInputError for binary data and for bytes no encoding explains.
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
    return _mended_utf8(data) or _as_western(data) or _likeliest(data)


def _likeliest(data: bytes) -> str:
    """The likeliest reading; between equals that of Western Europe, the commonest in the press."""
    found = from_bytes(data)
    best = found.best()
    if best is None:
        return _undecodable()
    equals = (m for m in found if (m.chaos, m.coherence) == (best.chaos, best.coherence))
    return str(next((m for m in equals if "cp1252" in m.could_be_from_charset), best))


def _mended_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bytes lost, which statistics would take for another encoding."""
    text = data.decode("utf-8", "replace")
    whole = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return text if whole > 10 * text.count("\ufffd") else None


def _as_western(data: bytes) -> str | None:
    """Statistics cannot tell western Europe from its east: "à" from "ŕ"; what is written can."""
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
    return _decode(data, _MEANT.get(name, name))


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _undecodable() -> str:
    raise UnreadableInputError(UNKNOWN_ENCODING())
