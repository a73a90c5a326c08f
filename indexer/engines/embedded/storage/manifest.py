"""The one file that says which segments make the index; replaced whole, written last."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from archive.durable import replace_text, sync_path
from archive.messages import Message
from indexer.engines.port import Fingerprint
from indexer.errors import CorruptIndexError
from indexer.wordings import (
    FILE_DAMAGED,
    FILE_MISSING,
    FILE_OF_ANOTHER_EDITION,
    FILE_SIZE_DIFFERS,
    FILE_UNREADABLE,
    REBUILD,
)

FILE_NAME = "manifest.json"
FORMAT = 4
# An index of a format before can be opened, so that its vectors need not be made again.
READABLE_FORMATS = (2, 3, FORMAT)
ENGINE_NAME = "embedded"
CHECKSUM = "sha256"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a segment, as it was written."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """An immutable vector segment; `dead` are the articles in it that are tombstoned."""

    name: str
    passages: int
    articles: int
    files: tuple[FileEntry, ...]
    dead: frozenset[int] = frozenset()

    @property
    def dead_share(self) -> float:
        return len(self.dead) / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True)
class StatisticsEntry:
    """The file that holds a language's statistics."""

    language: str
    file: FileEntry


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of the index at one checkpoint; `keyword` are the files of the keyword half."""

    checkpoint: int = 0
    fingerprint: Fingerprint | None = None
    segments: tuple[SegmentEntry, ...] = ()
    keyword: tuple[FileEntry, ...] = ()
    statistics: tuple[StatisticsEntry, ...] = ()

    @property
    def own_files(self) -> list[FileEntry]:
        """The files in the folder itself: of the segments and of the statistics."""
        of_segments = [file for entry in self.segments for file in entry.files]
        return of_segments + [entry.file for entry in self.statistics]

    def bury(self, holders: dict[str, frozenset[int]]) -> "Manifest":
        """The manifest with some articles tombstoned where they are held.

        `holders` gives for each segment, by its name, which of them it holds.
        """
        buried = tuple(
            replace(entry, dead=entry.dead | holders[entry.name]) for entry in self.segments
        )
        return replace(self, segments=buried)


def load_manifest(folder: Path) -> Manifest:
    """An empty one where there is none yet: the first commit saves one before all else.

    Raises CorruptIndexError, also where there are segments without a manifest.
    """
    text = read_manifest(folder)
    return parse_manifest(folder, text) if text is not None else Manifest()


def read_manifest(folder: Path) -> str | None:
    """The text of the manifest, None if there is none yet. Raises CorruptIndexError."""
    path = folder / FILE_NAME
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as exc:
        if next(folder.glob("vectors-*"), None) is not None and not path.exists():
            raise CorruptIndexError(REBUILD(problem=FILE_MISSING(name=path))) from exc
        return None
    except (OSError, ValueError) as exc:
        raise CorruptIndexError(REBUILD(problem=FILE_UNREADABLE(name=path, reason=exc))) from exc


def parse_manifest(folder: Path, text: str) -> Manifest:
    """Raises CorruptIndexError where it is damaged or of another edition."""
    path = folder / FILE_NAME
    try:
        data = json.loads(text)
        known = data["format"] in READABLE_FORMATS
        manifest = _manifest(_checked(data)) if known else Manifest()
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise CorruptIndexError(REBUILD(problem=FILE_DAMAGED(name=path))) from exc
    if not known:
        raise CorruptIndexError(REBUILD(problem=FILE_OF_ANOTHER_EDITION(name=path)))
    return manifest


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest; durable when this returns."""
    data = asdict(manifest) | {"format": FORMAT}
    for segment in data["segments"]:
        segment["dead"] = sorted(segment["dead"])
    data[CHECKSUM] = _checksum(data)
    # Readers tell commits apart by the file's modification time.
    replace_text(folder / FILE_NAME, json.dumps(data, separators=(",", ":")))


def describe_file(path: Path) -> FileEntry:
    """The entry of a file just written, which is made durable first."""
    sync_path(path)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileEntry(path.name, path.stat().st_size, digest)


def describe_files(paths: Iterable[Path], known: Iterable[FileEntry]) -> tuple[FileEntry, ...]:
    """The entries of immutable files; only those not known by name are read."""
    entries = {entry.name: entry for entry in known}
    return tuple(entries.get(path.name) or describe_file(path) for path in sorted(paths))


def has_size(folder: Path, entry: FileEntry) -> bool:
    """Whether the file is there, as long as it was written; any process may remove it meanwhile."""
    try:
        return (folder / entry.name).stat().st_size == entry.bytes
    except FileNotFoundError:
        return False


def file_problem(folder: Path, entry: FileEntry) -> Message | None:
    """What is wrong with a segment's file, None where it is as it was written."""
    path = folder / entry.name
    try:
        size = path.stat().st_size
        if size != entry.bytes:
            return FILE_SIZE_DIFFERS(name=entry.name, size=size, expected=entry.bytes)
        with path.open("rb") as stream:
            intact = hashlib.file_digest(stream, "sha256").hexdigest() == entry.sha256
    except FileNotFoundError:
        return FILE_MISSING(name=entry.name)
    except OSError as exc:
        return FILE_UNREADABLE(name=entry.name, reason=exc.strerror)
    return None if intact else FILE_DAMAGED(name=entry.name)


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    """The data; ValueError where they are not those written. Older manifests have no checksum."""
    found = data.pop(CHECKSUM, None)
    if found is not None and found != _checksum(data):
        raise ValueError("the checksum differs")
    return data


def _checksum(data: dict[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _manifest(data: dict[str, Any]) -> Manifest:
    return Manifest(
        checkpoint=int(data["checkpoint"]),
        fingerprint=_fingerprint(data),
        segments=tuple(_segment(entry) for entry in data["segments"]),
        keyword=tuple(FileEntry(**entry) for entry in data["keyword"]),
        statistics=tuple(
            StatisticsEntry(entry["language"], FileEntry(**entry["file"]))
            for entry in data.get("statistics", ())
        ),
    )


def _fingerprint(data: dict[str, Any]) -> Fingerprint | None:
    """Format 2 named neither engine nor format."""
    made = data["fingerprint"]
    earlier = {"engine": ENGINE_NAME, "format": str(data["format"])}
    return Fingerprint(**(earlier | made)) if made else None


def _segment(data: dict[str, Any]) -> SegmentEntry:
    files = tuple(FileEntry(**entry) for entry in data["files"])
    return SegmentEntry(**(data | {"files": files, "dead": frozenset(data["dead"])}))
