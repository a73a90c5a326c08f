"""Language statistics: how cosines are spread, exact under addition and subtraction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.port import CosineSpread, PassageVectors, Vectors
from indexer.ranking import statistics
from indexer.ranking.statistics import (
    PRIOR,
    PRIOR_PASSAGES,
    LanguageStatistics,
    find_spreads,
    update_statistics,
)

DIMENSION = 24


def make(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(0.3, 1, (count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


def spread_of(own: LanguageStatistics, query: Vectors) -> CosineSpread:
    return find_spreads({"fr": own.to_bytes()}, query)["fr"]


@given(st.integers(1, 60), st.integers(1, 60))
def test_parts_add_up_to_the_whole(one: int, other: int) -> None:
    first, second, query = make(one, 1), make(other, 2), make(1, 3)[0]
    whole = LanguageStatistics.of(np.concatenate([first, second]))
    joined = LanguageStatistics.of(first) + LanguageStatistics.of(second)
    assert joined.count == whole.count
    for part in (joined, (whole - LanguageStatistics.of(second)) + LanguageStatistics.of(second)):
        assert spread_of(part, query) == spread_of(whole, query)


@given(st.permutations(range(40)), st.integers(1, 39))
def test_no_order_of_adding_and_subtracting_shows(order: list[int], gone: int) -> None:
    """To the bit: what stands at a floor in one index must stand there in another."""
    vectors = make(40, 7)
    grown = LanguageStatistics.of(vectors[:0])
    for row in order:
        grown = grown + LanguageStatistics.of(vectors[[row]])
    left = grown - LanguageStatistics.of(vectors[order[:gone]])
    expected = LanguageStatistics.of(vectors[np.sort(order[gone:])])
    assert left.count == expected.count
    assert np.array_equal(left.sum, expected.sum)
    assert np.array_equal(left.products, expected.products)


def test_many_vectors_are_summed_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = LanguageStatistics.of(make(100, 8))
    monkeypatch.setattr(statistics, "BLOCK_PASSAGES", 7)
    assert np.array_equal(LanguageStatistics.of(make(100, 8)).products, whole.products)


def test_the_spread_is_that_of_the_cosines() -> None:
    vectors, query = make(20_000, 4), make(1, 5)[0]
    spread = spread_of(LanguageStatistics.of(vectors), query)
    cosines = vectors @ query
    assert spread.mean == pytest.approx(float(cosines.mean()), abs=2e-3)
    assert spread.deviation == pytest.approx(float(cosines.std()), rel=0.02)
    assert spread.standardize(spread.mean + 2 * spread.deviation) == pytest.approx(2)


def test_a_single_passage_is_judged_by_the_prior() -> None:
    query = make(1, 6)[0]
    spread = spread_of(LanguageStatistics.of(query[None, :]), query)
    # Once as one of all passages, and once as the only one of its language.
    assert abs(spread.mean - PRIOR.mean) < 2 * (1 - PRIOR.mean) / PRIOR_PASSAGES
    assert spread.deviation >= PRIOR.deviation * 0.9
    assert spread.standardize(1.0) > 2


def test_statistics_follow_articles_that_come_go_and_change_language() -> None:
    parts = {n: make(5, n) for n in range(6)}
    french = [PassageVectors("fr", parts[n]) for n in (0, 1, 2)]
    held = update_statistics({}, [], french)
    assert held == {"fr": LanguageStatistics.of(np.concatenate([*parts.values()][:3])).to_bytes()}
    changed = update_statistics(held, french[:1], [PassageVectors("en", parts[0])])
    assert changed.keys() == {"en", "fr"}
    assert changed == {
        "en": LanguageStatistics.of(parts[0]).to_bytes(),
        "fr": LanguageStatistics.of(np.concatenate([parts[1], parts[2]])).to_bytes(),
    }
    assert update_statistics(held, french, []) == {"fr": b""}
    assert update_statistics(held, [], [PassageVectors("de", parts[3])]).keys() == {"de"}


def test_a_language_without_statistics_is_judged_by_all_others() -> None:
    query, known = make(1, 5)[0], LanguageStatistics.of(make(4_000, 4)).to_bytes()
    spreads = find_spreads({"fr": known, "en": b""}, query)
    assert spreads["en"].passages == 0
    assert spreads["en"].mean == pytest.approx(spreads["fr"].mean, abs=5e-3)
