"""The lowest of many keys that are expensive to compute but cheap to bound from below. Pure.

A segment counts deleted documents of a word until it is merged, so its counts are only bounds. The
order of words must not depend on merging and is that of the exact counts.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=tuple[object, ...])


def select_lowest(
    bounds: Sequence[Key], compute: Callable[[Key], Key | None], limit: int, max_computed: int
) -> list[Key]:
    """The `limit` lowest exact keys, ascending.

    `bounds` ascends and has a lower bound of each key, from which `compute` returns the exact key,
    or None to drop it. At most `max_computed` keys are computed.
    """
    found: list[Key] = []
    for bound in bounds[:max_computed]:
        if len(found) >= limit and found[limit - 1] < bound:
            break
        key = compute(bound)
        if key is not None:
            insort(found, key)
    return found[:limit]
