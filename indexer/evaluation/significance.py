"""Whether one list is better than another, or only luckier on these topics. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 10_000
SEED = 7
# Bounds the memory: so many permutations of all topics at once.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a list is better on average, on how many topics it is better and worse, and how
    often chance alone would make as large a difference either way."""

    mean: float
    better: int
    worse: int
    p_value: float


def compare_topics(ours: Sequence[float], others: Sequence[float]) -> Difference:
    """A paired randomization test, two-sided, of the means over the same topics.

    Were the lists equally good, each topic's two figures could as well be exchanged: the p-value is
    the share of PERMUTATIONS random exchanges, or of all where they are fewer, that make as large a
    difference (Smucker, Allan and Carterette, CIKM 2007). The same figures give the same p-value.
    """
    differences = np.subtract(ours, others, dtype=np.float64)
    return Difference(
        mean=float(differences.mean()),
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        p_value=_test(differences) if len(differences) > 1 else 1.0,
    )


def _test(differences: npt.NDArray[np.float64]) -> float:
    from scipy.stats import permutation_test

    tested = permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=PERMUTATIONS,
        batch=BATCH,
        vectorized=True,
        rng=np.random.default_rng(SEED),
    )
    return float(tested.pvalue)
