"""How the cosines of a query are spread over the passages of one language. Pure.

In one vector space every language sits in its own cone, so plain cosines hand the list to the
query's own language. For unit vectors x with mean m and covariance C, the cosines q.x have mean q.m
and variance q'Cq: a cosine less its mean, over its deviation, compares across languages.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.engine import CosineSpread, Vectors

# A language of few passages would be judged by them alone: those of all languages together count as
# so many of its own, and before them what cosines of unrelated texts look like to E5 models.
PRIOR_PASSAGES = 10
PRIOR = CosineSpread(0.72, 0.022, PRIOR_PASSAGES)

Sums = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over some vectors: how many, their sum (d,) and the sum of their outer products (d, d).

    Exact under addition and subtraction.
    """

    count: int
    sum: Sums
    products: Sums

    @classmethod
    def of(cls, vectors: Vectors) -> "Moments":
        """(passages, d)."""
        # In single precision, 30 times faster and off by a millionth; the sums stay double.
        products = vectors.T @ vectors
        return cls(len(vectors), vectors.sum(axis=0, dtype=np.float64), products.astype(np.float64))

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
