from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.embedded.storage.merging import TIER_FACTOR, pick_segments


def test_a_full_tier_is_merged_the_smallest_first() -> None:
    small, large = [1] * TIER_FACTOR, [100] * TIER_FACTOR
    assert pick_segments(large + small) == list(range(TIER_FACTOR, 2 * TIER_FACTOR))
    assert pick_segments(large + small[1:]) == list(range(TIER_FACTOR))
    assert pick_segments(large[1:] + small[1:]) == []


@given(st.lists(st.integers(0, 10**7), max_size=80))
def test_few_segments_are_left_when_merging_is_done(sizes: list[int]) -> None:
    while picked := pick_segments(sizes):
        assert len(picked) >= TIER_FACTOR
        assert max(sizes[n] for n in picked) <= TIER_FACTOR * max(1, min(sizes[n] for n in picked))
        merged = sum(sizes[n] for n in picked)
        sizes = [size for n, size in enumerate(sizes) if n not in picked] + [merged]
    assert len(sizes) < TIER_FACTOR * 12


def test_each_article_is_rewritten_about_log_n_times() -> None:
    sizes: list[int] = []
    rewritten = 0
    for _ in range(4_096):
        sizes.append(1)
        while picked := pick_segments(sizes):
            merged = sum(sizes[n] for n in picked)
            rewritten += merged
            sizes = [size for n, size in enumerate(sizes) if n not in picked] + [merged]
    assert rewritten <= 4_096 * 4
    assert len(sizes) < TIER_FACTOR * 4
