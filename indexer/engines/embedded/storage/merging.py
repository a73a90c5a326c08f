"""Which segments to merge: those of the lowest size tier that is full. Pure.

Tiers grow by a factor, so each article is rewritten about log(n) times in an archive of n and the
number of segments stays logarithmic (O'Neil et al., The Log-Structured Merge-Tree, 1996).
"""

import math
from collections import defaultdict
from collections.abc import Sequence

TIER_FACTOR = 8


def pick_segments(sizes: Sequence[int]) -> list[int]:
    """Positions of the segments to merge into one; empty when none need it."""
    tiers: dict[int, list[int]] = defaultdict(list)
    for position, size in enumerate(sizes):
        tiers[int(math.log(max(size, 1), TIER_FACTOR))].append(position)
    full = [members for _, members in sorted(tiers.items()) if len(members) >= TIER_FACTOR]
    return full[0] if full else []
