"""Unpack compressed data within limits; any damage raises UnreadableInputError."""

import lzma
import struct
import tarfile
import zlib
from dataclasses import dataclass
from gzip import GzipFile
from io import BufferedReader, RawIOBase
from typing import Any, Protocol, cast
from zipfile import BadZipFile

from archive.errors import UnreadableInputError
from archive.wordings import DAMAGED_GET_AGAIN, PACKED_TWICE, UNPACKS_LIKE_A_BOMB, UNPACKS_TOO_LARGE

GZIP_MAGIC = b"\x1f\x8b"
BUFFER_BYTES = 1 << 16
MAX_UNPACKED_BYTES = 50_000_000_000
# JSON Lines and WARC shrink 5 to 20 times, a zip bomb about 1,000 times.
MAX_EXPANSION = 200
MIN_SUSPECT_BYTES = 50_000_000
# The errors of the standard library for truncated, forged, encrypted or unusual archives.
DAMAGE_ERRORS = (
    *(OSError, EOFError, BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(RuntimeError, NotImplementedError, UnicodeError, OverflowError, IndexError, KeyError),
)


class Readable(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


class Unpacker(Protocol):
    """An unpacking reader of the standard library; `read1` returns the data before any damage."""

    def read1(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class UnpackBudget:
    """The numbers of packed and unpacked bytes read, for all levels of one archive together."""

    packed: int = 0
    unpacked: int = 0

    def spend(self, unpacked: int) -> None:
        """Count these bytes. Raise UnreadableInputError if no honest archive has so many."""
        self.unpacked += unpacked
        if self.unpacked > MAX_UNPACKED_BYTES:
            limit = MAX_UNPACKED_BYTES // 1_000_000_000
            raise UnreadableInputError(UNPACKS_TOO_LARGE(number=limit))
        if self.unpacked > MIN_SUSPECT_BYTES and self.unpacked > MAX_EXPANSION * self.packed:
            raise UnreadableInputError(UNPACKS_LIKE_A_BOMB(number=MAX_EXPANSION))


@dataclass(slots=True)
class PackedReader:
    """Packed bytes, counted as they are read."""

    inner: Readable
    budget: UnpackBudget

    def read(self, size: int = -1) -> bytes:
        data = self.inner.read(size)
        self.budget.packed += len(data)
        return data


class _UnpackedReader(RawIOBase):
    def __init__(self, inner: Unpacker, budget: UnpackBudget) -> None:
        self._inner = inner
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read1(len(buffer))
        except DAMAGE_ERRORS as exc:
            raise UnreadableInputError(DAMAGED_GET_AGAIN(reason=one_line(exc))) from exc
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


def one_line(exc: BaseException) -> str:
    """Return the text of a library's error as one short line."""
    text = " ".join(str(exc).split())
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown[:100] or type(exc).__name__


def unpacked_stream(inner: Unpacker, budget: UnpackBudget) -> BufferedReader:
    """Return the unpacked bytes; reading raises UnreadableInputError for damage and bombs."""
    return BufferedReader(_UnpackedReader(inner, budget), BUFFER_BYTES)


def gunzipped(stream: BufferedReader, budget: UnpackBudget) -> BufferedReader:
    """Return the content of all members of gzip data (RFC 1952); other streams are unchanged.

    Raise UnreadableInputError if the data was packed twice.
    """
    if stream.peek(2)[:2] != GZIP_MAGIC:
        return stream
    packed = cast(Any, PackedReader(stream, budget))
    plain = unpacked_stream(GzipFile(fileobj=packed, mode="rb"), budget)
    if plain.peek(2)[:2] == GZIP_MAGIC:
        raise UnreadableInputError(PACKED_TWICE())
    return plain
