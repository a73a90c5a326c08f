"""From text to terms: one reading for index, query and highlight. Pure.

A token is folded (NFKD, no accents, no case), stripped of its elision (l', d', qu'...), joined
where it is an acronym with dots or a number with spaces, and cut into bigrams where its script
writes no spaces. A term is a token stemmed by its language (Snowball); stop words make none.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import regex
import Stemmer
from whoosh.lang.stopwords import stoplists

ANALYZER_VERSION = "1"
LONGEST_TERM_CHARACTERS = 64
CACHED_WORDS = 200_000

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = regex.compile(
    rf"""
    (?P<acronym>\b(?:\p{{L}}\.){{2,}}(?:\p{{L}}\b)?)
    | (?P<number>(?<!\d)\d{{1,3}}(?:[ \u00a0\u202f.,']\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d))
    | (?P<decimal>\d+(?:[.,]\d+)+)
    | (?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}ー]*)
    | (?P<elision>\b(?:[ldnscjmt]|qu|jusqu|lorsqu|puisqu|quoiqu|[dn]ell|d?all|sull|un)['’ʼ])
      (?=[\p{{L}}\p{{N}}])
    | (?P<word>(?:(?![{_UNSPACED}])[\p{{L}}\p{{N}}\p{{M}}])+)
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_MARKS = regex.compile(r"(?<!\p{Cyrillic})[\u0300-\u036f]|[\u0591-\u05c7\u064b-\u065f\u0670\u0640]")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ё": "е"})
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and the characters [start, end) it stands on."""

    folded: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, elisions left out, in order."""
    return list(_tokens(text))


def analyze_tokens(folded: list[str], language: str) -> list[str]:
    """Folded tokens to terms of a language, stop words left out, in order, repeats kept."""
    stopped = stop_words(language)
    return [_stem(token, language) for token in folded if token not in stopped]


def analyze_token(folded: str, language: str) -> str | None:
    """The term of one folded token, None for a stop word."""
    return None if folded in stop_words(language) else _stem(folded, language)


@cache
def stop_words(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in stoplists.get(language, ()))


@lru_cache(maxsize=CACHED_WORDS)
def fold(word: str) -> str:
    """Case, accents, ligatures and compatibility forms taken away (UAX #15, NFKD)."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).translate(_LIGATURES)
    return "".join(bare.split())[:LONGEST_TERM_CHARACTERS]


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        kind, (start, end) = found.lastgroup, found.span()
        if kind == "word":
            yield Token(fold(found.group()), start, end)
        elif kind == "unspaced":
            yield from _bigrams(found.group(), start)
        elif kind != "elision":
            yield Token(_joined(found.group(), kind), start, end)


def _joined(text: str, kind: str | None) -> str:
    if kind == "acronym":
        return fold(text.replace(".", ""))
    if kind == "number":
        return fold(regex.sub(r"[ \u00a0\u202f.,'](?=\d{3})", "", text).replace(",", "."))
    return fold(text.replace(",", "."))


def _bigrams(run: str, start: int) -> Iterator[Token]:
    if len(run) == 1:
        yield Token(fold(run), start, start + 1)
    for n in range(len(run) - 1):
        yield Token(fold(run[n : n + 2]), start + n, start + n + 2)


@lru_cache(maxsize=CACHED_WORDS)
def _stem(folded: str, language: str) -> str:
    stemmer = _stemmer(language)
    return stemmer.stemWord(folded) if stemmer else folded


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer | None":
    name = _STEMMERS.get(language)
    return Stemmer.Stemmer(name) if name in Stemmer.algorithms() else None
