"""What compressed data holds, within bounds, every damage told in one way."""

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
# JSON Lines and WARC pack 5 to 20 times; what only fills a disk packs about 1,000 times.
MAX_EXPANSION = 200
UNSUSPECTED_BYTES = 50_000_000
# All that the standard library raises for archives that are cut, forged, encrypted or exotic.
DAMAGE = (
    *(OSError, EOFError, BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(RuntimeError, NotImplementedError, UnicodeError, OverflowError, IndexError, KeyError),
)


class Readable(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


class Unpacker(Protocol):
    """What the standard library unpacks with; `read1` returns what there is before any damage."""

    def read1(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class UnpackBudget:
    """How many bytes were read packed and unpacked, all levels of one archive together."""

    packed: int = 0
    unpacked: int = 0

    def spend(self, unpacked: int) -> None:
        """Count them. Raises UnreadableInputError beyond what an honest archive comes to."""
        self.unpacked += unpacked
        if self.unpacked > MAX_UNPACKED_BYTES:
            limit = MAX_UNPACKED_BYTES // 1_000_000_000
            raise UnreadableInputError(UNPACKS_TOO_LARGE(number=limit))
        if self.unpacked > UNSUSPECTED_BYTES and self.unpacked > MAX_EXPANSION * self.packed:
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
        except DAMAGE as exc:
            raise UnreadableInputError(DAMAGED_GET_AGAIN(reason=one_line(exc))) from exc
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


def one_line(exc: BaseException) -> str:
    """What an error of a library says, short enough to be shown."""
    said = " ".join(str(exc).split())
    shown = "".join(c if c.isprintable() else "?" for c in said)
    return shown[:100] or type(exc).__name__


def unpacked_stream(inner: Unpacker, budget: UnpackBudget) -> BufferedReader:
    """The unpacked bytes of `inner`; reading raises UnreadableInputError for damage and bombs."""
    return BufferedReader(_UnpackedReader(inner, budget), BUFFER_BYTES)


def gunzipped(stream: BufferedReader, budget: UnpackBudget) -> BufferedReader:
    """What gzip data holds, every member of it (RFC 1952); any other stream as it is.

    Raises UnreadableInputError for what was packed twice.
    """
    if stream.peek(2)[:2] != GZIP_MAGIC:
        return stream
    packed = cast(Any, PackedReader(stream, budget))
    plain = unpacked_stream(GzipFile(fileobj=packed, mode="rb"), budget)
    if plain.peek(2)[:2] == GZIP_MAGIC:
        raise UnreadableInputError(PACKED_TWICE())
    return plain
