"""How articles answer a query, and what of a ranking is shown for it."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.port import CosineSpread, DenseHit
from indexer.passages import passage_id
from indexer.ranking.judging import MIN_HELD, find_bounds, judge
from indexer.ranking.merged_ranking import (
    MAX_NEAR,
    KeywordRank,
    Ranking,
    SemanticRank,
    keep_answers,
    keep_similar,
    put_near_last,
    with_bounds,
)


def unrelated(number: int, seed: int = 7) -> list[float]:
    """The 200 highest of so many deviations that mean nothing, best first."""
    drawn = np.random.default_rng(seed).normal(size=number)
    return sorted(drawn.tolist(), reverse=True)[:200]


def bound(deviations: Sequence[float], query_words: int = 6) -> float:
    numbered = dict(enumerate(deviations))
    return find_bounds(numbered, dict.fromkeys(numbered, "fr"), {"fr": 500}, query_words)["fr"]


@pytest.mark.parametrize("number", [300, 3_000, 30_000, 300_000])
def test_the_bound_follows_the_size_of_the_archive(number: int) -> None:
    """The nearest of many unrelated passages lies further out than that of few."""
    highest = np.mean([unrelated(number, seed)[0] for seed in range(20)])
    bounds = [bound(unrelated(number, seed)) for seed in range(20)]
    assert abs(np.mean(bounds) - highest) < 0.7
    assert np.std(bounds) < 0.4


def test_answers_do_not_raise_their_own_bound() -> None:
    without = bound(unrelated(5_000))
    assert abs(bound([9.0, 8.5, 8.0, *unrelated(5_000)]) - without) < 0.4


def test_the_nearest_of_many_languages_lies_further_out() -> None:
    alone = bound(unrelated(5_000))
    codes = [f"l{n}" for n in range(8)]
    pairs = [(code, far) for n, code in enumerate(codes) for far in unrelated(5_000, n)]
    deviations = {place: far for place, (_, far) in enumerate(pairs)}
    languages = {place: code for place, (code, _) in enumerate(pairs)}
    bounds = find_bounds(deviations, languages, dict.fromkeys(codes, 5_000), 6)
    assert np.mean(list(bounds.values())) > alone + 0.1


def test_a_small_language_is_judged_by_all_languages_together() -> None:
    deviations = dict(enumerate([*unrelated(3_000), 3.9, 1.0]))
    languages = {place: "fr" if place < 200 else "ca" for place in deviations}
    bounds = find_bounds(deviations, languages, {"fr": 3_000, "ca": 4}, 6)
    assert bounds["ca"] == pytest.approx(bounds["fr"], abs=0.3)


def test_a_long_question_needs_to_lie_further_out() -> None:
    bounds = [bound(unrelated(5_000), words) for words in (1, 6, 12, 40)]
    assert bounds == sorted(bounds)
    assert bounds[0] == bounds[1]


@given(st.lists(st.floats(0, 7), min_size=1, max_size=60))
def test_any_list_has_a_finite_bound(deviations: list[float]) -> None:
    assert math.isfinite(bound(sorted(deviations, reverse=True)))


def test_articles_that_are_all_alike_are_not_sure() -> None:
    assert bound([0.0] * 60) > 1
    assert bound([1.0] * 60) > 1


@pytest.mark.parametrize(
    ("held", "is_sure", "match"),
    [
        (1.0, False, "all"),
        (1.0, True, "all"),
        (0.5, False, "some"),
        (MIN_HELD / 2, False, "near"),
        (MIN_HELD / 2, True, "some"),
        (None, True, "meaning"),
        (None, False, "near"),
    ],
)
def test_how_an_article_answers(held: float | None, is_sure: bool, match: str) -> None:
    assert judge(held, is_sure, MIN_HELD) == match


def rank(*articles: tuple[float | None, float]) -> Ranking:
    """Articles 1, 2, ... in this order: the share of the words each holds, and its deviations.

    A hundred articles that mean nothing are among the deviations, but not in the ranking.
    """
    numbered = dict(enumerate(articles, start=1))
    far = {number: each[1] for number, each in numbered.items()}
    far |= dict(enumerate(unrelated(400)[:100], start=1_000))
    ranking = Ranking(
        article_ids=tuple(numbered),
        scores=dict.fromkeys(numbered, 0.5),
        keyword={n: KeywordRank(n, 1, 1, each[0]) for n, each in numbered.items() if each[0]},
        semantic={number: SemanticRank(number, 0.8, z) for number, z in far.items()},
        hits={number: (DenseHit(passage_id(number, 0), 0.8, "fr"),) for number in far},
        words={},
        meanings={},
        keyword_weight=0.5,
        spreads={"fr": CosineSpread(0.72, 0.02, 500)},
        coverage={"fr": 1.0},
    )
    return with_bounds(ranking, query_words=3)


def test_what_is_merely_near_comes_last_and_is_the_nearest_few() -> None:
    ranking = rank((None, 1.0), (0.1, 1.0), (0.6, 0.5), (None, 6.0), (1.0, 2.0))
    assert [ranking.match(n) for n in range(1, 6)] == ["near", "near", "some", "meaning", "all"]
    assert put_near_last(ranking).article_ids == (3, 4, 5, 1, 2)
    many = rank(*[(None, 1.0)] * 40, (0.1, 0.2), (1.0, 1.0))
    assert put_near_last(many).article_ids == (42, *range(1, MAX_NEAR + 1), 41)
    assert keep_answers(many).article_ids == (42,)


def test_where_nothing_answers_the_nearest_stay() -> None:
    nearest = rank((None, 1.0), (0.1, 1.0))
    assert put_near_last(nearest) == keep_answers(nearest) == nearest


def test_similar_articles_are_those_beyond_chance_and_the_nearest_few() -> None:
    similar = keep_similar(rank(*[(0.3, 1.0)] * 12, (0.3, 6.0), (0.3, 1.0), (0.3, 6.5)))
    assert similar.article_ids == (*range(1, MAX_NEAR + 1), 13, 15)
    assert len(keep_similar(rank(*[(0.3, 1.0)] * 30)).article_ids) == MAX_NEAR
