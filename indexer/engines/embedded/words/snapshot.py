"""The keyword index at one commit: which articles hold a term, and what it is worth to them.

BM25 per field (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009) with k1 and b for
short news texts; measured in docs/decisions/010-query-language.md.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.analysis import analyze_token
from indexer.engines.embedded.storage.articles import MISSING, ArticleTable, Mask
from indexer.engines.embedded.storage.cache import SizedCache
from indexer.engines.embedded.words.lazy_selection import select_lowest
from indexer.engines.embedded.words.reader import (
    Leaf,
    Postings,
    PostingsCache,
    Rows,
    Scores,
    document_rows,
)
from indexer.engines.embedded.words.writer import EXACT_FIELDS, RANKED_FIELDS
from indexer.engines.scoring import K1, MAX_EXPANSIONS, B

CACHED_GAINS = 4_000_000
CACHED_PREFIXES = 10_000
# Of words that begin with a prefix so many are counted at most to find the most frequent.
MAX_COUNTED = 512
# An exact field is as long as the ranked one of the same text, near enough to share its lengths.
_LENGTHS = dict(zip((*RANKED_FIELDS, *EXACT_FIELDS), RANKED_FIELDS * 2, strict=True))

Codes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gains:
    """What a term is worth to the articles that hold it, and at most to any."""

    rows: Rows
    values: Scores
    highest: float


class KeywordSnapshot:
    """The keyword index aligned with the table of live articles. Safe for many threads."""

    def __init__(
        self, leaves: Sequence[Leaf], articles: ArticleTable, cache: PostingsCache
    ) -> None:
        self._leaves = leaves
        self._cache = cache
        self.articles = articles
        self.every_code: Codes = tuple(range(len(articles.languages)))
        self._rows = [document_rows(leaf, articles) for leaf in leaves]
        self._mean_lengths = {field: self._mean_length(field) for field in RANKED_FIELDS}
        self._gains: SizedCache[tuple[str, tuple[str, ...], str, Codes], Gains] = SizedCache(
            CACHED_GAINS, lambda gains: len(gains.rows)
        )
        self._prefixes: SizedCache[str, tuple[str, ...]] = SizedCache(CACHED_PREFIXES, len)

    def article_ids(self) -> set[int]:
        """The articles that have a document, whether the table knows them or not."""
        return {i for leaf in self._leaves for i in leaf.segment.article_ids[leaf.live].tolist()}

    def terms_of(self, word: str) -> dict[str, Codes]:
        """The word's terms, each with the codes of the languages that make it of the word."""
        terms: dict[str, list[int]] = {}
        for code, language in enumerate(self.articles.languages):
            terms.setdefault(analyze_token(word, language), []).append(code)
        return {term: tuple(codes) for term, codes in terms.items()}

    def holding(
        self,
        field: str,
        words: tuple[str, ...],
        codes: Codes | None = None,
        within: int | None = None,
    ) -> Mask:
        """Which articles, of these languages, hold the words in the field: one after the other, or
        in any order with at most `within` others among them."""
        held = np.zeros(len(self.articles), np.bool_)
        for leaf, own in zip(self._leaves, self._rows, strict=True):
            postings = self._cache.get_phrase(leaf.segment, field, words, within)
            rows = own[postings.documents]
            held[rows[rows != MISSING]] = True
        return held if codes is None else held & self._are_in(codes)

    def frequency(self, field: str, word: str) -> int:
        """How many articles hold the word in the field."""
        held = (
            rows[self._cache.get(leaf.segment, field, word).documents]
            for leaf, rows in zip(self._leaves, self._rows, strict=True)
        )
        return sum(int(np.count_nonzero(rows != MISSING)) for rows in held)

    def gains(self, field: str, words: tuple[str, ...], codes: Codes) -> Gains:
        """What a term, or a run of exact words, is worth to articles of these languages."""
        return self._gains.get(
            (field, words, "together", codes),
            lambda: self._weigh(
                field,
                [self._cache.get_phrase(leaf.segment, field, words) for leaf in self._leaves],
                codes,
            ),
        )

    def gains_of_any(self, field: str, words: tuple[str, ...], codes: Codes) -> Gains:
        """What it is worth to hold any of these words, taken for one."""
        return self._gains.get(
            (field, words, "any", codes),
            lambda: self._weigh(
                field,
                [
                    unite([self._cache.get(leaf.segment, field, word) for word in words])
                    for leaf in self._leaves
                ],
                codes,
            ),
        )

    def expand(self, prefix: str) -> tuple[str, ...]:
        """The words that begin so, at most MAX_EXPANSIONS, the most frequent first."""
        return self._prefixes.get(prefix, lambda: self._expand(prefix))

    def _expand(self, prefix: str) -> tuple[str, ...]:
        counted: Counter[str] = Counter()
        for leaf in self._leaves:
            for field in EXACT_FIELDS:
                for word, documents in leaf.segment.read_words(field, prefix):
                    counted[word] += documents
        bounds = sorted((-documents, word) for word, documents in counted.items())
        found = select_lowest(bounds, self._count_living, MAX_EXPANSIONS, MAX_COUNTED)
        return tuple(word for _, word in found)

    def _count_living(self, key: tuple[int, str]) -> tuple[int, str] | None:
        held = sum(self.frequency(field, key[1]) for field in EXACT_FIELDS)
        return (-held, key[1]) if held else None

    def _weigh(self, field: str, found: Sequence[Postings], codes: Codes) -> Gains:
        parts = [self._saturate(n, field, postings) for n, postings in enumerate(found)]
        rows = np.concatenate([rows for rows, _ in parts] or [np.empty(0, np.int64)])
        weight = self._weight(len(rows))
        values = weight * np.concatenate([gains for _, gains in parts] or [np.empty(0, np.float32)])
        if codes != self.every_code:
            kept = np.isin(self.articles.language_codes[rows], codes)
            rows, values = rows[kept], values[kept]
        return Gains(rows, values.astype(np.float32), weight * (K1 + 1))

    def _weight(self, holding: int) -> float:
        """Inverse document frequency, never negative; 0 for what nobody holds, so that a word the
        archive does not know takes nothing from a perfect match."""
        others = len(self.articles) - holding
        return math.log(1 + (others + 0.5) / (holding + 0.5)) if holding else 0.0

    def _saturate(self, n: int, field: str, postings: Postings) -> tuple[Rows, Scores]:
        """Rows of the articles of leaf n, and how much their frequencies count, below K1 + 1."""
        rows = self._rows[n][postings.documents]
        known = rows != MISSING
        frequencies, documents = postings.frequencies[known], postings.documents[known]
        name = _LENGTHS[field]
        relative = self._leaves[n].segment.lengths[name][documents] / self._mean_lengths[name]
        gains = frequencies * (K1 + 1) / (frequencies + K1 * (1 - B + B * relative))
        return rows[known], gains

    def _are_in(self, codes: Codes) -> Mask:
        return np.isin(self.articles.language_codes, codes)

    def _mean_length(self, field: str) -> float:
        """In terms, over the articles that can be found; 1 where there are none."""
        known = [
            leaf.segment.lengths[field][rows != MISSING]
            for leaf, rows in zip(self._leaves, self._rows, strict=True)
        ]
        total = sum(float(lengths.sum(dtype=np.float64)) for lengths in known)
        return total / max(1, sum(map(len, known))) or 1.0


def unite(several: Sequence[Postings]) -> Postings:
    """The documents that hold any of the terms, and how often all of them together."""
    documents = np.concatenate([postings.documents for postings in several])
    frequencies = np.concatenate([postings.frequencies for postings in several])
    distinct, places = np.unique(documents, return_inverse=True)
    often = np.bincount(places, weights=frequencies, minlength=len(distinct))
    return Postings(distinct, often.astype(np.float32))
