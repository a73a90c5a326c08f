"""The index at one commit, opened for reading."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.engines.embedded.meaning.vectors import VectorSegment, open_segment
from indexer.engines.embedded.storage.articles import MISSING, ArticleTable, Ids, Mask, join_tables
from indexer.engines.embedded.storage.manifest import (
    FILE_NAME,
    Manifest,
    StatisticsEntry,
    load_manifest,
)
from indexer.engines.embedded.storage.verifying import (
    KEYWORD_FOLDER,
    DamagedFileError,
    VerifiedFiles,
)
from indexer.engines.embedded.words.reader import Leaf, PostingsCache, open_leaves
from indexer.engines.embedded.words.snapshot import KeywordSnapshot
from indexer.engines.port import PassageVectors, Vectors
from indexer.errors import CorruptIndexError
from indexer.passages import ORDINAL_BITS
from indexer.wordings import REBUILD, STATISTICS_MISSING

OPEN_ATTEMPTS = 10
OPEN_PAUSE_SECONDS = 0.02

# What tells one state of the manifest file from the next.
Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A vector segment seen from this commit: `rows` are the article rows of its passages."""

    vectors: VectorSegment
    rows: npt.NDArray[np.int64]
    whole: bool

    def search(
        self, vector: Vectors, depth: int, allowed: Mask
    ) -> tuple[Ids, npt.NDArray[np.float32]]:
        """The nearest passages of live articles whose rows are allowed."""
        everything = self.whole and bool(allowed.all())
        passages = None if everything else (self.rows != MISSING) & allowed[self.rows]
        return self.vectors.search(vector, depth, passages)

    def vectors_of(self, wanted: Mask) -> Iterator[tuple[int, Vectors]]:
        """The row of each live article wanted, and the vectors of its passages in their order."""
        held = np.flatnonzero((self.rows != MISSING) & wanted[self.rows])
        held = held[np.argsort(self.vectors.passage_ids[held])]
        vectors = self.vectors.vectors(held)
        rows, starts = np.unique(self.rows[held], return_index=True)
        return (
            zip(rows.tolist(), np.split(vectors, starts[1:]), strict=True)
            if len(held)
            else iter(())
        )


class Snapshot:
    """An immutable view; a later commit opens another and shares what did not change."""

    def __init__(
        self,
        folder: Path,
        stamp: Stamp,
        manifest: Manifest,
        opened: dict[str, VectorSegment],
        leaves: list[Leaf],
        cache: PostingsCache,
        statistics: Mapping[str, bytes],
    ) -> None:
        self._folder, self._stamp = folder, stamp
        self.manifest = manifest
        self.opened = opened
        self.statistics = statistics
        self.leaves = leaves
        live = [opened[entry.name].articles.without(entry.dead) for entry in manifest.segments]
        self.articles: ArticleTable = join_tables(live)
        self.segments = [self._live(opened[e.name], e.dead) for e in manifest.segments]
        self.keyword = KeywordSnapshot(leaves, self.articles, cache)

    @property
    def known_statistics(self) -> dict[StatisticsEntry, bytes]:
        return {entry: self.statistics[entry.language] for entry in self.manifest.statistics}

    def is_newest(self) -> bool:
        return self._stamp == read_stamp(self._folder)

    def segment(self, name: str) -> VectorSegment:
        return self.opened[name]

    def holders(self, article_ids: Iterable[int]) -> dict[str, frozenset[int]]:
        """Which of these articles each segment holds, dead ones too."""
        wanted = np.array(list(article_ids), np.int64)
        return {
            name: frozenset(np.intersect1d(segment.articles.ids, wanted).tolist())
            for name, segment in self.opened.items()
        }

    def vectors_of(self, article_ids: Iterable[int]) -> dict[int, PassageVectors]:
        """The vectors of those of the articles that are alive."""
        wanted = np.zeros(len(self.articles), np.bool_)
        rows = self.articles.rows_of(np.fromiter(article_ids, np.int64))
        wanted[rows[rows != MISSING]] = True
        found = [segment.vectors_of(wanted) for segment in self.segments] if wanted.any() else []
        return {
            int(self.articles.ids[row]): PassageVectors(self._language_of(row), vectors)
            for own in found
            for row, vectors in own
        }

    def _language_of(self, row: int) -> str:
        code = int(self.articles.language_codes[row])
        return self.articles.languages[code]

    def count_passages(self) -> int:
        """Of the articles that are alive."""
        return sum(int(np.count_nonzero(own.rows != MISSING)) for own in self.segments)

    def close(self) -> None:
        for leaf in self.leaves:
            leaf.segment.close()

    def _live(self, segment: VectorSegment, dead: frozenset[int]) -> LiveSegment:
        owners = segment.passage_ids >> ORDINAL_BITS
        rows = self.articles.rows_of(owners)
        if dead:
            rows = np.where(np.isin(owners, np.fromiter(dead, np.int64, len(dead))), MISSING, rows)
        return LiveSegment(segment, rows, whole=not dead)


def read_stamp(folder: Path) -> Stamp:
    try:
        status = (folder / FILE_NAME).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def open_snapshot(
    folder: Path, cache: PostingsCache, verified: VerifiedFiles, previous: Snapshot | None
) -> Snapshot:
    """The newest commit. Raises CorruptIndexError.

    A writer may remove merged files while they are being opened; then the newer state is read.
    """
    for _ in range(OPEN_ATTEMPTS - 1):
        try:
            return _open(folder, cache, verified, previous)
        except DamagedFileError:
            raise
        except CorruptIndexError:
            time.sleep(OPEN_PAUSE_SECONDS)
    return _open(folder, cache, verified, previous)


def _open(
    folder: Path, cache: PostingsCache, verified: VerifiedFiles, previous: Snapshot | None
) -> Snapshot:
    stamp = read_stamp(folder)
    manifest = load_manifest(folder)
    verified.verify(manifest)
    known = previous.opened if previous else {}
    opened = {e.name: known.get(e.name) or open_segment(folder, e) for e in manifest.segments}
    known_leaves = previous.leaves if previous else []
    leaves = open_leaves(folder / KEYWORD_FOLDER, known_leaves) if manifest.segments else []
    statistics = _read_statistics(folder, manifest, previous)
    return Snapshot(folder, stamp, manifest, opened, leaves, cache, statistics)


def _read_statistics(
    folder: Path, manifest: Manifest, previous: Snapshot | None
) -> dict[str, bytes]:
    """The statistics by language; a file that was read before is not read again."""
    known = previous.known_statistics if previous else {}
    try:
        return {
            entry.language: known.get(entry) or (folder / entry.file.name).read_bytes()
            for entry in manifest.statistics
        }
    except OSError as exc:
        raise CorruptIndexError(REBUILD(problem=STATISTICS_MISSING(folder=folder))) from exc
