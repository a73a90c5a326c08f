"""How an article answers a query: by its words, by its meaning, or merely as the nearest there is.

The nearest of n unrelated passages lies the further out the larger n is, so no fixed cosine and no
fixed number of deviations tells an answer from chance. The query's own list does: the deviations of
unrelated articles fall about linearly with the logarithm of their rank, as the upper tail of a
distribution of exponential kind does (Weissman, 1978). What lies beyond that line at rank 1 is
unlikely to be chance. Fitted and measured in docs/decisions/021-answers-and-neighbours.md.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np

from indexer.engines.scoring import ALL_HELD

Match = Literal["all", "some", "meaning", "near"]
MATCHES: tuple[Match, ...] = ("all", "some", "meaning", "near")

# The ranks of the tail: not the first, which may be answers, and not the far end.
FIRST_RANK, LAST_RANK, MIN_RANKS = 10, 100, 5
# A language with fewer articles among the nearest is judged by the tail of all languages together.
# With fewer in all, the bound is the highest of as many as there are passages, of a normal
# distribution.
MIN_TAIL_ARTICLES = 50
# No bound lies lower, however alike all articles are.
MIN_DEVIATIONS = 2.0
# The nearest of all languages lies further out than that of one, as if it were of an archive with
# all their articles, but not quite: languages hold the same stories.
LANGUAGE_SHARE = 0.5
# How much further out an answer to a long question lies, in deviations.
DEVIATIONS_PER_LOG_WORD, MIN_QUERY_WORDS = 0.944, 6
# An article that holds less of the words than this is no answer for its words.
MIN_HELD = 0.35


def find_bounds(
    deviations: Mapping[int, float],
    languages: Mapping[int, str],
    passages: Mapping[str, int],
    query_words: int,
) -> dict[str, float]:
    """For each language, how many deviations above its mean an article's best passage must lie to
    be surely about a query of so many words.

    `deviations` are those of the nearest articles, `languages` their languages, and `passages` the
    number of passages of each language.
    """
    own: dict[str, list[float]] = defaultdict(list)
    for article, far in deviations.items():
        own[languages[article]].append(far)
    length = math.log1p(max(query_words, MIN_QUERY_WORDS)) - math.log1p(MIN_QUERY_WORDS)
    total = sum(passages[language] for language in own)
    pooled = math.sqrt(2 * math.log(max(total, 2)))
    if len(deviations) >= MIN_TAIL_ARTICLES:
        pooled, _ = _extrapolate(deviations.values())
    bounds = {}
    for language, found in own.items():
        highest = pooled
        if len(found) >= MIN_TAIL_ARTICLES:
            highest, fall = _extrapolate(found)
            highest += LANGUAGE_SHARE * fall * math.log(total / passages[language])
        bounds[language] = max(MIN_DEVIATIONS, highest + DEVIATIONS_PER_LOG_WORD * length)
    return bounds


def judge(held: float | None, is_sure: bool, least_held: float) -> Match:
    """How an article answers that holds this share of the words, None if it holds none."""
    if held is None or (held < least_held and not is_sure):
        return "meaning" if is_sure else "near"
    return "all" if held >= ALL_HELD else "some"


def _extrapolate(deviations: Iterable[float]) -> tuple[float, float]:
    """The deviations that chance would give the first, judged by those after it, and by how much
    they fall with the logarithm of the rank.
    """
    ordered = sorted(deviations, reverse=True)
    number = len(ordered)
    first = min(FIRST_RANK, max(2, number // 4))
    last = min(number, max(first + MIN_RANKS, min(LAST_RANK, number // 2)))
    ranks = np.arange(first, last + 1)
    slope, highest = np.polyfit(np.log(ranks), ordered[first - 1 : last], 1)
    return float(highest), float(-slope)
