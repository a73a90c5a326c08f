"""Where articles come from. A new format is one new module in this folder.

A format module holds `SUFFIXES` (file name endings, lower case), `recognizes(head)` (whether the
first bytes of a document of unknown name look like it) and `read_items(stream, name)`, which yields
one SourceItem for each article or failure and reads no more than it must.
"""

import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from io import BufferedReader, RawIOBase
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from archive.errors import ArchiveError, SourceNotFoundError
from archive.fetch import fetch_url
from archive.model import SourceItem
from archive.sources.html import read_page

HEAD_BYTES = 2_048
STANDARD_INPUT = "-"


class SourceFormat(Protocol):
    """What a module of this folder offers."""

    SUFFIXES: tuple[str, ...]

    def recognizes(self, head: bytes) -> bool: ...

    def read_items(self, stream: BufferedReader, name: str) -> Iterator[SourceItem]: ...


@cache
def formats() -> tuple[SourceFormat, ...]:
    """The format modules of this folder, plain text last: it recognizes everything."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = [cast(SourceFormat, module) for module in modules if hasattr(module, "SUFFIXES")]
    return tuple(sorted(found, key=lambda module: ".txt" in module.SUFFIXES))


def read_location(location: str) -> Iterator[SourceItem]:
    """Every item of a file, a folder, a web address or "-", standard input.

    Raises SourceNotFoundError where there is no such file or folder.
    """
    if location == STANDARD_INPUT:
        return read_stream(BufferedReader(cast(RawIOBase, sys.stdin.buffer)), "standard input")
    if location.lower().startswith(("http://", "https://")):
        return read_url(location)
    path = Path(location)
    if not _exists(path):
        raise SourceNotFoundError(f"no file, folder or web address: {location:.300}")
    return read_folder(path) if path.is_dir() else read_file(path)


def read_folder(folder: Path) -> Iterator[SourceItem]:
    """The items of every file below, in the order of their paths; hidden files are left out."""
    suffixes = tuple(suffix for module in formats() for suffix in module.SUFFIXES)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.name.lower().endswith(suffixes):
            yield from read_file(path)


def read_file(path: Path) -> Iterator[SourceItem]:
    try:
        with path.open("rb") as stream:
            yield from read_stream(stream, str(path))
    except OSError as exc:
        yield SourceItem(str(path), problem=f"cannot be read: {exc.strerror or exc}")


def read_stream(stream: BufferedReader, name: str) -> Iterator[SourceItem]:
    """The items of one document, in the format its name says or its first bytes show."""
    return _format_of(name, stream.peek(HEAD_BYTES)[:HEAD_BYTES]).read_items(stream, name)


def read_url(url: str) -> Iterator[SourceItem]:
    """The article behind one web address."""
    try:
        yield read_page(fetch_url(url), url)
    except ArchiveError as exc:
        yield SourceItem(url, problem=str(exc))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, or a folder closed to us
        return False


def _format_of(name: str, head: bytes) -> SourceFormat:
    by_name = [module for module in formats() if name.lower().endswith(module.SUFFIXES)]
    return by_name[0] if by_name else next(m for m in formats() if m.recognizes(head))


__all__ = ["formats", "read_file", "read_folder", "read_location", "read_stream", "read_url"]
