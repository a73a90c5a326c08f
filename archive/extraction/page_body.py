"""Chooses the article's blocks among a page's, starting from those trafilatura finds.

Pure. trafilatura votes for the text it takes for the article. Blocks that it missed in the same
container are added (subheadings, list items, split containers), and blocks that it took from boxes,
captions and teasers are removed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.extraction.page_blocks import Block, fold
from archive.extraction.page_cues import is_boilerplate

MIN_VOTE_CHARACTERS = 20
MIN_STANDFIRST_CHARACTERS = 30
MIN_REPEATED_CHARACTERS = 40
MAX_STANDFIRSTS = 5
# Beyond this, only whole lines match: searching for each within all takes quadratic time.
MAX_SEARCHED_CHARACTERS = 500_000
# Shares of the voted characters. An element with that much is the article, whatever its name.
_OUTER_SHARE = 0.7
_TRUSTED_SHARE = 0.62
_CONTAINER_SHARE = 0.85
_SIBLING_SHARE = 0.3
_PARAGRAPHS_SHARE = 0.7
_TEXT_TAGS = frozenset((
    "p", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "dd", "dt", "tr", "td", "th",
))  # fmt: skip
_LISTED_TAGS = frozenset(("li", "blockquote", "pre", "tr", "dd"))
_ENDS_SENTENCE = (".", "!", "?", "…", "。", "！", "？", "”", "»", '"', "“", ")", ":")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the article before its body, which leaves it out."""

    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    block: Block
    voted: bool
    is_clean: bool = True
    is_near: bool = False

    @property
    def size(self) -> int:
        return len(self.block.text)


def choose_paragraphs(
    blocks: Sequence[Block], voted: Iterable[str], known: Known
) -> tuple[str, ...]:
    """Return the article's summary, paragraphs and subheadings in order; empty if none.

    `voted` are the lines of text that another reader takes for the article.
    """
    candidates = _judge(_count_votes(blocks, voted))
    core = [i for i, candidate in enumerate(candidates) if _is_core(candidate)]
    if not core:
        return ()
    already_shown = {fold(text) for text in (known.title, *known.authors)}
    body = _choose_body(candidates, core[0], core[-1], already_shown)
    standfirst = _find_standfirst(candidates, core[0], body, known)
    return tuple(_once([candidates[i].block for i in (*standfirst, *body)]))


def _count_votes(blocks: Sequence[Block], voted: Iterable[str]) -> list[_Candidate]:
    lines = {fold(line) for line in voted}
    joined = "\n".join(lines)
    if len(joined) > MAX_SEARCHED_CHARACTERS:
        joined = ""
    return [_Candidate(block, _is_in(block.folded, lines, joined)) for block in blocks]


def _is_in(folded: str, lines: set[str], joined: str) -> bool:
    return folded in lines or (len(folded) > MIN_VOTE_CHARACTERS and folded in joined)


def _is_core(candidate: _Candidate) -> bool:
    near = candidate.voted or candidate.is_near
    return near and candidate.is_clean and candidate.block.is_prose


def _judge(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the candidates with `is_clean` and `is_near` set from their surroundings."""
    prose = [c for c in candidates if c.voted and c.block.is_prose]
    if not prose:
        return []
    is_trusted = _find_trusted(prose)
    judged = [
        _Candidate(c.block, c.voted, _is_clean(c, is_trusted), is_near=False) for c in candidates
    ]
    core = [c for c in judged if _is_core(c)] or prose
    near = _find_near(core)
    return [_Candidate(c.block, c.voted, c.is_clean, near(c.block)) for c in judged]


def _find_trusted(prose: Sequence[_Candidate]) -> Callable[[HtmlElement], bool]:
    """Return a test for elements with most of the article, alone or with their like."""
    container = _lowest_container(prose, _OUTER_SHARE)
    outer = {container, *container.iterancestors()}
    shares: Counter[tuple[str, str]] = Counter()
    for candidate in prose:
        for kind in {_kind(e) for e in (*candidate.block.foreign, *candidate.block.doubtful)}:
            shares[kind] += candidate.size
    threshold = _TRUSTED_SHARE * sum(c.size for c in prose)
    kinds = {kind for kind, size in shares.items() if size > threshold}
    return lambda element: element in outer or _kind(element) in kinds


def _is_clean(candidate: _Candidate, is_trusted: Callable[[HtmlElement], bool]) -> bool:
    """Return whether no foreign element, or doubtful one if not voted prose, is around it."""
    block = candidate.block
    trusted = candidate.voted and block.is_prose
    suspects = block.foreign if trusted else (*block.foreign, *block.doubtful)
    return all(is_trusted(element) for element in suspects)


def _find_near(core: Sequence[_Candidate]) -> Callable[[Block], bool]:
    """Return a test for blocks in the article's container, or in similar ones."""
    container = _lowest_container(core, _CONTAINER_SHARE)
    shares: Counter[tuple[str, str]] = Counter()
    for candidate in core:
        shares[_parent_kind(candidate.block)] += candidate.size
    threshold = _SIBLING_SHARE * sum(c.size for c in core)
    kinds = {kind for kind, size in shares.items() if size > threshold and kind[1]}
    return lambda block: container in block.inside or _parent_kind(block) in kinds


def _lowest_container(candidates: Sequence[_Candidate], share: float) -> HtmlElement:
    """Return the innermost element that contains this share of the candidates' text."""
    sizes: Counter[HtmlElement] = Counter()
    depths: dict[HtmlElement, int] = {}
    for candidate in candidates:
        for depth, element in enumerate(_containers(candidate.block)):
            sizes[element] += candidate.size
            depths[element] = depth
    threshold = share * sum(c.size for c in candidates)
    return max((e for e, size in sizes.items() if size >= threshold), key=depths.__getitem__)


def _containers(block: Block) -> tuple[HtmlElement, ...]:
    """Return the elements that may contain more of the article: not a paragraph itself."""
    return block.inside[:-1] if block.tag == "p" and len(block.inside) > 1 else block.inside


def _kind(element: HtmlElement) -> tuple[str, str]:
    return str(element.tag), (element.get("class") or "").strip()


def _parent_kind(block: Block) -> tuple[str, str]:
    return _kind(block.inside[-2] if len(block.inside) > 1 else block.inside[-1])


def _choose_body(
    candidates: Sequence[_Candidate], first: int, last: int, already_shown: set[str]
) -> list[int]:
    """Return the blocks from the first core one to the last, and a list or quote after it."""
    parents = _paragraph_parents(candidates)
    body = [
        i
        for i in range(first, last + 1)
        if _belongs(candidates[i], parents) and candidates[i].block.folded not in already_shown
    ]
    for i in range(last + 1, len(candidates)):
        candidate = candidates[i]
        if not candidate.is_near:
            break
        if candidate.voted and not candidate.block.is_heading and _belongs(candidate, parents):
            body.append(i)
    return _without_last_headings(body, candidates)


def _paragraph_parents(candidates: Sequence[_Candidate]) -> set[HtmlElement] | None:
    """Return the parents of the paragraphs, or None if the page does not use <p>."""
    core = [candidate for candidate in candidates if _is_core(candidate)]
    paragraphs = [candidate for candidate in core if candidate.block.tag == "p"]
    if sum(c.size for c in paragraphs) <= _PARAGRAPHS_SHARE * sum(c.size for c in core):
        return None
    return {candidate.block.inside[-2] for candidate in paragraphs}


def _belongs(candidate: _Candidate, parents: set[HtmlElement] | None) -> bool:
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
    max_share = 0.8 if block.text.endswith(_ENDS_SENTENCE) else 0.5
    return block.linked_share > max_share and len(block.text) < 200


def _without_last_headings(body: list[int], candidates: Sequence[_Candidate]) -> list[int]:
    while body and candidates[body[-1]].block.is_heading:
        body.pop()
    return body


def _find_standfirst(
    candidates: Sequence[_Candidate], first: int, body: Sequence[int], known: Known
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


def _is_summary(candidate: _Candidate, summary: str) -> bool:
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
