"""The index at one commit, opened for reading."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.engines.embedded.meaning.moments import Moments
from indexer.engines.embedded.meaning.vectors import VectorSegment, open_segment
from indexer.engines.embedded.storage.articles import MISSING, ArticleTable, Ids, Mask, join_tables
from indexer.engines.embedded.storage.manifest import FILE_NAME, Manifest, load_manifest
from indexer.engines.embedded.storage.verifying import (
    KEYWORD_FOLDER,
    DamagedFileError,
    VerifiedFiles,
)
from indexer.engines.embedded.words.reader import Leaf, PostingsCache, open_leaves
from indexer.engines.embedded.words.snapshot import KeywordSnapshot
from indexer.engines.port import Vectors
from indexer.errors import CorruptIndexError
from indexer.passages import ORDINAL_BITS

OPEN_ATTEMPTS = 10
OPEN_PAUSE_SECONDS = 0.02

# A segment's name and its dead articles.
SegmentState = tuple[str, frozenset[int]]
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
        previous: "Snapshot | None" = None,
    ) -> None:
        self._folder, self._stamp = folder, stamp
        self.manifest = manifest
        self.opened = opened
        self.leaves = leaves
        live = [opened[entry.name].articles.without(entry.dead) for entry in manifest.segments]
        self.articles: ArticleTable = join_tables(live)
        self.segments = [self._live(opened[e.name], e.dead) for e in manifest.segments]
        self.keyword = KeywordSnapshot(leaves, self.articles, cache)
        known = previous.segment_moments if previous else {}
        self.segment_moments: dict[SegmentState, Mapping[str, Moments]] = {
            (entry.name, entry.dead): known.get((entry.name, entry.dead))
            or opened[entry.name].moments_of(np.fromiter(entry.dead, np.int64, len(entry.dead)))
            for entry in manifest.segments
        }
        self.moments = _add_moments(self.segment_moments.values())

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
    return Snapshot(folder, stamp, manifest, opened, leaves, cache, previous)


def _add_moments(parts: Iterable[Mapping[str, Moments]]) -> dict[str, Moments]:
    """The moments of each language that has passages."""
    total: dict[str, Moments] = {}
    for part in parts:
        for language, own in part.items():
            total[language] = total[language] + own if language in total else own
    return {language: own for language, own in total.items() if own.count}
