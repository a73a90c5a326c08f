"""Lines of text of unknown encoding, decoded as they are read, each of bounded length."""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from charset_normalizer import from_bytes

from archive.text.decode import MAX_DOCUMENT_BYTES

SAMPLE_BYTES = 1 << 16
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first begins with that of UTF-16
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# One language to statistics; the error handler reads it.
_WESTERN_KIN = ("cp1252", "latin_1", "cp1250", "iso8859_15", "cp1254", "iso8859_9", "iso8859_2")
_WESTERN = "hemero-western"  # the name of an error handler: what is no UTF-8 is read as cp1252


def _as_western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error(_WESTERN, _as_western)


def text_lines(stream: BufferedReader) -> Iterator[str]:
    """The lines with their ends; of one over 10 MB its beginning, a character more than that.

    Never fails on an encoding: it is told by its mark or by the first bytes, and UTF-8 may have
    stretches of cp1252 in it. Raises UnreadableInputError where the stream is damaged.
    """
    encoding = sniff_encoding(stream.peek(SAMPLE_BYTES)[:SAMPLE_BYTES])
    errors = _WESTERN if encoding == "utf-8-sig" else "replace"
    text = TextIOWrapper(stream, encoding, errors, newline="")
    try:
        while line := text.readline(MAX_DOCUMENT_BYTES + 1):
            yield line.replace("\x00", "")
            while not line.endswith(("\n", "\r")) and line:
                line = text.readline(MAX_DOCUMENT_BYTES)
    finally:
        text.detach()  # or it would close a stream that is not ours


def sniff_encoding(sample: bytes) -> str:
    """utf-8-sig unless a mark, or many bytes that are no UTF-8, tell of another encoding."""
    if sample.startswith(_UTF_32):
        return "utf-32"
    if sample.startswith(_UTF_16):
        return "utf-16"
    wrong = sample.decode("utf-8", "replace").count("\ufffd")
    if wrong <= 1:  # the sample may end inside a character
        return "utf-8-sig"
    best = from_bytes(sample).best()
    western = best is None or best.encoding in _WESTERN_KIN
    return "utf-8-sig" if western or best is None else best.encoding
