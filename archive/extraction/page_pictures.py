"""Reads a story told in pictures, whose captions are its text. Pure."""

from collections.abc import Sequence

from lxml.html import HtmlElement

from archive.extraction import page_cues
from archive.extraction.page_blocks import Block, fold, read_blocks

MIN_CAPTIONS = 3
# The share of the captions in the story's text, with the text that the page shows otherwise.
_MIN_SHARE = 0.5


def read_captions(root: HtmlElement, shown: Sequence[str]) -> tuple[str, ...]:
    """Return the shown paragraphs and all captions in order; empty if they are no story.

    They are one if there are several captions of whole sentences, with at least as much text.
    """
    blocks = [block for block in read_blocks(root, captions=True) if block.is_prose]
    captions = _distinct([block for block in blocks if _is_caption(block)])
    size = sum(len(block.text) for block in captions)
    if len(captions) < MIN_CAPTIONS or size < _MIN_SHARE * (size + sum(map(len, shown))):
        return ()
    kept = {fold(text) for text in shown} | {block.folded for block in captions}
    story = _distinct([block for block in blocks if block.folded in kept])
    return tuple(block.text for block in story)


def _is_caption(block: Block) -> bool:
    near = block.inside[-2:]
    return any(e.tag == "figcaption" or page_cues.is_caption(page_cues.name_of(e)) for e in near)


def _distinct(blocks: Sequence[Block]) -> list[Block]:
    return list({block.folded: block for block in reversed(blocks)}.values())[::-1]
