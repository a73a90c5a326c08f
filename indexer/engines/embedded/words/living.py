"""Words in the order of what is alive, where only what was ever written is cheap to know. Pure.

A segment counts the documents of a word with those deleted since, which depends on how often it was
merged. No answer may: the order is by the living.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=tuple[object, ...])


def pick_first(
    hopeful: Sequence[Key], settle: Callable[[Key], Key | None], most: int, most_settled: int
) -> list[Key]:
    """The `most` lowest of the true keys, ascending.

    `hopeful` ascends and has for each a key no higher than the true one, which `settle` finds out:
    None where nothing is left of it. At most `most_settled` are asked for.
    """
    found: list[Key] = []
    for key in hopeful[:most_settled]:
        if len(found) >= most and found[most - 1] < key:
            break
        settled = settle(key)
        if settled is not None:
            insort(found, settled)
    return found[:most]
