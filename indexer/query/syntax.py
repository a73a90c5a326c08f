"""The syntax of queries: cut into lexemes, mended, read as a tree, written out again. Pure.

    query       = { disjunction }                 side by side: plain words are ranked
    disjunction = conjunction { (OR | OU) conjunction }
    conjunction = item { (AND | ET) item }
    item        = { NOT | SAUF | "-" } ( "(" query ")" | text )
    text        = [ field ":" ] ( word [ "*" ] | '"' words '"' [ "~" number ] )

Any text is a query: what does not fit the grammar is left out or read as words, with a notice.
Mending comes before reading and needs no recursion, so nesting is limited when the tree is built.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import regex

from archive.messages import Message
from indexer.wordings import (
    LONELY_OPERATOR,
    QUERY_CUT,
    TOO_DEEP,
    UNCLOSED_PARENTHESIS,
    UNKNOWN_FIELD,
    UNOPENED_PARENTHESIS,
    UNPAIRED_QUOTE,
)

Operator = Literal["and", "or", "not", "open", "close"]

MAX_DEPTH = 20
MAX_TEXTS = 2_000
MAX_QUERY_CHARACTERS = 100_000
MAX_NOTICES = 5
FIELDS = {
    "title": "title", "titre": "title", "source": "source", "author": "author",
    "auteur": "author", "language": "language", "langue": "language", "lang": "language",
    "section": "section", "rubrique": "section", "before": "before", "avant": "before",
    "after": "after", "apres": "after", "après": "after", "date": "date",
    "tag": "tag", "étiquette": "tag", "etiquette": "tag",
}  # fmt: skip
# The fields of an article's text; None is all of it.
TEXT_FIELDS = (None, "title")
OPERATORS: dict[str, Operator] = {
    "AND": "and", "ET": "and", "OR": "or", "OU": "or", "NOT": "not", "SAUF": "not",
}  # fmt: skip
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_LEXEME = regex.compile(
    r"""
      (?P<minus>(?<![^\s(])-(?=[^\s\-)]))
    | (?P<open>\() | (?P<close>\))
    | (?:-++(?=[^\s"()]))?+ (?:(?P<field>[^\W\d_]++):(?=[^\s:/()]))?+
      (?:"(?P<phrase>[^"]*)"(?:~(?P<within>\d{1,4}+))? | (?P<stray>")
        | (?P<word>[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?!\w) | [^\s"()]+))
    """,
    regex.VERBOSE,
)
_THOUSANDS = regex.compile(r"\d{3}(?!\w)")
_WILD = regex.compile(r"[^\W_].*?\*+")


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a quotation, and the `name` of its field if it has one.

    `place` is where it begins in the query, field and all, counted from 1 for people; `start` is
    the index of the first character of `text`.
    """

    text: str
    quoted: bool = False
    within: int | None = None
    name: str | None = None
    place: int = field(default=0, compare=False)
    start: int = field(default=0, compare=False)

    @property
    def is_prefix(self) -> bool:
        return not self.quoted and _WILD.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class Negated:
    node: "Node"


@dataclass(frozen=True, slots=True)
class Joined:
    """Nodes side by side, or joined by AND or OR; two or more, or none in an empty query."""

    how: Literal["side", "and", "or"]
    nodes: "tuple[Node, ...]"


Node: TypeAlias = Text | Negated | Joined
EMPTY = Joined("side", ())


@dataclass(frozen=True, slots=True)
class Lexeme:
    """An operator or a text, and its place in the query."""

    kind: Operator | Literal["text"]
    place: int
    written: str
    text: Text | None = None


def read_syntax(query: str) -> tuple[Node, tuple[Message, ...]]:
    """The tree of a query, and notices on its mistakes."""
    lexemes, notices = _cut(query.translate(_QUOTES))
    mended = _mend(lexemes, notices)
    reader = _Reader(mended)
    return reader.read_side(), tuple(dict.fromkeys(notices))[:MAX_NOTICES]


def sought_texts(node: Node) -> list[Text]:
    """The texts to search for: those that are not excluded, in no field but the title."""
    if isinstance(node, Negated):
        return []
    if isinstance(node, Text):
        return [node] if node.name in TEXT_FIELDS else []
    return [text for part in node.nodes for text in sought_texts(part)]


def write_syntax(node: Node) -> str:
    """The query that reads as this tree."""
    if isinstance(node, Text):
        name = f"{node.name}:" if node.name else ""
        within = "" if node.within is None else f"~{node.within}"
        return f'{name}"{node.text}"{within}' if node.quoted else name + node.text
    if isinstance(node, Negated):
        return "NOT " + _write_inner(node.node)
    if node.how == "side":
        return _write_side(node.nodes)
    return f" {node.how.upper()} ".join(map(_write_inner, node.nodes))


def _write_side(nodes: "tuple[Node, ...]") -> str:
    """The nodes one after the other, with parentheses wherever two would read as one number."""
    written: list[str] = []
    for node in nodes:
        part = _write_inner(node)
        joins = written and written[-1][-1:].isdecimal() and _THOUSANDS.match(part)
        written.append(f"({part})" if joins else part)
    return " ".join(written)


def _write_inner(node: Node) -> str:
    return f"({write_syntax(node)})" if isinstance(node, Joined) else write_syntax(node)


def _cut(query: str) -> tuple[list[Lexeme], list[Message]]:
    lexemes: list[Lexeme] = []
    notices: list[Message] = []
    texts = 0
    for found in _LEXEME.finditer(query, endpos=MAX_QUERY_CHARACTERS):
        place = found.start() + 1
        texts += found["word"] is not None or found["phrase"] is not None
        if texts > MAX_TEXTS:
            notices.append(QUERY_CUT(place=place - 1))
            break
        if found["stray"]:
            notices.append(UNPAIRED_QUOTE(place=place))
        else:
            lexemes.append(_lexeme(found, place, notices))
    return lexemes, notices


def _lexeme(found: "regex.Match[str]", place: int, notices: list[Message]) -> Lexeme:
    if found["minus"] or found["open"] or found["close"]:
        kind: Operator = "not" if found["minus"] else "open" if found["open"] else "close"
        return Lexeme(kind, place, found.group())
    # Other dashes are dropped: they would be read as minus signs if the query were written out.
    written = found.group().lstrip("-") or found.group()
    if written in OPERATORS:
        return Lexeme(OPERATORS[written], place, written)
    name = FIELDS.get((found["field"] or "").casefold())
    if found["phrase"] is not None:
        within = int(found["within"]) if found["within"] else None
        text = Text(found["phrase"], True, within, name, place, found.start("phrase"))
    else:
        word = found["word"] if name else written
        text = Text(word, name=name, place=place, start=found.end() - len(word))
    if found["field"] and not name:
        known = ", ".join(dict.fromkeys(FIELDS.values()))
        shown = repr(_shorten(found["field"]))
        notices.append(UNKNOWN_FIELD(name=shown, place=place, fields=known))
    return Lexeme("text", place, written, text)


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _mend(lexemes: list[Lexeme], notices: list[Message]) -> list[Lexeme]:
    """Drop lexemes with nothing to join, enclose or exclude, so that the query can be read.

    One pass with a stack; parentheses nested deeper than MAX_DEPTH are dropped, too.
    """
    mended: list[Lexeme] = []
    opened: list[bool] = []  # for each open parenthesis whether it was kept
    for lexeme in lexemes:
        if lexeme.kind == "open":
            opened.append(len(opened) < MAX_DEPTH)
        if lexeme.kind == "close" and not opened:
            notices.append(UNOPENED_PARENTHESIS(place=lexeme.place))
        elif lexeme.kind not in ("open", "close") or opened[-1]:
            _add(mended, lexeme, notices)
        elif lexeme.kind == "open":
            notices.append(TOO_DEEP(number=MAX_DEPTH))
        if lexeme.kind == "close" and opened:
            opened.pop()
    mended = _drop_unclosed(mended, notices)
    _drop_operators(mended, notices)
    return mended


def _add(mended: list[Lexeme], lexeme: Lexeme, notices: list[Message]) -> None:
    if lexeme.kind == "not" and mended and mended[-1].kind == "not":
        mended.pop()
        return
    if lexeme.kind in ("and", "or") and (not mended or mended[-1].kind not in ("text", "close")):
        notices.append(_without_operand(lexeme))
        return
    if lexeme.kind == "close":
        _drop_operators(mended, notices)
        if mended[-1].kind == "open":
            mended.pop()
            return
    mended.append(lexeme)


def _drop_operators(mended: list[Lexeme], notices: list[Message]) -> None:
    """Drop operators at the end, which join nothing."""
    while mended and mended[-1].kind in ("and", "or", "not"):
        notices.append(_without_operand(mended.pop()))


def _drop_unclosed(mended: list[Lexeme], notices: list[Message]) -> list[Lexeme]:
    kept: list[Lexeme] = []
    depth = 0
    for lexeme in reversed(mended):
        depth += (lexeme.kind == "close") - (lexeme.kind == "open")
        if depth < 0:
            depth = 0
            notices.append(UNCLOSED_PARENTHESIS(place=lexeme.place))
        else:
            kept.append(lexeme)
    return kept[::-1]


def _without_operand(lexeme: Lexeme) -> Message:
    return LONELY_OPERATOR(operator=lexeme.written, place=lexeme.place)


class _Reader:
    """A recursive descent parser of mended lexemes, no deeper than their parentheses."""

    def __init__(self, lexemes: list[Lexeme]) -> None:
        self._lexemes = lexemes
        self._next = 0

    def read_side(self) -> Node:
        nodes = []
        while self._kind() not in (None, "close"):
            nodes.append(self._read_disjunction())
        return _join("side", nodes)

    def _read_disjunction(self) -> Node:
        nodes = [self._read_conjunction()]
        while self._take("or"):
            nodes.append(self._read_conjunction())
        return _join("or", nodes)

    def _read_conjunction(self) -> Node:
        nodes = [self._read_item()]
        while self._take("and"):
            nodes.append(self._read_item())
        return _join("and", nodes)

    def _read_item(self) -> Node:
        if self._take("not"):
            inner = self._read_item()
            return inner.node if isinstance(inner, Negated) else Negated(inner)
        if self._take("open"):
            group = self.read_side()
            self._next += 1
            return group
        text = self._lexemes[self._next].text
        self._next += 1
        return text or Text("")

    def _kind(self) -> str | None:
        return self._lexemes[self._next].kind if self._next < len(self._lexemes) else None

    def _take(self, kind: Operator) -> bool:
        is_next = self._kind() == kind
        self._next += is_next
        return is_next


def _join(how: Literal["side", "and", "or"], nodes: list[Node]) -> Node:
    """Join the nodes, flattening those that are already joined in the same way."""
    flat = [
        inner
        for node in nodes
        for inner in (node.nodes if isinstance(node, Joined) and node.how == how else (node,))
    ]
    return flat[0] if len(flat) == 1 else Joined(how, tuple(flat))
