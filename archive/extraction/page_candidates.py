"""Judges each block of a page by its surroundings and another reader's votes. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.extraction.page_blocks import Block, fold

MIN_VOTE_CHARACTERS = 20
# Beyond this, only whole lines match: searching for each within all takes quadratic time.
MAX_SEARCHED_CHARACTERS = 500_000
# Shares of the voted characters. An element with that much is the article, whatever its name.
_OUTER_SHARE = 0.7
_TRUSTED_SHARE = 0.62
_CONTAINER_SHARE = 0.85
_SIBLING_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block, whether it is voted for, free of suspicious wrappers, and near the article."""

    block: Block
    voted: bool
    is_clean: bool = True
    is_near: bool = False

    @property
    def size(self) -> int:
        return len(self.block.text)


def judge_blocks(blocks: Sequence[Block], voted: Iterable[str]) -> list[Candidate]:
    """Return the blocks with what their surroundings say; empty if no prose is voted for.

    `voted` are the lines of text that another reader takes for the article.
    """
    return _judge(_count_votes(blocks, voted))


def _count_votes(blocks: Sequence[Block], voted: Iterable[str]) -> list[Candidate]:
    lines = {fold(line) for line in voted}
    joined = "\n".join(lines)
    if len(joined) > MAX_SEARCHED_CHARACTERS:
        joined = ""
    return [Candidate(block, _is_in(block.folded, lines, joined)) for block in blocks]


def _is_in(folded: str, lines: set[str], joined: str) -> bool:
    return folded in lines or (len(folded) > MIN_VOTE_CHARACTERS and folded in joined)


def is_core(candidate: Candidate) -> bool:
    """Return whether it is prose that surely belongs to the article."""
    near = candidate.voted or candidate.is_near
    return near and candidate.is_clean and candidate.block.is_prose


def _judge(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates with `is_clean` and `is_near` set from their surroundings."""
    prose = [c for c in candidates if c.voted and c.block.is_prose]
    if not prose:
        return []
    is_trusted = _find_trusted(prose)
    judged = [
        Candidate(c.block, c.voted, _is_clean(c, is_trusted), is_near=False) for c in candidates
    ]
    core = [c for c in judged if is_core(c)] or prose
    near = _find_near(core)
    return [Candidate(c.block, c.voted, c.is_clean, near(c.block)) for c in judged]


def _find_trusted(prose: Sequence[Candidate]) -> Callable[[HtmlElement], bool]:
    """Return a test for elements with most of the article, alone or with their like."""
    container = _lowest_container(prose, _OUTER_SHARE)
    outer = {container, *container.iterancestors()}
    shares: Counter[tuple[str, str]] = Counter()
    for candidate in prose:
        for kind in {kind_of(e) for e in (*candidate.block.foreign, *candidate.block.doubtful)}:
            shares[kind] += candidate.size
    threshold = _TRUSTED_SHARE * sum(c.size for c in prose)
    kinds = {kind for kind, size in shares.items() if size > threshold}
    return lambda element: element in outer or kind_of(element) in kinds


def _is_clean(candidate: Candidate, is_trusted: Callable[[HtmlElement], bool]) -> bool:
    """Return whether no foreign element, or doubtful one if not voted prose, is around it."""
    block = candidate.block
    trusted = candidate.voted and block.is_prose
    suspects = block.foreign if trusted else (*block.foreign, *block.doubtful)
    return all(is_trusted(element) for element in suspects)


def _find_near(core: Sequence[Candidate]) -> Callable[[Block], bool]:
    """Return a test for blocks in the article's container, or in similar ones."""
    container = _lowest_container(core, _CONTAINER_SHARE)
    shares: Counter[tuple[str, str]] = Counter()
    for candidate in core:
        shares[_parent_kind(candidate.block)] += candidate.size
    threshold = _SIBLING_SHARE * sum(c.size for c in core)
    kinds = {kind for kind, size in shares.items() if size > threshold and kind[1]}
    return lambda block: container in block.inside or _parent_kind(block) in kinds


def _lowest_container(candidates: Sequence[Candidate], share: float) -> HtmlElement:
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


def kind_of(element: HtmlElement) -> tuple[str, str]:
    """Return tag and class, alike for the parts of a page that are made alike."""
    return str(element.tag), (element.get("class") or "").strip()


def _parent_kind(block: Block) -> tuple[str, str]:
    return kind_of(block.inside[-2] if len(block.inside) > 1 else block.inside[-1])
