"""Zip and tar archives of any format, read member by member; nothing is extracted to a folder.

Archives may be nested one level deep. A hostile, encrypted or damaged member is rejected with its
reason, and the others are still read.
"""

import re
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END, BufferedReader
from tempfile import TemporaryFile
from typing import IO, Any, cast
from zipfile import ZipFile, ZipInfo

from archive.errors import UnreadableInputError
from archive.messages import Message
from archive.model import SourceItem
from archive.sources import is_readable_path, open_document
from archive.sources.options import ReadOptions
from archive.sources.shared.unpack import (
    DAMAGE_ERRORS,
    PackedReader,
    UnpackBudget,
    Unpacker,
    one_line,
    unpacked_stream,
)
from archive.text.normalize import clean_line
from archive.wordings import (
    ARCHIVE_TOO_DEEP,
    DAMAGED,
    DAMAGED_FROM_HERE,
    DEVICE_NOT_FOLLOWED,
    ENCRYPTED,
    LINK_NOT_FOLLOWED,
    NOT_READ_FROM_HERE,
    OUTSIDE_PATH,
    ZIP_TOO_LARGE,
)

SUFFIXES = (".zip", ".tar", ".tgz", ".wacz")
MAX_COPIED_BYTES = 2_000_000_000
_MAX_HEADER_BYTES = 1_000_000
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_CRAWLED = re.compile(r"archive/[^/]+\.warc(?:\.gz)?")
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")


def recognizes(head: bytes) -> bool:
    return head.startswith(_ZIP) or head[257:262] == b"ustar"


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield the items of every member of a known format, named archive/member."""
    yield from _read_archive(stream, name, options, UnpackBudget())


@dataclass(frozen=True, slots=True)
class _Member:
    """One entry: its bytes, or the reason why they are not read."""

    name: str
    stream: BufferedReader | None = None
    problem: Message | None = None


def _read_archive(
    stream: BufferedReader,
    name: str,
    options: ReadOptions,
    budget: UnpackBudget,
    nested: bool = False,
) -> Iterator[SourceItem]:
    members = _zip_members if stream.peek(4)[:4] in _ZIP else _tar_members
    try:
        for member in members(stream, budget):
            yield from _read_member(member, name, options, budget, nested)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=NOT_READ_FROM_HERE(reason=exc.message))
    except (*DAMAGE_ERRORS, ValueError) as exc:
        yield SourceItem(name, problem=DAMAGED_FROM_HERE(reason=one_line(exc)))


def _read_member(
    member: _Member, archive: str, options: ReadOptions, budget: UnpackBudget, nested: bool
) -> Iterator[SourceItem]:
    path = f"{archive}/{clean_line(member.name)[:500]}"
    if _OUTSIDE.search(member.name):
        yield SourceItem(path, problem=OUTSIDE_PATH())
    elif member.stream is None:
        yield SourceItem(path, problem=member.problem)
    elif is_readable_path(member.name):
        try:
            yield from _read_document(member.stream, path, options, budget, nested)
        except UnreadableInputError as exc:
            yield SourceItem(path, problem=exc.message)


def _read_document(
    stream: BufferedReader, path: str, options: ReadOptions, budget: UnpackBudget, nested: bool
) -> Iterator[SourceItem]:
    document, chosen = open_document(stream, path, budget)
    if chosen.SUFFIXES != SUFFIXES:
        yield from chosen.read_items(document, path, options)
    elif nested:
        raise UnreadableInputError(ARCHIVE_TOO_DEEP())
    else:
        yield from _read_archive(document, path, options, budget, nested=True)


def _zip_members(stream: BufferedReader, budget: UnpackBudget) -> Iterator[_Member]:
    with TemporaryFile() as copy:
        source = _seekable(stream, copy)
        budget.packed = budget.packed or source.seek(0, SEEK_END)
        with ZipFile(source) as archive:
            for info in _content(archive):
                yield _zip_member(archive, info, budget)


def _content(archive: ZipFile) -> list[ZipInfo]:
    """Return the files in a zip archive; of a web archive (WACZ 1.1.1) only its WARC files, as the
    others are lists and indexes of these.
    """
    members = [info for info in archive.infolist() if not info.is_dir()]
    crawled = [info for info in members if _CRAWLED.fullmatch(info.filename)]
    is_web_archive = any(info.filename == "datapackage.json" for info in members)
    return crawled if is_web_archive and crawled else members


def _zip_member(archive: ZipFile, info: ZipInfo, budget: UnpackBudget) -> _Member:
    if stat.S_ISLNK(info.external_attr >> 16):
        return _Member(info.filename, problem=LINK_NOT_FOLLOWED())
    if info.flag_bits & 1:  # APPNOTE.TXT 4.4.4
        return _Member(info.filename, problem=ENCRYPTED())
    try:
        return _Member(info.filename, unpacked_stream(cast(Unpacker, archive.open(info)), budget))
    except (*DAMAGE_ERRORS, ValueError) as exc:
        return _Member(info.filename, problem=DAMAGED(reason=one_line(exc)))


def _seekable(stream: BufferedReader, copy: IO[bytes]) -> IO[bytes]:
    """Return the stream, or a copy if it is not seekable, as zip archives require."""
    if stream.seekable():
        return stream
    while chunk := stream.read(1 << 20):
        copy.write(chunk)
        if copy.tell() > MAX_COPIED_BYTES:
            limit = MAX_COPIED_BYTES // 1_000_000_000
            raise UnreadableInputError(ZIP_TOO_LARGE(number=limit))
    return copy


class _BoundedTarInfo(tarfile.TarInfo):
    """A header that limits the size of long names, which tarfile reads into memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if not (self.isreg() or self.size <= _MAX_HEADER_BYTES):
            raise tarfile.ReadError("a header of over 1 MB")
        return super()._proc_member(archive)  # type: ignore[misc]


def _tar_members(stream: BufferedReader, budget: UnpackBudget) -> Iterator[_Member]:
    packed = cast(Any, PackedReader(stream, budget))
    with tarfile.open(fileobj=packed, mode="r|", tarinfo=_BoundedTarInfo) as archive:
        while (info := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # tarfile would keep them all
            if not info.isdir():
                yield _tar_member(archive, info, budget)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: UnpackBudget) -> _Member:
    if not info.isreg():
        return _Member(info.name, problem=DEVICE_NOT_FOLLOWED())
    content = archive.extractfile(info)
    return _Member(info.name, unpacked_stream(cast(Unpacker, content), budget))
