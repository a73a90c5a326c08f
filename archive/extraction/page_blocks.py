"""Reads the blocks of text that a page shows, from which the article is chosen. Pure."""

import re
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from archive.extraction import page_cues
from archive.extraction.page_tables import is_data, is_side_cell
from archive.text.normalize import clean_line

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LINES = HEADINGS | {"p"}
# Elements without text of the article. The embedded ones do not end a sentence around them. <head>
# is read: if <body> is missing, libxml2 puts what follows a title there.
_EMBEDDED = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "button", "select", "option",
    "textarea", "input", "video", "audio", "img", "picture", "canvas", "object", "embed", "map",
    "meta", "link", "datalist", "progress", "meter", "wbr",
))  # fmt: skip
_SKIPPED = _EMBEDDED | frozenset((
    "iframe", "label", "nav", "footer", "figure", "figcaption", "title", "dialog",
    "menu", "address",
))  # fmt: skip
_PICTURES = ("figure", "figcaption")
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "nobr",
))  # fmt: skip
_WHOLE_PAGE = frozenset(("html", "body", "main", "article"))
_INHERITS_STANDFIRST = frozenset(("p", "div", "h2", "h3"))
_NOT_WORD_CHARACTERS = re.compile(r"[\W_]+")
# One Chinese, Japanese or Korean character stands for two or three letters of other scripts.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MIN_PROSE_CHARACTERS = 45
MAX_LINKED_SHARE = 0.5
# A line this long that ends a sentence is a paragraph, unlike those of a poem or an address.
MIN_LINE_CHARACTERS = 80
ENDS_SENTENCE = (".", "!", "?", "…", "。", "！", "？", "”", "»", '"', "“", ")", ":")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text between two breaks, and its place in the page.

    `inside` is the chain of elements around it, outermost first; `doubtful` and `foreign` are those
    whose names suggest that they are outside the article, `foreign` with certainty.
    """

    text: str
    folded: str
    inside: tuple[HtmlElement, ...]
    doubtful: tuple[HtmlElement, ...]
    foreign: tuple[HtmlElement, ...]
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
        """Whether it is long enough for a paragraph and is not a list of links."""
        if self.is_heading or self.linked_share >= MAX_LINKED_SHARE:
            return False
        size = len(self.text)
        return size + 2 * len(_DENSE.findall(self.text[:100])) >= MIN_PROSE_CHARACTERS


@dataclass(slots=True)
class _Run:
    """The text read since the last break, and how many characters of it are in links."""

    parts: list[str] = field(default_factory=list)
    linked: int = 0
    line_start: int = 0

    def add(self, text: str | None, in_link: bool) -> None:
        if text:
            self.parts.append(text)
            self.linked += in_link * len(text.strip())

    def break_line(self) -> None:
        self.parts.append(" ")
        self.line_start = len(self.parts)

    @property
    def last_line(self) -> str:
        return clean_line("".join(self.parts[self.line_start :]))

    def clear(self) -> None:
        self.parts.clear()
        self.linked = self.line_start = 0


@dataclass(frozen=True, slots=True)
class _Place:
    inside: tuple[HtmlElement, ...] = ()
    doubtful: tuple[HtmlElement, ...] = ()
    foreign: tuple[HtmlElement, ...] = ()
    is_standfirst: bool = False
    in_link: bool = False
    captions: bool = False


def read_blocks(root: HtmlElement, *, captions: bool = False) -> list[Block]:
    """Return every block of text below `root`, which `parse_page` has limited in depth.

    The captions of pictures are blocks, without the credits in them, only if `captions` is True.
    """
    blocks: list[Block] = []
    _walk(root, _Place(captions=captions), _Run(), blocks)
    return blocks


def fold(text: str) -> str:
    """Return only letters and digits, to compare texts despite spacing, signs and case."""
    return _NOT_WORD_CHARACTERS.sub("", text).casefold()


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
        if _ends_paragraph(child, run):
            _end_block(place, run, blocks)
        run.break_line()
    elif child.tag in _INLINE:
        if not (place.captions and _is_credit(child)):
            _walk(child, place, run, blocks)
    elif child.tag not in _EMBEDDED:
        _end_block(place, run, blocks)
        if child.tag == "tr" and is_data(child):
            _read_row(child, place, run, blocks)
        elif _is_read(child, place):
            _walk(child, place, run, blocks)


def _ends_paragraph(line_break: HtmlElement, run: _Run) -> bool:
    """Return whether another line break follows, or a long line of whole sentences ends."""
    following = line_break.getnext()
    if following is not None and following.tag == "br" and not (line_break.tail or "").strip():
        return True
    line = run.last_line
    return len(line) >= MIN_LINE_CHARACTERS and line.endswith(ENDS_SENTENCE)


def _is_read(element: HtmlElement, place: _Place) -> bool:
    if place.captions and element.tag in _PICTURES:
        return not _is_credit(element)
    return element.tag not in _SKIPPED or _contains_quote(element)


def _is_credit(element: HtmlElement) -> bool:
    return page_cues.is_credit(page_cues.name_of(element))


def _contains_quote(element: HtmlElement) -> bool:
    return element.tag == "figure" and element.find(".//blockquote") is not None


def _read_row(row: HtmlElement, place: _Place, run: _Run, blocks: list[Block]) -> None:
    cells = (" ".join(cell.itertext()) for cell in row)
    run.add(" ".join(cells), False)
    _end_block(_enter(row, place), run, blocks)


def _enter(element: HtmlElement, around: _Place) -> _Place:
    name = page_cues.name_of(element)
    place = replace(around, inside=(*around.inside, element))
    if is_side_cell(element):
        place = replace(place, foreign=(*place.foreign, element))
    inherits = around.is_standfirst and element.tag in _INHERITS_STANDFIRST
    place = replace(place, is_standfirst=inherits or page_cues.is_standfirst(name))
    if element.tag in _LINES:
        return _judge_line(element, name, place)
    return place if element.tag in _WHOLE_PAGE else _judge_wrapper(element, name, place)


def _judge_line(element: HtmlElement, name: str, place: _Place) -> _Place:
    if page_cues.is_standfirst(name) or not page_cues.is_foreign_line(name):
        return place
    return replace(place, foreign=(*place.foreign, element))


def _judge_wrapper(element: HtmlElement, name: str, place: _Place) -> _Place:
    """Ignore suspicious wrappers around an element that contains the article's text."""
    if page_cues.is_body(name):
        return replace(place, doubtful=(), foreign=())
    if page_cues.is_foreign(name):
        return replace(place, foreign=(*place.foreign, element))
    if page_cues.is_doubtful(name) or page_cues.is_hidden(element):
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
                foreign=place.foreign,
                is_standfirst=place.is_standfirst,
                linked_characters=run.linked,
            )
        )
    run.clear()
