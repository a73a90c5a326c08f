"""From bytes of unknown encoding to text."""

import codecs
from io import BufferedReader

from charset_normalizer import from_bytes

from archive.errors import UnreadableInputError

LARGEST_DOCUMENT_BYTES = 10_000_000
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_document(stream: BufferedReader) -> bytes:
    """The whole of one article's document. Raises UnreadableInputError when empty or too large."""
    data = stream.read(LARGEST_DOCUMENT_BYTES + 1)
    if len(data) > LARGEST_DOCUMENT_BYTES:
        limit = LARGEST_DOCUMENT_BYTES // 1_000_000
        raise UnreadableInputError(f"over {limit} MB; one article is expected to be smaller")
    if not data.strip():
        raise UnreadableInputError("empty")
    return data


def decode_text(data: bytes, declared: str | None = None) -> str:
    """The text, by its byte order mark, as UTF-8, as declared, or by its letter statistics.

    Raises UnreadableInputError for binary data and for bytes no encoding explains.
    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return _decode(data, encoding) or _undecodable()
    if b"\x00" in data[:4_096]:
        raise UnreadableInputError("binary data, not text")
    text = _decode(data, "utf-8") or (_decode(data, declared) if declared else None)
    return text or _guess(data)


def _guess(data: bytes) -> str:
    best = from_bytes(data).best()
    return str(best) if best is not None else _undecodable()


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _undecodable() -> str:
    raise UnreadableInputError("not text in any encoding known; save it as UTF-8 and try again")
