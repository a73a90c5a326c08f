"""Passages: the pieces of an article that are embedded, ranked and cited. Pure.

A passage is a run of whole sentences of about 70 to 120 model tokens that ends with a paragraph if
one ends in that range. Passages are never stored: the same article is always split the same way,
and `SPLITTER_VERSION` is part of the index's fingerprint.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from archive.model import PARAGRAPH_BREAK, Article

SPLITTER_VERSION = "2"
ORDINAL_BITS = 16
MAX_PASSAGES = 1 << ORDINAL_BITS
MIN_TOKENS = 70
MAX_TOKENS = 120

# Averages of XLM-RoBERTa's vocabulary over press text, measured on French, English and Japanese.
_CHARACTERS_PER_TOKEN = 4.2
_TOKENS_PER_IDEOGRAPH = 0.7
_IDEOGRAPH = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
# A superset of the ideographs, with which `re` rules them out much faster than `regex` would.
_WIDE = re.compile("[\u0e00-\u1fff\u2e80-\U0010ffff]")

# A sentence ends after its closing mark and quotes; "fin.Début" is two sentences without the space
# between them. Initials and titles ("M. Dupont", "U.S.") do not end a sentence.
_SENTENCE_END = regex.compile(
    r"""
    [.!?…؟۔] (?: ["”’')\]] | [\x20\u00a0\u202f]?» ){0,2}
    (?P<space>\s+) (?=["«“‘(\[]{0,2}\s?[\p{Lu}\p{Lo}\p{N}])
    | [。！？][」』）]?
    | (?<=[\p{Ll}\p{N}»])[.!?]["»”]? (?=[«"“]?\p{Lu}\p{Ll})
    """,
    regex.VERBOSE,
)
_ABBREVIATION = regex.compile(
    r"\b(?:\p{Lu}|MM|Mr|Mrs|Ms|Mme|Mgr|Dr|Prof|Gen|Gov|Sen|Rep|Col|Lt|St|Ste|Jr|Sr|No|vs|art|p|cf|etc|Nr|bzw|Sra)$"
)
_MAX_ABBREVIATION_CHARACTERS = 6

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters [start, end) of its article's text, counted as in RFC 5147."""

    id: int
    article_id: int
    ordinal: int
    start: int
    end: int
    text: str


def passage_id(article_id: int, ordinal: int) -> int:
    return article_id << ORDINAL_BITS | ordinal


def article_of(passage: int) -> int:
    """The id of the article that a passage id belongs to."""
    return passage >> ORDINAL_BITS


def ordinal_of(passage: int) -> int:
    return passage & (MAX_PASSAGES - 1)


def split_passages(article: Article) -> tuple[Passage, ...]:
    """The article's passages in order; each sentence is in exactly one of them."""
    return split_text(article.paragraphs, article.id)


def split_text(paragraphs: tuple[str, ...], article_id: int = 0) -> tuple[Passage, ...]:
    """The passages of any text, with the ids they would have in that article."""
    text = PARAGRAPH_BREAK.join(paragraphs)
    return tuple(
        Passage(passage_id(article_id, n), article_id, n, start, end, text[start:end])
        for n, (start, end) in enumerate(_pack(list(_units(paragraphs))))
        if n < MAX_PASSAGES
    )


def embedding_input(title: str, passage: Passage) -> str:
    """What the model reads: the article's title, then the passage."""
    return f"{title}\n{passage.text}" if title else passage.text


def sentence_spans(text: str) -> list[Span]:
    """The spans of a paragraph's sentences, without the space between them."""
    spans, start = [], 0
    for found in _SENTENCE_END.finditer(text):
        before = text[max(0, found.start() - _MAX_ABBREVIATION_CHARACTERS) : found.start()]
        if text[found.start()] == "." and _ABBREVIATION.search(before):
            continue
        end = found.start("space") if found["space"] else found.end()
        spans.append((start, end))
        start = found.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def estimate_tokens(text: str) -> float:
    """Estimate the number of tokens that the default model makes of the text."""
    ideographs = len(_IDEOGRAPH.findall(text)) if _WIDE.search(text) else 0
    return ideographs * _TOKENS_PER_IDEOGRAPH + (len(text) - ideographs) / _CHARACTERS_PER_TOKEN


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a piece of one too long for a passage."""

    span: Span
    tokens: float
    ends_paragraph: bool


def _units(paragraphs: tuple[str, ...]) -> Iterator[_Unit]:
    offset = 0
    for paragraph in paragraphs:
        pieces = [
            piece
            for start, end in sentence_spans(paragraph)
            for piece in _cut_long(paragraph, start, end)
        ]
        for n, (start, end) in enumerate(pieces, start=1):
            tokens = estimate_tokens(paragraph[start:end])
            yield _Unit((offset + start, offset + end), tokens, n == len(pieces))
        offset += len(paragraph) + len(PARAGRAPH_BREAK)


def _cut_long(text: str, start: int, end: int) -> Iterator[Span]:
    """The span in pieces of at most MAX_TOKENS, cut at a space if there is one."""
    while (limit := _reach(text, start, end)) < end:
        space = text.rfind(" ", start + 1, limit)
        cut = space if space > start else limit
        yield start, cut
        start = cut + 1 if text[cut : cut + 1] == " " else cut
    if start < end:
        yield start, end


def _reach(text: str, start: int, end: int) -> int:
    """The furthest end of a passage that begins at `start`, found without reading beyond it."""
    limit = min(end, start + int(MAX_TOKENS * _CHARACTERS_PER_TOKEN))
    while (tokens := estimate_tokens(text[start:limit])) > MAX_TOKENS:
        limit = start + int((limit - start) * MAX_TOKENS / tokens)
    return limit


def _pack(units: list[_Unit]) -> Iterator[Span]:
    start, end, tokens = 0, 0, 0.0
    for unit in units:
        if tokens and tokens + unit.tokens > MAX_TOKENS:
            yield start, end
            tokens = 0.0
        if not tokens:
            start = unit.span[0]
        end, tokens = unit.span[1], tokens + unit.tokens
        if unit.ends_paragraph and tokens >= MIN_TOKENS:
            yield start, end
            tokens = 0.0
    if tokens:
        yield start, end
