"""The keyword index, read: each posting list once into arrays, kept in a bounded cache.

Whoosh's own scorer walks postings one by one in Python; `keyword_ranking` adds these arrays up.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

import numpy as np
import numpy.typing as npt
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, EmptyIndexError
from whoosh.reading import SegmentReader, TermNotFound

from indexer.engines.embedded.storage.articles import MISSING, ArticleTable, Ids, Mask
from indexer.engines.embedded.storage.cache import SizedCache
from indexer.engines.embedded.words.writer import INDEX_NAME, RANKED_FIELDS
from indexer.errors import CorruptIndexError
from indexer.wordings import FILE_DAMAGED, KEYWORD_INDEX_DAMAGED, KEYWORD_INDEX_MISSING, REBUILD

CACHED_BYTES = 96_000_000
# Of a list beside its figures: two arrays, a key of three strings, a place in the order of use.
# After commits by the second most lists are of small segments and all but empty.
ENTRY_BYTES = 600
# Of the words that begin with a prefix, in the order of the alphabet.
MAX_SCANNED = 20_000
# Terms read under one lock: 15 ms, while queries wait.
PAGE_TERMS = 5_000
# A place in a text is a key: the number of its document in these bits and above, the word's below.
DOCUMENT_BITS = 32

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Documents = npt.NDArray[np.int32]
Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Documents of a segment that hold a term, ascending, and how often they do.

    Some of them may have been deleted since the list was read.
    """

    documents: Documents
    frequencies: Scores


NO_POSTINGS = Postings(np.empty(0, np.int32), np.empty(0, np.float32))


class Segment:
    """A Whoosh segment on disk, which never changes; read by one thread at a time.

    Its reader stays open from commit to commit, and until the last query that reads it has ended.
    """

    def __init__(self, reader: SegmentReader) -> None:
        self._reader = reader
        self._close = finalize(self, reader.close)
        self._lock = Lock()  # all postings of a segment are read through one position in its file
        self.id: str = reader.segment().segment_id()
        size, length = reader.doc_count_all(), reader.doc_field_length
        ids = reader.column_reader("id")
        self.article_ids: Ids = np.fromiter((ids[n] for n in range(size)), np.int64, size)
        self.lengths: dict[str, Scores] = {
            field: np.fromiter((length(n, field) or 0 for n in range(size)), np.float32, size)
            for field in RANKED_FIELDS
        }

    def read_postings(self, field: str, term: str) -> Postings:
        """Empty where the segment has no such term."""
        documents, frequencies = [], []
        with self._reading():
            matcher = self._matcher(field, term)
            while matcher is not None and matcher.is_active():
                documents.append(matcher.id())
                frequencies.append(matcher.weight())
                matcher.next()
        if not documents:
            return NO_POSTINGS
        return Postings(np.array(documents, np.int32), np.array(frequencies, np.float32))

    def read_places(self, field: str, term: str, documents: Documents) -> Keys:
        """Where the term stands in those of these documents that hold it, ascending."""
        places: list[int] = []
        with self._reading():
            matcher = self._matcher(field, term)
            for document in documents.tolist() if matcher is not None else ():
                matcher.skip_to(document)
                if not matcher.is_active():
                    break
                if matcher.id() == document:
                    first = document << DOCUMENT_BITS
                    places += [first + position for position in matcher.value_as("positions")]
        return np.array(places, np.int64)

    def read_words(self, field: str, prefix: str) -> list[tuple[str, int]]:
        """Up to MAX_SCANNED terms that begin so, and how many documents hold each."""
        start = prefix.encode()
        with self._reading():
            found = self._reader.iter_from(field, start)
            own = takewhile(lambda e: e[0][0] == field and e[0][1].startswith(start), found)
            return [
                (name.decode(), int(info.doc_frequency()))
                for (_, name), info in islice(own, MAX_SCANNED)
            ]

    def each_term(self, field: str) -> Iterator[str]:
        """Every term of the field in order; other threads may read between two pages of them."""
        last = b""
        while True:
            with self._reading():
                found = takewhile(lambda e: e[0] == field, self._reader.terms_from(field, last))
                page = [term for _, term in islice(found, PAGE_TERMS)]
            yield from (term.decode() for term in page if term != last)
            if len(page) < PAGE_TERMS:
                return
            last = page[-1]

    def count_documents(self, field: str, term: str) -> int:
        """How many documents hold the term, deleted ones too."""
        with self._reading():
            name = (field, term.encode())
            return int(self._reader.doc_frequency(*name)) if name in self._reader else 0

    def close(self) -> None:
        with self._lock:
            self._close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except Exception as exc:  # damaged files fail in as many ways as they have bytes
                raise CorruptIndexError(REBUILD(problem=KEYWORD_INDEX_DAMAGED())) from exc

    def _matcher(self, field: str, term: str) -> Any:
        try:
            return self._reader.postings(field, term)
        except TermNotFound:
            return None


class PostingsCache:
    """Postings by segment, field and words; the least recently used leave when it is full."""

    def __init__(self, capacity_bytes: int = CACHED_BYTES) -> None:
        self._held: SizedCache[tuple[str, str, str], Postings] = SizedCache(
            capacity_bytes, _count_bytes, ENTRY_BYTES
        )

    def get(self, segment: Segment, field: str, term: str) -> Postings:
        return self._held.get((segment.id, field, term), lambda: segment.read_postings(field, term))

    def get_phrase(
        self, segment: Segment, field: str, words: tuple[str, ...], within: int | None = None
    ) -> Postings:
        """Documents that hold the words one after the other, and how often; or, in any order with
        at most `within` others among them."""
        if len(words) == 1:
            return self.get(segment, field, words[0])
        name = " ".join(words) + ("" if within is None else f" ~{within}")
        return self._held.get(
            (segment.id, field, name), lambda: self._read_phrase(segment, field, words, within)
        )

    def _read_phrase(
        self, segment: Segment, field: str, words: tuple[str, ...], within: int | None
    ) -> Postings:
        candidates = self.get(segment, field, words[0]).documents
        for word in dict.fromkeys(words[1:]):
            documents = self.get(segment, field, word).documents
            candidates = np.intersect1d(candidates, documents, assume_unique=True)
        places = {word: segment.read_places(field, word, candidates) for word in words}
        starts = (
            follow([places[word] for word in words])
            if within is None
            else gather(list(places.values()), len(words) + within)
        )
        held, often = np.unique(starts >> DOCUMENT_BITS, return_counts=True)
        if not len(held):
            return NO_POSTINGS
        return Postings(held.astype(np.int32), often.astype(np.float32))


def _count_bytes(postings: Postings) -> int:
    return postings.documents.nbytes + postings.frequencies.nbytes


def follow(places: Sequence[Keys]) -> Keys:
    """Where the first word stands with each of the others right after the one before."""
    starts = places[0]
    for n, own in enumerate(places[1:], start=1):
        starts = starts[_are_among(starts + n, own)]
    return starts


def gather(places: Sequence[Keys], window: int) -> Keys:
    """Where a window of so many words begins that holds every one of the words."""
    # Each list is in order already; `np.unique` hashes, which takes ten times as long.
    starts = np.sort(np.concatenate(places), kind="stable")
    starts = starts[np.diff(starts, prepend=-1) > 0]
    for own in places:
        if not len(own):
            return own
        next_place = np.minimum(np.searchsorted(own, starts), len(own) - 1)
        starts = starts[(own[next_place] >= starts) & (own[next_place] < starts + window)]
    return starts


def _are_among(keys: Keys, ascending: Keys) -> Mask:
    if not len(ascending):
        return np.zeros(len(keys), np.bool_)
    places = np.minimum(np.searchsorted(ascending, keys), len(ascending) - 1)
    return np.asarray(ascending[places] == keys, np.bool_)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A segment at one commit: which of its documents have not been deleted."""

    segment: Segment
    live: Mask


def document_rows(leaf: Leaf, articles: ArticleTable) -> Rows:
    """For each document the row of its article, MISSING where it was deleted or is not known."""
    return np.where(leaf.live, articles.rows_of(leaf.segment.article_ids), MISSING)


def open_leaves(folder: Path, known: Iterable[Leaf]) -> list[Leaf]:
    """The segments of the newest commit in the folder; those known already stay open.

    Raises CorruptIndexError.
    """
    opened = {leaf.segment.id: leaf.segment for leaf in known}
    try:
        # Mapped, a segment is copied into memory whole (300 MB for 21,831 articles); read from its
        # file it answers as fast.
        storage = FileStorage(str(folder), supports_mmap=False)
        contents = TOC.read(storage, INDEX_NAME)
        return [
            _leaf(opened.get(entry.segment_id()) or _open(storage, contents, entry), entry)
            for entry in contents.segments
        ]
    except (EmptyIndexError, FileNotFoundError) as exc:
        raise CorruptIndexError(REBUILD(problem=KEYWORD_INDEX_MISSING(folder=folder))) from exc
    except Exception as exc:  # damaged files fail in as many ways as they have bytes
        raise CorruptIndexError(REBUILD(problem=FILE_DAMAGED(name=folder))) from exc


def _open(storage: FileStorage, contents: TOC, entry: Any) -> Segment:
    return Segment(SegmentReader(storage, contents.schema, entry))


def _leaf(segment: Segment, entry: Any) -> Leaf:
    live = np.ones(len(segment.article_ids), np.bool_)
    live[list(entry.deleted_docs())] = False
    return Leaf(segment, live)
