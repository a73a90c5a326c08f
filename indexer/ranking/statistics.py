"""How the cosines of a query are spread over the passages of each language.

In one vector space every language sits in its own cone, so plain cosines hand the list to the
query's own language. For unit vectors x with mean m and covariance C, the cosines q.x have mean q.m
and variance q'Cq: a cosine less its mean, over its deviation, compares across languages.

Engines keep the sums these come from as bytes and understand nothing of them
(docs/decisions/016-language-statistics.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer.engines.port import CosineSpread, PassageVectors, Retrieval, Vectors

# A language of few passages would be judged by them alone: those of all languages together count as
# so many of its own, and before them what cosines of unrelated texts look like to E5 models.
PRIOR_PASSAGES = 10
PRIOR = CosineSpread(0.72, 0.022, PRIOR_PASSAGES)

Sums = npt.NDArray[np.float64]
# Vectors are summed rounded to multiples of this: then sums of up to 33 million of them, and of
# their products, fit a double without rounding, and no order of adding and subtracting shows.
GRAIN = 2.0**-14
BLOCK_PASSAGES = 8_192
_HEADER = np.dtype([("count", "<i8"), ("width", "<i8")])


@dataclass(frozen=True, slots=True)
class LanguageStatistics:
    """Sums over the passage vectors of a language: how many, their sum (d,), and the sum of their
    outer products, of which the upper triangle is kept row by row (d * (d + 1) / 2,).

    Addition and subtraction are exact to the bit, so the statistics depend on the vectors alone
    and not on when each of them came or what has gone since.
    """

    count: int
    sum: Sums
    products: Sums

    @classmethod
    def of(cls, vectors: Vectors) -> "LanguageStatistics":
        """Of unit vectors (passages, d)."""
        width = vectors.shape[1]
        total, products = np.zeros(width), np.zeros((width, width))
        for start in range(0, len(vectors), BLOCK_PASSAGES):
            block = vectors[start : start + BLOCK_PASSAGES]
            grained = np.rint(block / GRAIN).astype(np.float64) * GRAIN
            total += grained.sum(axis=0)
            products += grained.T @ grained
        return cls(len(vectors), total, products.ravel()[_upper_triangle(width)])

    @classmethod
    def from_bytes(cls, encoded: bytes) -> "LanguageStatistics":
        """What `to_bytes` encoded, without copying it."""
        header = np.frombuffer(encoded, _HEADER, 1)[0]
        sums = np.frombuffer(encoded, "<f8", offset=_HEADER.itemsize)
        return cls(int(header["count"]), sums[: header["width"]], sums[header["width"] :])

    def to_bytes(self) -> bytes:
        """A header of 16 bytes, then `sum` and `products` as little-endian doubles."""
        header = np.array([(self.count, len(self.sum))], _HEADER)
        return header.tobytes() + np.concatenate([self.sum, self.products], dtype="<f8").tobytes()

    def __add__(self, other: "LanguageStatistics") -> "LanguageStatistics":
        return LanguageStatistics(
            self.count + other.count, self.sum + other.sum, self.products + other.products
        )

    def __sub__(self, other: "LanguageStatistics") -> "LanguageStatistics":
        return LanguageStatistics(
            self.count - other.count, self.sum - other.sum, self.products - other.products
        )


@dataclass(frozen=True, slots=True)
class CosineSums:
    """Of a query's cosines with some passages: how many, their sum, and that of their squares."""

    count: int
    total: float
    squares: float

    def spread(self, prior: CosineSpread = PRIOR) -> CosineSpread:
        """Mean and deviation of the cosines, drawn to a prior where there are few."""
        weight = self.count + PRIOR_PASSAGES
        mean = (self.total + PRIOR_PASSAGES * prior.mean) / weight
        prior_squares = PRIOR_PASSAGES * (prior.deviation**2 + prior.mean**2)
        variance = (self.squares + prior_squares) / weight - mean**2
        return CosineSpread(mean, max(variance, 1e-8) ** 0.5, self.count)


def update_statistics(
    held: Mapping[str, bytes], gone: Iterable[PassageVectors], new: Iterable[PassageVectors]
) -> dict[str, bytes]:
    """The statistics of the languages that change when some articles give way to others; empty
    bytes for a language whose last passage is gone."""
    lost, gained = _by_language(gone), _by_language(new)
    updated = {}
    for language in sorted(lost.keys() | gained.keys()):
        parts = [LanguageStatistics.from_bytes(held[language])] if held.get(language) else []
        parts += [gained[language]] if language in gained else []
        total = _add(parts) - lost[language] if language in lost else _add(parts)
        updated[language] = total.to_bytes() if total.count else b""
    return updated


def with_spreads(retrieval: Retrieval, vector: Vectors | None) -> Retrieval:
    """The retrieval with the spreads of the query's cosines, for each language it knows of."""
    if vector is None:
        return retrieval
    unknown = {hit.language for hit in retrieval.dense} - retrieval.statistics.keys()
    spreads = find_spreads(dict.fromkeys(unknown, b"") | dict(retrieval.statistics), vector)
    return replace(retrieval, spreads=spreads)


def find_spreads(statistics: Mapping[str, bytes], vector: Vectors) -> dict[str, CosineSpread]:
    """How the cosines with this vector are spread over each language's passages.

    A language without statistics is judged by those of all others.
    """
    wide = vector.astype(np.float64)
    pairs = _pair_weights(wide)
    ordered = sorted(statistics.items())  # the order of adding shows in the last bit
    sums = {language: _sum_cosines(own, wide, pairs) for language, own in ordered}
    pooled = _pool(list(sums.values())).spread()
    return {language: own.spread(pooled) for language, own in sums.items()}


def _sum_cosines(encoded: bytes, query: Sums, pairs: Sums) -> CosineSums:
    if not encoded:
        return CosineSums(0, 0.0, 0.0)
    own = LanguageStatistics.from_bytes(encoded)
    # Not the products of BLAS: their last bit may depend on where in memory the arrays lie.
    total, squares = np.sum(query * own.sum), np.sum(pairs * own.products)
    return CosineSums(own.count, float(total), float(squares))


def _pair_weights(query: Sums) -> Sums:
    """What each product in the upper triangle counts in q'Pq: those off the diagonal twice."""
    doubled = 2 * query
    pairs = np.outer(doubled, query)
    np.fill_diagonal(pairs, query * query)
    return pairs.ravel().take(_upper_triangle(len(query)))


def _pool(several: Sequence[CosineSums]) -> CosineSums:
    return CosineSums(
        sum(own.count for own in several),
        sum(own.total for own in several),
        sum(own.squares for own in several),
    )


def _by_language(articles: Iterable[PassageVectors]) -> dict[str, LanguageStatistics]:
    vectors: dict[str, list[Vectors]] = defaultdict(list)
    for article in articles:
        if len(article.vectors):
            vectors[article.language].append(article.vectors)
    return {
        language: LanguageStatistics.of(np.concatenate(own)) for language, own in vectors.items()
    }


def _add(parts: Iterable[LanguageStatistics]) -> LanguageStatistics:
    first, *others = parts
    for other in others:
        first += other
    return first


@lru_cache(maxsize=4)
def _upper_triangle(width: int) -> npt.NDArray[np.intp]:
    """The places in a flat matrix (d * d,) of its upper triangle."""
    return np.flatnonzero(np.triu(np.ones((width, width), np.bool_)))
