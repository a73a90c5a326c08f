"""Whether one list is significantly better than another on the same topics. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 10_000
SEED = 7
# Permutations computed at once, which bounds the memory.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean difference of two lists, the numbers of topics on which the first is better and
    worse, and the two-sided p-value of the difference."""

    mean: float
    better: int
    worse: int
    p_value: float


def compare_topics(ours: Sequence[float], others: Sequence[float]) -> Difference:
    """A paired two-sided randomization test of the means over the same topics.

    If the lists were equally good, the two values of each topic could be exchanged. The p-value is
    the share of such exchanges that make at least as large a difference, out of PERMUTATIONS random
    ones or of all if there are fewer (Smucker, Allan and Carterette, CIKM 2007). The result is
    deterministic.
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
