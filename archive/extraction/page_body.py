"""Chooses the article's blocks among a page's, starting from those trafilatura finds.

Pure. trafilatura votes for the text it takes for the article. Blocks that it missed in the same
container are added (subheadings, list items, split containers), and blocks that it took from boxes,
captions and teasers are removed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.extraction.page_blocks import ENDS_SENTENCE, Block, fold
from archive.extraction.page_candidates import Candidate, is_core, judge_blocks, kind_of
from archive.extraction.page_cues import is_boilerplate
from archive.extraction.page_entries import find_labels

MIN_STANDFIRST_CHARACTERS = 30
MIN_REPEATED_CHARACTERS = 40
MAX_STANDFIRSTS = 5
MAX_BEFORE_FIRST = 8
_PARAGRAPHS_SHARE = 0.7
_TEXT_TAGS = frozenset((
    "p", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "dd", "dt", "tr", "td", "th",
))  # fmt: skip
_LISTED_TAGS = frozenset(("li", "blockquote", "pre", "tr", "dd"))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the article before its body, which leaves it out."""

    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()


def choose_paragraphs(
    blocks: Sequence[Block], voted: Iterable[str], known: Known
) -> tuple[str, ...]:
    """Return the article's summary, paragraphs and subheadings in order; empty if none.

    `voted` are the lines of text that another reader takes for the article.
    """
    candidates = judge_blocks(blocks, voted)
    core = [i for i, candidate in enumerate(candidates) if is_core(candidate)]
    if not core:
        return ()
    already_shown = {fold(text) for text in (known.title, *known.authors)}
    body = _choose_body(candidates, core[0], core[-1], already_shown)
    standfirst = _find_standfirst(candidates, core[0], body, known)
    return tuple(_once([candidates[i].block for i in (*standfirst, *body)]))


def _choose_body(
    candidates: Sequence[Candidate], first: int, last: int, already_shown: set[str]
) -> list[int]:
    """Return the blocks from the first core one to the last, with what belongs around them."""
    parents = _paragraph_parents(candidates)
    inner = [
        i
        for i in range(first, last + 1)
        if _belongs(candidates[i], parents) and candidates[i].block.folded not in already_shown
    ]
    opening = _first_heading(candidates, first, inner, already_shown)
    body = [*opening, *inner, *_find_closing(candidates, last, parents)]
    labels = find_labels(candidates, sorted(body))
    return _without_last_headings(sorted({*body, *labels}), candidates)


def _first_heading(
    candidates: Sequence[Candidate], first: int, body: Sequence[int], already_shown: set[str]
) -> list[int]:
    """Return the heading of the first of several parts that are made alike."""
    kinds = {kind_of(candidates[i].block.inside[-1]) for i in body if _is_part(candidates[i])}
    for i in range(first - 1, max(-1, first - MAX_BEFORE_FIRST), -1):
        block = candidates[i].block
        if block.tag == "h1" or block.folded in already_shown:
            return []
        if _is_part(candidates[i]) and kind_of(block.inside[-1]) in kinds:
            return [i]
    return []


def _is_part(candidate: Candidate) -> bool:
    return candidate.block.is_heading and candidate.is_clean and candidate.is_near


def _find_closing(
    candidates: Sequence[Candidate], last: int, parents: set[HtmlElement] | None
) -> list[int]:
    """Return a list, a quote or short headed answers after the last core block."""
    found = []
    for i in range(last + 1, len(candidates)):
        candidate = candidates[i]
        if not candidate.is_near:
            break
        if _belongs(candidate, parents) and (candidate.voted or _is_answer(candidate, parents)):
            found.append(i)
    return found


def _is_answer(candidate: Candidate, parents: set[HtmlElement] | None) -> bool:
    block = candidate.block
    beside = parents is not None and len(block.inside) > 1 and block.inside[-2] in parents
    return beside and (block.is_heading or block.tag == "p") and block.linked_characters == 0


def _paragraph_parents(candidates: Sequence[Candidate]) -> set[HtmlElement] | None:
    """Return the parents of the paragraphs, or None if the page does not use <p>."""
    core = [candidate for candidate in candidates if is_core(candidate)]
    paragraphs = [candidate for candidate in core if candidate.block.tag == "p"]
    if sum(c.size for c in paragraphs) <= _PARAGRAPHS_SHARE * sum(c.size for c in core):
        return None
    return {candidate.block.inside[-2] for candidate in paragraphs}


def _belongs(candidate: Candidate, parents: set[HtmlElement] | None) -> bool:
    block = candidate.block
    if not candidate.is_clean or block.tag == "h1" or is_boilerplate(block.text):
        return False
    if _is_mere_link(block) or (parents is not None and not _is_text(block, parents)):
        return False
    if not candidate.is_near:
        return candidate.voted and block.is_prose
    if parents is not None and block.tag == "p" and block.inside[-2] in parents:
        return True
    return candidate.voted or block.is_prose or block.is_heading or block.tag in _LISTED_TAGS


def _is_text(block: Block, parents: set[HtmlElement]) -> bool:
    """Return whether it is in a paragraph or between some, unlike labels and captions."""
    return block.tag in _TEXT_TAGS or (block.inside[-1] in parents and block.is_prose)


def _is_mere_link(block: Block) -> bool:
    """Return whether it is the title of another article; half a sentence may be linked."""
    max_share = 0.8 if block.text.endswith(ENDS_SENTENCE) else 0.5
    return block.linked_share > max_share and len(block.text) < 200


def _without_last_headings(body: list[int], candidates: Sequence[Candidate]) -> list[int]:
    while body and candidates[body[-1]].block.is_heading:
        body.pop()
    return body


def _find_standfirst(
    candidates: Sequence[Candidate], first: int, body: Sequence[int], known: Known
) -> list[int]:
    """Return the summary between headline and text, unless the text repeats it."""
    body_text = "\n".join(candidates[i].block.folded for i in body)
    title, summary = fold(known.title), fold(known.summary)
    headlines = [i for i in range(first) if _is_headline(candidates[i].block, title)]
    start = headlines[-1] + 1 if headlines else max(0, first - 8)
    found = [i for i in range(start, first) if _is_summary(candidates[i], summary)]
    return [i for i in found[-MAX_STANDFIRSTS:] if candidates[i].block.folded not in body_text]


def _is_headline(block: Block, title: str) -> bool:
    return block.tag == "h1" or (bool(title) and block.folded == title)


def _is_summary(candidate: Candidate, summary: str) -> bool:
    block = candidate.block
    if len(block.text) < MIN_STANDFIRST_CHARACTERS or block.linked_share > 0.5:
        return False
    declared = len(summary) > MIN_STANDFIRST_CHARACTERS and block.folded.startswith(
        summary[:MIN_REPEATED_CHARACTERS]
    )
    return declared or (block.is_standfirst and candidate.is_clean)


def _once(blocks: Sequence[Block]) -> list[str]:
    """Return their texts, without a summary that only repeats the first paragraph's start.

    A long text that occurs again is a copy for another screen width.
    """
    if len(blocks) > 1 and blocks[1].folded.startswith(blocks[0].folded):
        blocks = blocks[1:]
    seen: set[str] = set()
    texts = []
    for block in blocks:
        if block.folded not in seen or len(block.text) < MIN_REPEATED_CHARACTERS:
            texts.append(block.text)
        seen.add(block.folded)
    return texts
