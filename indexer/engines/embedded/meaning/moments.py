"""How the cosines of a query are spread over the passages of one language. Pure.

In one vector space every language sits in its own cone, so plain cosines hand the list to the
query's own language. For unit vectors x with mean m and covariance C, the cosines q.x have mean q.m
and variance q'Cq: a cosine less its mean, over its deviation, compares across languages.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.engines.port import CosineSpread, Vectors

# A language of few passages would be judged by them alone: those of all languages together count as
# so many of its own, and before them what cosines of unrelated texts look like to E5 models.
PRIOR_PASSAGES = 10
PRIOR = CosineSpread(0.72, 0.022, PRIOR_PASSAGES)

Sums = npt.NDArray[np.float64]
# Vectors are summed rounded to multiples of this: then sums of up to 33 million of them, and of
# their products, fit a double without rounding, and no order of adding and subtracting shows.
GRAIN = 2.0**-14
BLOCK_PASSAGES = 8_192


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over some vectors: how many, their sum (d,) and the sum of their outer products (d, d).

    Addition and subtraction are exact to the bit, so a language's moments depend on its vectors
    alone and not on when each of them came or what has gone since.
    """

    count: int
    sum: Sums
    products: Sums

    @classmethod
    def of(cls, vectors: Vectors) -> "Moments":
        """Of unit vectors (passages, d)."""
        width = vectors.shape[1]
        total = cls(0, np.zeros(width), np.zeros((width, width)))
        for start in range(0, len(vectors), BLOCK_PASSAGES):
            total += cls._of_block(vectors[start : start + BLOCK_PASSAGES])
        return total

    @classmethod
    def _of_block(cls, vectors: Vectors) -> "Moments":
        # In half precision, as segments keep them: before and after writing they are the same.
        kept = vectors.astype(np.float16).astype(np.float32)
        grained = np.rint(kept / GRAIN).astype(np.float64) * GRAIN
        return cls(len(vectors), grained.sum(axis=0), grained.T @ grained)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.count + other.count, self.sum + other.sum, self.products + other.products
        )

    def __sub__(self, other: "Moments") -> "Moments":
        return Moments(
            self.count - other.count, self.sum - other.sum, self.products - other.products
        )

    def spread(self, query: Vectors, prior: CosineSpread = PRIOR) -> CosineSpread:
        """Mean and deviation of the query's cosines, drawn to a prior where there are few."""
        wide = query.astype(np.float64)
        total, squares = float(wide @ self.sum), float(wide @ self.products @ wide)
        weight = self.count + PRIOR_PASSAGES
        mean = (total + PRIOR_PASSAGES * prior.mean) / weight
        prior_squares = PRIOR_PASSAGES * (prior.deviation**2 + prior.mean**2)
        variance = (squares + prior_squares) / weight - mean**2
        return CosineSpread(mean, max(variance, 1e-8) ** 0.5, self.count)
