import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking.fusion import (
    RRF_K,
    convex_combination,
    dense_score,
    expected_share,
    keyword_score,
    reciprocal_rank_fusion,
)

scores = st.dictionaries(st.integers(1, 20), st.floats(0, 1))
weights = shares = st.floats(0, 1)


@given(scores, scores, weights)
def test_convex_is_bounded_and_covers_both_lists(keyword: dict, dense: dict, weight: float) -> None:
    fused = convex_combination(keyword, dense, weight)
    assert fused.keys() == keyword.keys() | dense.keys()
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())


@given(scores, scores, weights, st.integers(1, 20))
def test_a_better_score_never_lowers_an_article(
    keyword: dict, dense: dict, weight: float, article: int
) -> None:
    before = convex_combination(keyword, dense, weight).get(article, 0.0)
    after = convex_combination(keyword | {article: 1.0}, dense, weight)[article]
    assert after >= before - 1e-9


def test_one_list_alone_keeps_its_order() -> None:
    alone = {1: 0.9, 2: 0.5, 3: 0.1}
    for fuse in (convex_combination, reciprocal_rank_fusion):
        fused = fuse(alone, {}, 0.5)
        assert sorted(fused, key=lambda a: -fused[a]) == [1, 2, 3]
        assert fuse({}, {}, 0.5) == {}


def test_reciprocal_ranks_add_up() -> None:
    fused = reciprocal_rank_fusion({1: 9.0, 2: 5.0}, {2: 0.9}, 0.5)
    assert fused == pytest.approx({1: 0.5 / 61, 2: 0.5 / 62 + 0.5 / 61})


def test_the_best_of_a_hundred_thousand_counts_as_much_as_a_perfect_match() -> None:
    assert (dense_score(-2.0), dense_score(0.0), dense_score(7.0)) == pytest.approx((0, 0, 1))


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_the_score_of_a_meaning_is_monotone(one: float, other: float) -> None:
    assert dense_score(one) >= 0
    assert (dense_score(one) - dense_score(other)) * (one - other) >= 0


@given(shares, shares, st.floats(0, 3))
def test_words_count_as_far_as_the_language_is_the_querys(
    share: float, coverage: float, dense: float
) -> None:
    assert keyword_score(share, 1.0, dense) == share
    assert keyword_score(share, 0.0, dense) == expected_share(dense)
    between = sorted((share, expected_share(dense)))
    assert between[0] - 1e-9 <= keyword_score(share, coverage, dense) <= between[1] + 1e-9


@given(shares, shares, shares, st.floats(0, 3), st.floats(0, 3))
def test_neither_more_words_nor_more_meaning_lower_an_article(
    share: float, more: float, coverage: float, dense: float, nearer: float
) -> None:
    least = keyword_score(share, coverage, dense)
    assert keyword_score(max(share, more), coverage, max(dense, nearer)) >= least - 1e-9


@given(scores, scores, weights)
def test_both_fusions_are_symmetric(keyword: dict, dense: dict, weight: float) -> None:
    for fuse in (convex_combination, reciprocal_rank_fusion):
        assert fuse(keyword, dense, weight) == pytest.approx(fuse(dense, keyword, 1 - weight))


@given(scores, scores, weights)
def test_reciprocal_ranks_are_bounded_and_cover_both_lists(
    keyword: dict, dense: dict, weight: float
) -> None:
    fused = reciprocal_rank_fusion(keyword, dense, weight)
    assert fused.keys() == keyword.keys() | dense.keys()
    assert all(0 <= score <= 1 / (RRF_K + 1) + 1e-12 for score in fused.values())
