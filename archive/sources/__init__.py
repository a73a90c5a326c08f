"""Read articles from their sources. A new format is one new module in this folder.

A format module holds `SUFFIXES` (lower-case file name suffixes), `recognizes(head)` (whether the
first bytes of a document of unknown name look like it) and `read_items(stream, name, options)`,
which yields one SourceItem for each article or failure and reads no more than necessary. Slow
work is deferred to the item's `read`. With `CONTENT_DECIDES = True` a document that the module
recognizes is of its format under any name.
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
from archive.sources.shared.unpack import UnpackBudget, gunzipped
from archive.text.normalize import clean_line
from archive.wordings import FILES_PASSED_OVER, NO_SUCH_LOCATION, UNREADABLE

HEAD_BYTES = 2_048
MAX_NAMES = 20
DEFAULT_OPTIONS = ReadOptions()
STANDARD_INPUT = "-"


class SourceFormat(Protocol):
    """The interface of a format module."""

    SUFFIXES: tuple[str, ...]

    def recognizes(self, head: bytes) -> bool: ...

    def read_items(
        self, stream: BufferedReader, name: str, options: ReadOptions
    ) -> Iterator[SourceItem]: ...


@cache
def formats() -> tuple[SourceFormat, ...]:
    """Return the format modules of this folder, plain text last as it recognizes everything."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = [cast(SourceFormat, module) for module in modules if hasattr(module, "SUFFIXES")]
    return tuple(sorted(found, key=lambda module: ".txt" in module.SUFFIXES))


def read_location(location: str, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    """Return the items of a file, a folder, a web address or "-", standard input.

    Raise SourceNotFoundError if there is no such file or folder.
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
    """Yield the items of every file of a known format, then what was passed over, if anything."""
    others = []
    for path in _visible_files(folder):
        if _has_known_suffix(path.name):
            yield from read_file(path, options)
        else:
            others.append(path.name)
    if others:
        names = ", ".join(map(clean_line, others[:MAX_NAMES]))
        more = "…" if len(others) > MAX_NAMES else ""
        problem = FILES_PASSED_OVER(number=len(others), names=f"{names}{more}")
        yield SourceItem(str(folder), problem=problem)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of known formats below a folder, sorted by path, without hidden ones."""
    return (path for path in _visible_files(folder) if _has_known_suffix(path.name))


def _visible_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _is_hidden(path.relative_to(folder).as_posix()):
            yield path


def is_readable_path(path: str) -> bool:
    """Return whether this path, in a folder or archive, has a known format and is not hidden."""
    return not _is_hidden(path) and _has_known_suffix(path)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/") if part not in (".", ".."))


def _has_known_suffix(path: str) -> bool:
    suffixes = tuple(suffix for module in formats() for suffix in module.SUFFIXES)
    return _without_gz(path.lower()).endswith(suffixes)


def read_file(path: Path, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    try:
        with BufferedReader(cast(Any, _MeteredFile(path, options.on_bytes))) as stream:
            yield from read_stream(stream, str(path), options)
    except OSError as exc:
        yield SourceItem(str(path), problem=UNREADABLE(reason=exc.strerror or exc))


def read_stream(
    stream: BufferedReader, name: str, options: ReadOptions = DEFAULT_OPTIONS
) -> Iterator[SourceItem]:
    """Yield the items of one document; its name or its first bytes tell the format."""
    try:
        document, chosen = open_document(stream, name, UnpackBudget())
        yield from chosen.read_items(document, name, options)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)


def open_document(
    stream: BufferedReader, name: str, budget: UnpackBudget
) -> tuple[BufferedReader, SourceFormat]:
    """Return the document, gunzipped if necessary, and its format.

    Raise UnreadableInputError if its gzip data is damaged.
    """
    document = gunzipped(stream, budget)
    head = document.peek(HEAD_BYTES)[:HEAD_BYTES]
    return document, _format_of(_without_gz(name.lower()), head)


def read_url(url: str, options: ReadOptions = DEFAULT_OPTIONS) -> Iterator[SourceItem]:
    """Yield the article at a web address, or the articles in the feed there."""
    try:
        page = fetch_url(url, allowed_networks=options.allowed_networks)
        if page.content_type in feed.MEDIA_TYPES:
            yield from feed.read_feed_items(page.body, url, page.url, page.charset)
        else:
            yield read_page(page, url, options)
    except ArchiveError as exc:
        yield SourceItem(url, problem=exc.message)


class _MeteredFile(FileIO):
    """A file that reports the bytes read from it."""

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
    except OSError:  # the name is too long, or the folder may not be read
        return False


def _without_gz(name: str) -> str:
    return name.removesuffix(".gz")


def _format_of(name: str, head: bytes) -> SourceFormat:
    """Return the format of this name; if several or none match, the content decides.

    It decides first for formats with `CONTENT_DECIDES`.
    """
    deciding = (module for module in formats() if getattr(module, "CONTENT_DECIDES", False))
    for module in deciding:
        if module.recognizes(head):
            return module
    candidates = [module for module in formats() if name.endswith(module.SUFFIXES)]
    if len(candidates) == 1:
        return candidates[0]
    recognized = (module for module in candidates or formats() if module.recognizes(head))
    return next(recognized, candidates[0] if candidates else formats()[-1])


__all__ = [
    "files_below",
    "formats",
    "is_readable_path",
    "open_document",
    "read_file",
    "read_folder",
    "read_location",
    "read_stream",
    "read_url",
]
