"""The keyword list: postings read once into arrays, scored by NumPy.

Whoosh's own scorer walks postings one by one in Python; here each posting list of a segment is read
once, kept in a bounded cache, and added into one score array, term by term (BM25 per field,
Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009; k1 1.2, b 0.75).
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

import numpy as np
import numpy.typing as npt
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, EmptyIndexError
from whoosh.reading import SegmentReader, TermNotFound

from indexer.analysis import analyze_token
from indexer.engines.embedded.articles import MISSING, ArticleTable, Ids, Mask
from indexer.engines.embedded.keyword_writer import EXACT_FIELDS, INDEX_NAME, RANKED_FIELDS
from indexer.engines.embedded.manifest import rebuild_advice
from indexer.errors import CorruptIndexError

K1 = 1.2
B = 0.75
CACHED_POSTINGS = 8_000_000

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Documents = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Documents of a segment that hold a term, ascending, and how often they do.

    Some of them may have been deleted since the list was read.
    """

    documents: Documents
    frequencies: Scores


class PostingsCache:
    """Postings by segment, field and term; the least recently used leave when it is full."""

    def __init__(self, capacity: int = CACHED_POSTINGS) -> None:
        self._capacity = capacity
        self._held: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, segment: "Segment", field: str, term: str) -> Postings:
        key = (segment.id, field, term)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        postings = segment.read_postings(field, term)
        with self._lock:
            if key not in self._held:
                self._held[key] = postings
                self._size += len(postings.documents) + 1
            while self._size > self._capacity and len(self._held) > 1:
                _, oldest = self._held.popitem(last=False)
                self._size -= len(oldest.documents) + 1
        return postings


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
            field: np.fromiter((length(n, field) for n in range(size)), np.float32, size)
            for field in RANKED_FIELDS
        }

    def read_postings(self, field: str, term: str) -> Postings:
        """Empty where the segment has no such term."""
        documents, frequencies = [], []
        with self._reading(field, term) as matcher:
            while matcher is not None and matcher.is_active():
                documents.append(matcher.id())
                frequencies.append(matcher.weight())
                matcher.next()
        return Postings(np.array(documents, np.int32), np.array(frequencies, np.float32))

    def read_positions(self, field: str, term: str, documents: Documents) -> list[frozenset[int]]:
        """The term's word positions in each of these live documents, which all hold it."""
        positions = []
        with self._reading(field, term) as matcher:
            for document in documents.tolist():
                matcher.skip_to(document)
                positions.append(frozenset(matcher.value_as("positions")))
        return positions

    def close(self) -> None:
        with self._lock:
            self._close()

    @contextmanager
    def _reading(self, field: str, term: str) -> Iterator[Any]:
        with self._lock:
            try:
                yield self._matcher(field, term)
            except Exception as exc:  # damaged files fail in as many ways as they have bytes
                raise CorruptIndexError(rebuild_advice("the keyword index is damaged")) from exc

    def _matcher(self, field: str, term: str) -> Any:
        try:
            return self._reader.postings(field, term)
        except TermNotFound:
            return None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A segment at one commit: which of its documents have not been deleted."""

    segment: Segment
    live: Mask


class KeywordSnapshot:
    """The keyword index at one commit, aligned with the table of live articles."""

    def __init__(
        self, leaves: Sequence[Leaf], articles: ArticleTable, cache: PostingsCache
    ) -> None:
        self._leaves = leaves
        self._cache = cache
        self._articles = articles
        # For each document the row of its article, MISSING where it was deleted or is not known.
        self._rows = [
            np.where(leaf.live, articles.rows_of(leaf.segment.article_ids), MISSING)
            for leaf in leaves
        ]
        self._mean_lengths = {field: self._mean_length(field) for field in RANKED_FIELDS}

    def article_ids(self) -> set[int]:
        """The articles that have a document, whether the table knows them or not."""
        return {i for leaf in self._leaves for i in leaf.segment.article_ids[leaf.live].tolist()}

    def score(self, words: Iterable[str]) -> tuple[Scores, Scores]:
        """Each article's score, and what a perfect match in its language would score.

        Both have one entry for each row of the article table.
        """
        scores = np.zeros(len(self._articles), np.float32)
        perfect = np.zeros(len(self._articles.languages), np.float32)
        for term, languages in self._terms(words).items():
            for field in RANKED_FIELDS:
                found = [self._gains(n, field, term) for n in range(len(self._leaves))]
                weight = self._weight(sum(len(rows) for rows, _ in found))
                perfect[languages] += weight * (K1 + 1)
                for rows, gains in found:
                    kept = self._are_in(rows, languages)
                    scores[rows[kept]] += weight * gains[kept]
        return scores, perfect[self._articles.language_codes]

    def coverage(self, words: Iterable[str]) -> dict[str, float]:
        """For each language the share of the words that make a term some article of it holds."""
        asked = np.zeros(len(self._articles.languages))
        known = np.zeros(len(self._articles.languages))
        for term, languages in self._terms(words).items():
            asked[languages] += 1
            held = np.zeros(len(asked), np.bool_)
            for n in range(len(self._leaves)):
                for field in RANKED_FIELDS:
                    documents = self._cache.get(self._leaves[n].segment, field, term).documents
                    rows = self._rows[n][documents]
                    held[self._articles.language_codes[rows[rows != MISSING]]] = True
            known[languages] += held[languages]
        shares = known / np.maximum(asked, 1)
        return dict(zip(self._articles.languages, shares.tolist(), strict=True))

    def holding(self, phrase: tuple[str, ...]) -> Mask:
        """Which articles hold these words one after the other in their title or text."""
        held = np.zeros(len(self._articles), np.bool_)
        for n, rows in enumerate(self._rows):
            for field in EXACT_FIELDS:
                held[rows[self._phrase_documents(n, field, phrase)]] = True
        return held

    def _terms(self, words: Iterable[str]) -> dict[str, list[int]]:
        """Terms of the words, each with the codes of the languages in which a word makes it."""
        terms: dict[str, list[int]] = {}
        for word in words:
            for code, language in enumerate(self._articles.languages):
                term = analyze_token(word, language)
                if term and code not in terms.setdefault(term, []):
                    terms[term].append(code)
        return terms

    def _weight(self, holding: int) -> float:
        """Inverse document frequency, as Whoosh counts it."""
        return math.log(len(self._articles) / (holding + 1)) + 1 if holding else 0.0

    def _gains(self, n: int, field: str, term: str) -> tuple[Rows, Scores]:
        """The rows of the articles of leaf n that hold the term, and what it is worth to each."""
        segment = self._leaves[n].segment
        postings = self._cache.get(segment, field, term)
        rows = self._rows[n][postings.documents]
        known = rows != MISSING
        frequencies, documents = postings.frequencies[known], postings.documents[known]
        relative = segment.lengths[field][documents] / self._mean_lengths[field]
        gains = frequencies * (K1 + 1) / (frequencies + K1 * (1 - B + B * relative))
        return rows[known], gains

    def _are_in(self, rows: Rows, languages: list[int]) -> Mask:
        if len(languages) == len(self._articles.languages):
            return np.ones(len(rows), np.bool_)
        return np.isin(self._articles.language_codes[rows], languages)

    def _phrase_documents(self, n: int, field: str, phrase: tuple[str, ...]) -> Documents:
        segment = self._leaves[n].segment
        lists = [self._cache.get(segment, field, word).documents for word in phrase]
        candidates: Documents = lists[0][self._rows[n][lists[0]] != MISSING]
        for documents in lists[1:]:
            candidates = np.intersect1d(candidates, documents, assume_unique=True)
        if len(phrase) == 1 or not len(candidates):
            return candidates
        positions = [segment.read_positions(field, word, candidates) for word in phrase]
        together = [
            any(all(s + i in positions[i][k] for i in range(1, len(phrase))) for s in starts)
            for k, starts in enumerate(positions[0])
        ]
        held: Documents = candidates[np.array(together, np.bool_)]
        return held

    def _mean_length(self, field: str) -> float:
        """In terms, over the articles that can be found; 1 where there are none."""
        known = [
            leaf.segment.lengths[field][rows != MISSING]
            for leaf, rows in zip(self._leaves, self._rows, strict=True)
        ]
        total = sum(float(lengths.sum(dtype=np.float64)) for lengths in known)
        return total / max(1, sum(map(len, known))) or 1.0


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
        raise CorruptIndexError(rebuild_advice(f"the keyword index {folder} is missing")) from exc
    except Exception as exc:  # damaged files fail in as many ways as they have bytes
        raise CorruptIndexError(rebuild_advice(f"the keyword index {folder} is damaged")) from exc


def _open(storage: FileStorage, contents: TOC, entry: Any) -> Segment:
    return Segment(SegmentReader(storage, contents.schema, entry))


def _leaf(segment: Segment, entry: Any) -> Leaf:
    live = np.ones(len(segment.article_ids), np.bool_)
    live[list(entry.deleted_docs())] = False
    return Leaf(segment, live)
