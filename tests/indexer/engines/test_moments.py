"""`moments`: how cosines are spread, exact under addition and subtraction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.embedded.meaning import moments
from indexer.engines.embedded.meaning.moments import PRIOR, PRIOR_PASSAGES, Moments
from indexer.engines.port import Vectors

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
        assert part.spread(query) == whole.spread(query)


@given(st.permutations(range(40)), st.integers(1, 39))
def test_no_order_of_adding_and_subtracting_shows(order: list[int], gone: int) -> None:
    """To the bit: what stands at a floor in one index must stand there in another."""
    vectors = make(40, 7)
    grown = Moments.of(vectors[:0])
    for row in order:
        grown = grown + Moments.of(vectors[[row]])
    left = grown - Moments.of(vectors[order[:gone]])
    expected = Moments.of(vectors[np.sort(order[gone:])])
    assert left.count == expected.count
    assert np.array_equal(left.sum, expected.sum)
    assert np.array_equal(left.products, expected.products)


def test_many_vectors_are_summed_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Moments.of(make(100, 8))
    monkeypatch.setattr(moments, "BLOCK_PASSAGES", 7)
    assert np.array_equal(Moments.of(make(100, 8)).products, whole.products)


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
