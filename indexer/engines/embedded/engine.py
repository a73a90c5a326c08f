"""The embedded engine: vector segments and a Whoosh index under one manifest.

A commit writes the new vector segment, then the Whoosh documents, then the manifest with the
checkpoint. Killed in between, the manifest still names the old state and the next sync writes the
same articles again, which changes nothing.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np

from archive.durable import sync_path
from archive.messages import Message
from archive.model import ArticleFilter
from indexer.engines.embedded.dense import rank_dense
from indexer.engines.embedded.meaning.vectors import merge_segments, write_segment
from indexer.engines.embedded.snapshot import Snapshot, open_snapshot
from indexer.engines.embedded.storage.articles import ArticleTable
from indexer.engines.embedded.storage.files import named_files, read_state
from indexer.engines.embedded.storage.manifest import (
    ENGINE_NAME,
    FILE_NAME,
    FORMAT,
    Manifest,
    SegmentEntry,
    describe_files,
    file_problem,
    load_manifest,
    save_manifest,
)
from indexer.engines.embedded.storage.merging import pick_segments
from indexer.engines.embedded.storage.statistics import save_statistics
from indexer.engines.embedded.storage.verifying import KEYWORD_FOLDER, VerifiedFiles
from indexer.engines.embedded.words.conditions import permitted
from indexer.engines.embedded.words.demands import holding_all
from indexer.engines.embedded.words.ranking import coverage, explain_scores, rank_keyword
from indexer.engines.embedded.words.reader import PostingsCache, Rows
from indexer.engines.embedded.words.spelling import LexiconCache, find_spellings
from indexer.engines.embedded.words.writer import keyword_files, write_articles
from indexer.engines.port import (
    NO_STATISTICS,
    Counts,
    DenseHit,
    EngineState,
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    KeywordMatches,
    PassageVectors,
    Retrieval,
    RetrievalRequest,
    Spelling,
    WordGain,
    check_fingerprint,
)
from indexer.errors import CorruptIndexError
from indexer.lease import write_errors
from indexer.passages import article_of
from indexer.query import Query
from indexer.wordings import COMMIT_INTERRUPTED, HALVES_DIFFER, REBUILD

MAX_DEAD_SHARE = 0.5


class EmbeddedEngine:
    """See `SearchEngine`. Safe for many threads."""

    name = ENGINE_NAME
    format = str(FORMAT)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keyword_folder = folder / KEYWORD_FOLDER
        self._cache = PostingsCache()
        self._lexicons = LexiconCache()
        self._verified = VerifiedFiles(folder)
        self._refresh_lock = Lock()
        self._snapshot: Snapshot | None = None
        self._pending: dict[int, IndexedArticle | None] = {}
        self._pending_fingerprint: Fingerprint | None = None

    def fingerprint(self) -> Fingerprint | None:
        return self._current().manifest.fingerprint

    def checkpoint(self) -> int:
        return self._current().manifest.checkpoint

    def article_ids(self) -> list[int]:
        return list(map(int, self._current().articles.ids))

    def count(self) -> int:
        return len(self._current().articles)

    def count_passages(self) -> int:
        return self._current().count_passages()

    def check(self, files: bool = True) -> list[Message]:
        """The same articles in both halves and, with `files`, every file as it was written."""
        snapshot = self._current()
        if _is_ahead(self._keyword_folder, snapshot.manifest):
            return [COMMIT_INTERRUPTED()]
        damaged = self.damaged_parts() if files else {}
        problems = [REBUILD(problem=problem) for problem in damaged.values()]
        differing = snapshot.keyword.article_ids() ^ set(self.article_ids())
        if differing:
            problems.append(REBUILD(problem=HALVES_DIFFER(number=len(differing))))
        return problems

    def damaged_parts(self) -> dict[str, Message]:
        try:
            files = named_files(load_manifest(self._folder))
        except CorruptIndexError as exc:
            return {FILE_NAME: exc.message}
        found = {
            name: file_problem((self._folder / name).parent, file) for name, file in files.items()
        }
        return {name: problem for name, problem in found.items() if problem}

    def state(self) -> EngineState:
        return read_state(self._folder)

    def statistics(self) -> Mapping[str, bytes]:
        return self._current().statistics

    def vectors(self, article_ids: Iterable[int]) -> Mapping[int, PassageVectors]:
        return self._current().vectors_of(article_ids)

    def close(self) -> None:
        with self._refresh_lock:
            if self._snapshot is not None:
                self._snapshot.close()
            self._snapshot = None

    def rollback(self) -> None:
        self._pending.clear()

    def write(self, batch: IndexBatch) -> None:
        check_fingerprint(self.fingerprint(), batch.fingerprint)
        self._pending_fingerprint = batch.fingerprint
        self._pending |= {article.id: article for article in batch.articles}
        self._pending |= dict.fromkeys(batch.deleted_ids)

    def commit(self, checkpoint: int, statistics: Mapping[str, bytes] = NO_STATISTICS) -> None:
        manifest = self._current().manifest
        with write_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            # An earlier commit may have failed on a full disk, and its files lie in the way.
            self._remove_unlisted(manifest)
            if self._pending:
                manifest = self._write_pending(manifest)
            manifest = replace(
                manifest,
                checkpoint=max(checkpoint, manifest.checkpoint),
                statistics=save_statistics(self._folder, statistics, manifest.statistics),
            )
            save_manifest(self._folder, manifest)
            self._pending.clear()
            self._merge()

    def clear(self) -> None:
        self._pending.clear()
        with write_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            save_manifest(self._folder, Manifest())
        self._remove_unlisted(Manifest())
        shutil.rmtree(self._keyword_folder, ignore_errors=True)

    def retrieve(self, request: RetrievalRequest) -> Retrieval:
        snapshot = self._current()
        allowed = snapshot.articles.mask(request.filter)
        if request.keyword is not None:
            allowed &= permitted(snapshot.keyword, request.keyword)
        found = rank_keyword(
            snapshot.keyword, request.keyword, allowed, request.depth, request.rest
        )
        dense = rank_dense(snapshot, request, allowed)
        is_counted = request.counted and len(found.rows) > len(found.hits)
        return Retrieval(
            keyword=found.hits[: request.depth],
            rest=found.hits[request.depth :],
            dense=dense,
            coverage=coverage(snapshot.keyword, request.keyword),
            statistics=snapshot.statistics,
            matches=_count(snapshot.articles, found.rows, dense) if is_counted else None,
            complete=found.complete,
        )

    def count_matching(self, query: Query, wanted: ArticleFilter) -> Counts:
        snapshot = self._current()
        met = snapshot.articles.mask(wanted) & permitted(snapshot.keyword, query)
        if met.any():
            met &= holding_all(snapshot.keyword, query)
        return snapshot.articles.count(met)

    def explain(
        self, query: Query, article_ids: Sequence[int]
    ) -> Mapping[int, tuple[WordGain, ...]]:
        return explain_scores(self._current().keyword, query, article_ids)

    def spellings(self, words: Mapping[str, int], most: int) -> Mapping[str, tuple[Spelling, ...]]:
        snapshot = self._current()
        lexicons = self._lexicons.of(snapshot.leaves) if any(words.values()) else []
        return {
            word: find_spellings(
                snapshot.keyword, lexicons if distance else (), word, distance, most
            )
            for word, distance in words.items()
        }

    def _current(self) -> Snapshot:
        """The newest state on disk; only what changed since the last look is opened."""
        with self._refresh_lock:
            if self._snapshot is None or not self._snapshot.is_newest():
                self._snapshot = open_snapshot(
                    self._folder, self._cache, self._verified, self._snapshot
                )
            return self._snapshot

    def _write_pending(self, manifest: Manifest) -> Manifest:
        new = [article for article in self._pending.values() if article is not None]
        deleted = [i for i, article in self._pending.items() if article is None]
        if not manifest.segments:
            # Whatever words lie there belong to no commit of ours: an interrupted one or clearing.
            shutil.rmtree(self._keyword_folder, ignore_errors=True)
            manifest = replace(manifest, keyword=())
            save_manifest(self._folder, manifest)  # segments without one are damage
        manifest = manifest.bury(self._current().holders(self._pending))
        if new:
            entry = write_segment(self._folder, new)
            manifest = replace(manifest, segments=(*manifest.segments, entry))
        write_articles(self._keyword_folder, new, deleted)
        files = describe_files(keyword_files(self._keyword_folder), manifest.keyword)
        sync_path(self._keyword_folder)
        return replace(manifest, fingerprint=self._pending_fingerprint, keyword=files)

    def _merge(self) -> None:
        """Merge what the last commit left small or mostly dead, then drop files no longer named."""
        manifest = self._current().manifest
        picked = _segments_to_merge(manifest)
        if picked:
            parts = [(self._current().segment(entry.name), entry.dead) for entry in picked]
            living = [
                part for part, entry in zip(parts, picked, strict=True) if entry.dead_share < 1
            ]
            merged = (merge_segments(self._folder, living),) if living else ()
            kept = tuple(entry for entry in manifest.segments if entry not in picked)
            manifest = replace(manifest, segments=kept + merged)
            save_manifest(self._folder, manifest)
        self._remove_unlisted(manifest)

    def _remove_unlisted(self, manifest: Manifest) -> None:
        """What cannot be removed now is when the next commit comes."""
        listed = {file.name for file in manifest.own_files}
        drafts = self._keyword_folder.glob("_*.toc.*")
        for path in [*self._folder.glob("vectors-*"), *self._folder.glob("statistics-*"), *drafts]:
            if path.name not in listed:
                with suppress(OSError):
                    path.unlink()


def _is_ahead(keyword_folder: Path, manifest: Manifest) -> bool:
    """Whether the keyword half holds a commit that never reached the manifest."""
    named = {file.name for file in manifest.keyword if file.name.endswith(".toc")}
    return any(path.name not in named for path in keyword_folder.glob("*.toc"))


def _segments_to_merge(manifest: Manifest) -> list[SegmentEntry]:
    positions = pick_segments([entry.articles - len(entry.dead) for entry in manifest.segments])
    picked = [manifest.segments[position] for position in positions]
    decayed = [entry for entry in manifest.segments if entry.dead_share > MAX_DEAD_SHARE]
    return picked + [entry for entry in decayed if entry not in picked]


def _count(articles: ArticleTable, rows: Rows, dense: Sequence[DenseHit]) -> KeywordMatches:
    matching = np.zeros(len(articles), np.bool_)
    matching[rows] = True
    ids = np.array(sorted({article_of(hit.passage_id) for hit in dense}), np.int64)
    both = ids[matching[articles.rows_of(ids)]]
    return KeywordMatches(articles.count(matching), frozenset(both.tolist()))
