"""The keyword list: postings read once into arrays, scored by NumPy.

Whoosh's own scorer walks postings one by one in Python; here each posting list of a segment is read
once, kept in a bounded cache, and added into one score array, term by term (BM25 per field,
Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009; k1 1.2, b 0.75).
"""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.reading import IndexReader, TermNotFound

from indexer.analysis import analyze_token
from indexer.engines.embedded.articles import ArticleTable, Ids, Mask
from indexer.engines.embedded.keyword_writer import EXACT_FIELDS, RANKED_FIELDS

K1 = 1.2
B = 0.75
CACHED_POSTINGS = 8_000_000

Scores = npt.NDArray[np.float32]
Documents = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Documents of a segment that hold a term, ascending, and how often they do."""

    documents: Documents
    frequencies: Scores


class PostingsCache:
    """Postings by segment, field and term; the least recently used leave when it is full."""

    def __init__(self, capacity: int = CACHED_POSTINGS) -> None:
        self._capacity = capacity
        self._held: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, leaf: "Leaf", field: str, term: str) -> Postings:
        key = (leaf.segment_id, field, term)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        postings = read_postings(leaf.reader, field, term)
        with self._lock:
            self._held[key] = postings
            self._size += len(postings.documents) + 1
            while self._size > self._capacity and len(self._held) > 1:
                _, oldest = self._held.popitem(last=False)
                self._size -= len(oldest.documents) + 1
        return postings


class Leaf:
    """One Whoosh segment; `segment_id` also tells how many of its documents were deleted."""

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        segment = reader.segment()
        self.segment_id = f"{segment.segment_id()}-{segment.deleted_count()}"
        self.size = reader.doc_count_all()

    @cached_property
    def article_ids(self) -> Ids:
        column = self.reader.column_reader("id")
        return np.fromiter((column[n] for n in range(self.size)), np.int64, self.size)

    def live_article_ids(self) -> Ids:
        deleted = [n for n in range(self.size) if self.reader.is_deleted(n)]
        return np.delete(self.article_ids, deleted)

    @cached_property
    def lengths(self) -> dict[str, Scores]:
        """Terms in each ranked field of each document."""
        length = self.reader.doc_field_length
        return {
            field: np.fromiter((length(n, field) for n in range(self.size)), np.float32, self.size)
            for field in RANKED_FIELDS
        }


class KeywordSnapshot:
    """The keyword index at one commit, aligned with the table of live articles."""

    def __init__(self, leaves: list[Leaf], articles: ArticleTable, cache: PostingsCache) -> None:
        self._leaves = leaves
        self._cache = cache
        self._articles = articles
        self._rows = [articles.rows_of(leaf.article_ids) for leaf in leaves]
        self._documents = sum(leaf.size for leaf in leaves)
        self._mean_lengths = {
            field: _mean(leaf.lengths[field] for leaf in leaves) for field in RANKED_FIELDS
        }

    def article_ids(self) -> set[int]:
        """The articles that have a document, whether the table knows them or not."""
        return {i for leaf in self._leaves for i in leaf.live_article_ids().tolist()}

    def score(self, words: Iterable[str]) -> tuple[Scores, Scores]:
        """Each article's score, and what a perfect match in its language would score.

        Both have one entry for each row of the article table.
        """
        scores = np.zeros(len(self._articles), np.float32)
        perfect = np.zeros(len(self._articles.languages), np.float32)
        for term, languages in self._terms(words).items():
            weights = {field: self._weight(field, term) for field in RANKED_FIELDS}
            perfect[languages] += sum(weights.values()) * (K1 + 1)
            for leaf, rows in zip(self._leaves, self._rows, strict=True):
                self._add(scores, leaf, rows, term, languages, weights)
        return scores, perfect[self._articles.language_codes]

    def holding(self, phrase: tuple[str, ...]) -> Mask:
        """Which articles hold these words one after the other in their title or text."""
        held = np.zeros(len(self._articles), np.bool_)
        for leaf, rows in zip(self._leaves, self._rows, strict=True):
            for field in EXACT_FIELDS:
                found = rows[self._phrase_documents(leaf, field, phrase)]
                held[found[found >= 0]] = True
        return held

    def _terms(self, words: Iterable[str]) -> dict[str, list[int]]:
        """Terms of the words, each with the codes of the languages in which a word makes it."""
        terms: dict[str, list[int]] = {}
        for word in words:
            for code, language in enumerate(self._articles.languages):
                term = analyze_token(word, language)
                if term and code not in terms.setdefault(term, []):
                    terms[term].append(code)
        return {term: languages for term, languages in terms.items() if languages}

    def _weight(self, field: str, term: str) -> float:
        """Inverse document frequency, as Whoosh counts it."""
        holding = sum(len(self._cache.get(leaf, field, term).documents) for leaf in self._leaves)
        return math.log(self._documents / (holding + 1)) + 1 if holding else 0.0

    def _add(
        self,
        scores: Scores,
        leaf: Leaf,
        rows: npt.NDArray[np.int64],
        term: str,
        languages: list[int],
        weights: dict[str, float],
    ) -> None:
        for field, weight in weights.items():
            postings = self._cache.get(leaf, field, term)
            targets = rows[postings.documents]
            kept = targets >= 0
            if len(languages) < len(self._articles.languages):
                kept &= np.isin(self._articles.language_codes[targets], languages)
            documents, frequency = postings.documents[kept], postings.frequencies[kept]
            relative = leaf.lengths[field][documents] / self._mean_lengths[field]
            gain = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * relative))
            scores[targets[kept]] += weight * gain

    def _phrase_documents(self, leaf: Leaf, field: str, phrase: tuple[str, ...]) -> Documents:
        lists = [self._cache.get(leaf, field, word).documents for word in phrase]
        candidates = lists[0]
        for documents in lists[1:]:
            candidates = np.intersect1d(candidates, documents, assume_unique=True)
        if len(phrase) == 1 or not len(candidates):
            return candidates
        positions = [read_positions(leaf.reader, field, word, candidates) for word in phrase]
        together = [
            n
            for n, starts in enumerate(positions[0])
            if any(all(s + i in positions[i][n] for i in range(1, len(phrase))) for s in starts)
        ]
        return candidates[together]


def open_leaves(reader: IndexReader, known: dict[str, Leaf]) -> list[Leaf]:
    """The leaves of a reader, those already known taken over with their arrays."""
    leaves = [Leaf(part) for part, _ in reader.leaf_readers()]
    for leaf in leaves:
        old = known.get(leaf.segment_id)
        if old is not None:
            leaf.__dict__.update(
                {
                    name: old.__dict__[name]
                    for name in ("article_ids", "lengths")
                    if name in old.__dict__
                }
            )
    return leaves


def read_postings(reader: IndexReader, field: str, term: str) -> Postings:
    """Empty where the segment has no such term. Deleted documents are left out."""
    documents, frequencies = [], []
    matcher = _matcher(reader, field, term)
    while matcher is not None and matcher.is_active():
        documents.append(matcher.id())
        frequencies.append(matcher.weight())
        matcher.next()
    return Postings(np.array(documents, np.int32), np.array(frequencies, np.float32))


def read_positions(
    reader: IndexReader, field: str, term: str, documents: Documents
) -> list[frozenset[int]]:
    """The term's word positions in each of these documents, which all hold it."""
    matcher = _matcher(reader, field, term)
    positions = []
    for document in documents.tolist():
        matcher.skip_to(document)
        positions.append(frozenset(matcher.value_as("positions")))
    return positions


def _matcher(reader: IndexReader, field: str, term: str) -> Any:
    try:
        return reader.postings(field, term)
    except TermNotFound:
        return None


def _mean(lengths: Iterable[Scores]) -> float:
    joined = np.concatenate([*lengths, np.zeros(0, np.float32)])
    return float(joined.mean()) if joined.size and joined.any() else 1.0
