"""The blocks of text a page shows, in document order: what an article is chosen from. Pure."""

import re
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from archive.extraction import page_cues
from archive.text.normalize import clean_line

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LINES = HEADINGS | {"p"}
# Nothing in these is text of the article. Those that stand within a sentence do not end it. <head>
# is read: without <body>, libxml2 puts what follows a title there.
_EMBEDDED = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "button", "select", "option",
    "textarea", "input", "video", "audio", "img", "picture", "canvas", "object", "embed", "map",
    "meta", "link", "datalist", "progress", "meter", "wbr",
))  # fmt: skip
_UNREAD = _EMBEDDED | frozenset((
    "iframe", "label", "nav", "footer", "figure", "figcaption", "title", "dialog",
    "menu", "address",
))  # fmt: skip
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "nobr",
))  # fmt: skip
_WHOLE_PAGE = frozenset(("html", "body", "main", "article"))
_NOT_IN_CELLS = (".//p", ".//div", ".//table", ".//ul", ".//h2", ".//h3", ".//img", ".//script")
_PASSES_ON = frozenset(("p", "div", "h2", "h3"))
_UNSPOKEN = re.compile(r"[\W_]+")
# Chinese, Japanese and Korean say in one sign what takes others two or three letters.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
SHORTEST_PROSE_CHARACTERS = 45
MAX_LINKED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text between two breaks, and where it stands.

    `inside` is the chain of elements around it, outermost first; `doubtful` and `alien` are those
    of them that are named like none of the article, the second beyond doubt.
    """

    text: str
    folded: str
    inside: tuple[HtmlElement, ...]
    doubtful: tuple[HtmlElement, ...]
    alien: tuple[HtmlElement, ...]
    is_standfirst: bool
    linked_characters: int

    @property
    def tag(self) -> str:
        return str(self.inside[-1].tag)

    @property
    def is_heading(self) -> bool:
        return self.tag in HEADINGS

    @property
    def linked_share(self) -> float:
        return self.linked_characters / len(self.text)

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough to be a paragraph, and no list of links."""
        if self.is_heading or self.linked_share >= MAX_LINKED_SHARE:
            return False
        size = len(self.text)
        return size + 2 * len(_DENSE.findall(self.text[:100])) >= SHORTEST_PROSE_CHARACTERS


@dataclass(slots=True)
class _Run:
    """The text read since the last break, and how much of it lies in links."""

    parts: list[str] = field(default_factory=list)
    linked: int = 0

    def add(self, text: str | None, in_link: bool) -> None:
        if text:
            self.parts.append(text)
            self.linked += in_link * len(text.strip())


@dataclass(frozen=True, slots=True)
class _Place:
    inside: tuple[HtmlElement, ...] = ()
    doubtful: tuple[HtmlElement, ...] = ()
    alien: tuple[HtmlElement, ...] = ()
    is_standfirst: bool = False
    in_link: bool = False


def read_blocks(root: HtmlElement) -> list[Block]:
    """Every block of text below `root`; no element is deeper than the stack allows."""
    blocks: list[Block] = []
    _walk(root, _Place(), _Run(), blocks)
    return blocks


def fold(text: str) -> str:
    """Its letters and digits alone, to compare texts that differ in spaces, signs and case."""
    return _UNSPOKEN.sub("", text).casefold()


def _walk(element: HtmlElement, around: _Place, run: _Run, blocks: list[Block]) -> None:
    inline = element.tag in _INLINE
    place = _enter_inline(element, around) if inline else _enter(element, around)
    run.add(element.text, place.in_link)
    for child in element:
        _step(child, place, run, blocks)
        run.add(child.tail, place.in_link)
    if not inline:
        _end_block(place, run, blocks)


def _step(child: HtmlElement, place: _Place, run: _Run, blocks: list[Block]) -> None:
    if child.tag == "br":
        if _ends_paragraph(child):
            _end_block(place, run, blocks)
        run.add(" ", False)
    elif child.tag in _INLINE:
        _walk(child, place, run, blocks)
    elif child.tag not in _EMBEDDED:
        _end_block(place, run, blocks)
        if child.tag == "tr" and _is_data(child):
            _read_row(child, place, run, blocks)
        elif child.tag not in _UNREAD or _holds_quote(child):
            _walk(child, place, run, blocks)


def _ends_paragraph(line_break: HtmlElement) -> bool:
    following = line_break.getnext()
    return following is not None and following.tag == "br" and not (line_break.tail or "").strip()


def _holds_quote(element: HtmlElement) -> bool:
    return element.tag == "figure" and element.find(".//blockquote") is not None


def _is_data(row: HtmlElement) -> bool:
    """Whether a table's row is data, to be read as one line, and no part of the page's layout."""
    return len(row) > 1 and all(row.find(path) is None for path in _NOT_IN_CELLS)


def _read_row(row: HtmlElement, place: _Place, run: _Run, blocks: list[Block]) -> None:
    cells = (" ".join(cell.itertext()) for cell in row)
    run.add(" ".join(cells), False)
    _end_block(_enter(row, place), run, blocks)


def _enter(element: HtmlElement, around: _Place) -> _Place:
    name = page_cues.name_of(element)
    place = replace(around, inside=(*around.inside, element))
    passed_on = around.is_standfirst and element.tag in _PASSES_ON
    place = replace(place, is_standfirst=passed_on or page_cues.is_standfirst(name))
    if element.tag in _LINES:
        return _judge_line(element, name, place)
    return place if element.tag in _WHOLE_PAGE else _judge_wrapper(element, name, place)


def _judge_line(element: HtmlElement, name: str, place: _Place) -> _Place:
    if page_cues.is_standfirst(name) or not page_cues.is_alien_line(name):
        return place
    return replace(place, alien=(*place.alien, element))


def _judge_wrapper(element: HtmlElement, name: str, place: _Place) -> _Place:
    """What holds the article's text puts aside whatever is said of the wrappers around it."""
    if page_cues.is_body(name):
        return replace(place, doubtful=(), alien=())
    if page_cues.is_alien(name):
        return replace(place, alien=(*place.alien, element))
    if page_cues.is_doubtful(name) or page_cues.is_unshown(element):
        return replace(place, doubtful=(*place.doubtful, element))
    return place


def _enter_inline(element: HtmlElement, around: _Place) -> _Place:
    target = element.get("href", "#") if element.tag == "a" else "#"
    if not target.startswith("#"):
        return replace(around, in_link=True)
    return around


def _end_block(place: _Place, run: _Run, blocks: list[Block]) -> None:
    text = clean_line("".join(run.parts))
    if text:
        blocks.append(
            Block(
                text=text,
                folded=fold(text),
                inside=place.inside,
                doubtful=place.doubtful,
                alien=place.alien,
                is_standfirst=place.is_standfirst,
                linked_characters=run.linked,
            )
        )
    run.parts.clear()
    run.linked = 0
