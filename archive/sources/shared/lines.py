"""Read text of unknown encoding line by line, each line of bounded length."""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from charset_normalizer import from_bytes

from archive.text.decode import MAX_DOCUMENT_BYTES

SAMPLE_BYTES = 1 << 16
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first one begins with that of UTF-16
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Statistics cannot tell these apart; the error handler decodes them all.
_WESTERN_KIN = ("cp1252", "latin_1", "cp1250", "iso8859_15", "cp1254", "iso8859_9", "iso8859_2")
_WESTERN = "hemero-western"  # name of the error handler: reads invalid UTF-8 as cp1252


def _as_western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    invalid = error.object[error.start : error.end]
    return invalid.decode("cp1252", "replace"), error.end


codecs.register_error(_WESTERN, _as_western)


def text_lines(stream: BufferedReader) -> Iterator[str]:
    """Yield the lines with their ends, cut to one character above 10 million.

    Decoding never fails: the byte order mark or the first bytes tell the encoding, and UTF-8 may
    contain runs of cp1252. Raise UnreadableInputError if the stream is damaged.
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
        text.detach()  # or it would close the caller's stream


def sniff_encoding(sample: bytes) -> str:
    """Return utf-8-sig, unless a byte order mark or many invalid bytes mean another encoding."""
    if sample.startswith(_UTF_32):
        return "utf-32"
    if sample.startswith(_UTF_16):
        return "utf-16"
    invalid_count = sample.decode("utf-8", "replace").count("\ufffd")
    if invalid_count <= 1:  # the sample may end inside a character
        return "utf-8-sig"
    best = from_bytes(sample).best()
    western = best is None or best.encoding in _WESTERN_KIN
    return "utf-8-sig" if western or best is None else best.encoding
