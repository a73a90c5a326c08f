"""`indexer.moments`: how cosines are spread, exact under addition and subtraction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engine import Vectors
from indexer.moments import PRIOR, PRIOR_PASSAGES, Moments

DIMENSION = 24


def make(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(0.3, 1, (count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(st.integers(1, 60), st.integers(1, 60))
def test_parts_add_up_to_the_whole(one: int, other: int) -> None:
    first, second, query = make(one, 1), make(other, 2), make(1, 3)[0]
    whole = Moments.of(np.concatenate([first, second]))
    joined = Moments.of(first) + Moments.of(second)
    assert joined.count == whole.count
    for part in (joined, (whole - Moments.of(second)) + Moments.of(second)):
        spread, expected = part.spread(query), whole.spread(query)
        assert spread.mean == pytest.approx(expected.mean, abs=1e-5)
        assert spread.deviation == pytest.approx(expected.deviation, abs=1e-4)


def test_the_spread_is_that_of_the_cosines() -> None:
    vectors, query = make(20_000, 4), make(1, 5)[0]
    spread = Moments.of(vectors).spread(query)
    cosines = vectors @ query
    assert spread.mean == pytest.approx(float(cosines.mean()), abs=2e-3)
    assert spread.deviation == pytest.approx(float(cosines.std()), rel=0.02)
    assert spread.standardize(spread.mean + 2 * spread.deviation) == pytest.approx(2)


def test_a_single_passage_is_judged_by_the_prior() -> None:
    query = make(1, 6)[0]
    spread = Moments.of(query[None, :]).spread(query)
    assert abs(spread.mean - PRIOR.mean) < (1 - PRIOR.mean) / PRIOR_PASSAGES + 1e-6
    assert spread.deviation >= PRIOR.deviation * 0.9
    assert spread.standardize(1.0) > 2
