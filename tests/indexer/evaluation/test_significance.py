import numpy as np
import pytest

from indexer.evaluation.significance import compare_topics


def test_few_topics_are_exchanged_in_every_way() -> None:
    found = compare_topics([1.0] * 5, [0.5] * 5)
    assert (found.mean, found.better, found.worse) == (0.5, 5, 0)
    assert found.p_value == pytest.approx(2 / 2**5)


def test_a_difference_counted_by_hand() -> None:
    # Of the eight ways to sign 3, 2 and -1, those that add up to 4 or more, or to -4 or less, are
    # +3+2-1, +3+2+1 and their opposites.
    found = compare_topics([3.0, 2.0, 0.0], [0.0, 0.0, 1.0])
    assert found.mean == pytest.approx(4 / 3)
    assert (found.better, found.worse) == (2, 1)
    assert found.p_value == pytest.approx(4 / 8)


@pytest.mark.parametrize("ours", [[0.4], [0.2, 0.9, 0.0], [0.5] * 400])
def test_equal_lists_differ_by_chance_alone(ours: list[float]) -> None:
    found = compare_topics(ours, ours)
    assert (found.mean, found.better, found.worse, found.p_value) == (0, 0, 0, 1)


def test_one_topic_proves_nothing() -> None:
    assert compare_topics([1.0], [0.0]).p_value == 1


def test_the_same_figures_give_the_same_p_value_whichever_comes_first() -> None:
    generator = np.random.default_rng(1)
    ours, others = generator.random(60), generator.random(60)
    first, again, turned = (
        compare_topics(*pair) for pair in ((ours, others), (ours, others), (others, ours))
    )
    assert first == again
    assert turned.p_value == pytest.approx(first.p_value, abs=0.02)
    assert (turned.mean, turned.better) == (pytest.approx(-first.mean), first.worse)


def test_luck_and_merit_are_told_apart() -> None:
    generator = np.random.default_rng(2)
    others = generator.random(300)
    noise = generator.normal(0, 0.2, 300)
    assert compare_topics(others + noise - noise.mean(), others).p_value > 0.9
    assert compare_topics(others + noise - noise.mean() + 0.1, others).p_value < 0.001
