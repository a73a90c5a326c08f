"""Reads pages without long paragraphs, and the hours of a live page's entries. Pure."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archive.extraction.page_blocks import ENDS_SENTENCE, HEADINGS, Block, fold
from archive.extraction.page_candidates import Candidate, kind_of
from archive.extraction.page_cues import is_boilerplate

MIN_SHORT_LINES = 3
MIN_ENTRIES = 3
MAX_LABEL_CHARACTERS = 60
MAX_LINKED_SHARE = 0.5
# The share of short lines that end a sentence, unlike those of a menu or a form.
_SENTENCES_SHARE = 0.4
_SHORT_TAGS = HEADINGS - {"h1"} | {"p", "li", "dd", "dt", "blockquote"}
_HOUR = re.compile(r"(?<![\d.:])(?:[01]?\d|2[0-3])\s?[h:.]\s?[0-5]\d(?!\d|[.:]\d)", re.IGNORECASE)


def choose_short_lines(blocks: Sequence[Block], title: str) -> tuple[str, ...]:
    """Return the headings and short paragraphs of a page without long ones; empty if none."""
    start = next((i for i, block in enumerate(blocks) if block.tag == "h1"), -1) + 1
    lines = [block for block in blocks[start:] if _is_short_line(block, fold(title))]
    while lines and lines[-1].is_heading:
        lines.pop()
    texts = [block.text for block in lines if not block.is_heading]
    sentences = sum(text.endswith(ENDS_SENTENCE) for text in texts)
    if len(texts) < MIN_SHORT_LINES or sentences < _SENTENCES_SHARE * len(texts):
        return ()
    return tuple(block.text for block in lines)


def _is_short_line(block: Block, title: str) -> bool:
    if block.tag not in _SHORT_TAGS or block.foreign or block.doubtful or block.folded == title:
        return False
    return block.linked_share < MAX_LINKED_SHARE and not is_boilerplate(block.text)


def find_labels(candidates: Sequence[Candidate], body: Sequence[int]) -> list[int]:
    """Return the blocks with the hours of a live page's entries, unless their headings have them.

    They are made alike, and text follows each.
    """
    if not body or _have_hours(candidates[i].block for i in body if candidates[i].block.is_heading):
        return []
    hours = [i for i in range(body[-1]) if _is_label(candidates[i].block)]
    found = [
        i
        for i, following in pairwise([*hours, len(candidates)])
        if bisect_left(body, i) < bisect_left(body, following)
    ]
    kinds = Counter(kind_of(candidates[i].block.inside[-1]) for i in found)
    return [i for i in found if kinds[kind_of(candidates[i].block.inside[-1])] >= MIN_ENTRIES]


def _is_label(block: Block) -> bool:
    return len(block.text) <= MAX_LABEL_CHARACTERS and _HOUR.match(block.text) is not None


def _have_hours(headings: Iterable[Block]) -> bool:
    return sum(_HOUR.search(block.text) is not None for block in headings) >= MIN_ENTRIES - 1
