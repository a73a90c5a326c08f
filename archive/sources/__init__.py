"""Where articles come from. A new format is one new module in this folder.

A format module holds `SUFFIXES` (file name endings, lower case), `recognizes(head)` (whether the
first bytes of a document of unknown name look like it) and `read_items(stream, name, options)`,
which yields one SourceItem for each article or failure and reads no more than it must. What takes
long to read goes into the item as its `read`.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from io import BufferedReader, FileIO
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from archive.errors import ArchiveError, SourceNotFoundError, UnreadableInputError
from archive.model import SourceItem
from archive.net.fetch import fetch_url
from archive.sources import feed
from archive.sources.html import read_page
from archive.sources.options import ReadOptions
from archive.sources.unpack import UnpackBudget, gunzipped
from archive.wordings import NO_SUCH_LOCATION, UNREADABLE

HEAD_BYTES = 2_048
DEFAULT_OPTIONS = ReadOptions()
STANDARD_INPUT = "-"


class SourceFormat(Protocol):
    """What a module of this folder offers."""

    SUFFIXES: tuple[str, ...]

    def recognizes(self, head: bytes) -> bool: ...

    def read_items(
        self, stream: BufferedReader, name: str, options: ReadOptions
    ) -> Iterator[SourceItem]: ...


@cache
def formats() -> tuple[SourceFormat, ...]:
    """The format modules of this folder, plain text last: it recognizes everything."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = [cast(SourceFormat, module) for module in modules if hasattr(module, "SUFFIXES")]
    return tuple(sorted(found, key=lambda module: ".txt" in module.SUFFIXES))


def read_location(location: str, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    """Every item of a file, a folder, a web address or "-", standard input.

    Raises SourceNotFoundError where there is no such file or folder.
    """
    if location == STANDARD_INPUT:
        stream = BufferedReader(cast(Any, sys.stdin.buffer))
        return read_stream(stream, "standard input", options)
    if location.lower().startswith(("http://", "https://")):
        return read_url(location, options)
    path = Path(location)
    if not _exists(path):
        raise SourceNotFoundError(NO_SUCH_LOCATION(location=f"{location:.300}"))
    return read_folder(path, options) if path.is_dir() else read_file(path, options)


def read_folder(folder: Path, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    for path in files_below(folder):
        yield from read_file(path, options)


def files_below(folder: Path) -> Iterator[Path]:
    """The files below that can be read, in the order of their paths; hidden ones are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and is_wanted(path.relative_to(folder).as_posix()):
            yield path


def is_wanted(path: str) -> bool:
    """Whether a file of this path, in a folder or an archive, is of a known format and visible."""
    suffixes = tuple(suffix for module in formats() for suffix in module.SUFFIXES)
    parts = [part for part in path.split("/") if part not in (".", "..")]
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and _without_gz(path.lower()).endswith(suffixes)


def read_file(path: Path, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    try:
        with BufferedReader(cast(Any, _MeteredFile(path, options.on_bytes))) as stream:
            yield from read_stream(stream, str(path), options)
    except OSError as exc:
        yield SourceItem(str(path), problem=UNREADABLE(reason=exc.strerror or exc))


def read_stream(
    stream: BufferedReader, name: str, options: ReadOptions = DEFAULT_OPTIONS
) -> Iterator[SourceItem]:
    """The items of one document, in the format its name says or its first bytes show."""
    try:
        document, chosen = open_document(stream, name, UnpackBudget())
        yield from chosen.read_items(document, name, options)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)


def open_document(
    stream: BufferedReader, name: str, budget: UnpackBudget
) -> tuple[BufferedReader, SourceFormat]:
    """The document, gunzipped where it is packed, and the format to read it in.

    Raises UnreadableInputError where its gzip data is damaged.
    """
    document = gunzipped(stream, budget)
    head = document.peek(HEAD_BYTES)[:HEAD_BYTES]
    return document, _format_of(_without_gz(name.lower()), head)


def read_url(url: str, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    """The article behind one web address, or those that a feed there holds itself."""
    try:
        page = fetch_url(url, allowed_networks=options.allowed_networks)
        if page.content_type in feed.MEDIA_TYPES:
            yield from feed.read_feed_items(page.body, url, page.url, page.charset)
        else:
            yield read_page(page, url, options)
    except ArchiveError as exc:
        yield SourceItem(url, problem=exc.message)


class _MeteredFile(FileIO):
    """A file that tells how many bytes were read of it."""

    def __init__(self, path: Path, on_bytes: Callable[[int], object]) -> None:
        super().__init__(path)
        self._on_bytes = on_bytes

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        self._on_bytes(count)
        return count


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, or a folder closed to us
        return False


def _without_gz(name: str) -> str:
    return name.removesuffix(".gz")


def _format_of(name: str, head: bytes) -> SourceFormat:
    """The format of this name; where several share it, or none has it, what the content shows."""
    named = [module for module in formats() if name.endswith(module.SUFFIXES)]
    if len(named) == 1:
        return named[0]
    shown = (module for module in named or formats() if module.recognizes(head))
    return next(shown, named[0] if named else formats()[-1])


__all__ = [
    "files_below",
    "formats",
    "is_wanted",
    "open_document",
    "read_file",
    "read_folder",
    "read_location",
    "read_stream",
    "read_url",
]
