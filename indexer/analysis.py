"""Text analysis: text to terms, alike for index, query and highlighting. Pure.

A token is folded (NFKD, no accents, no case) and stripped of its elision (l', d', qu'...). Acronyms
with dots and numbers with spaces are joined; scripts without spaces are cut into bigrams. Hyphens
separate words, and so do the borders of letters and digits, so that COVID-19, covid 19 and covid19
are the same two tokens. What is written without a space is also a compound (covid19, weekend), a
term beside those of its parts, and so is a date (20.12.2021, 20/12/2021).

A term is a token stemmed by its language (Snowball; Light10 for Arabic). Stop words have terms as
all words do; queries weigh them (`indexer.query.stop_words`). Inside a token may stand more words
(`inner_words`): the signs of a script without spaces, and the words of a tag in CamelCase.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import regex
import Stemmer

from archive.text.unicode import normalize

ANALYZER_VERSION = "3"
MAX_TERM_CHARACTERS = 64
MAX_PARTS = 5
CACHED_WORDS = 200_000
CACHED_NAMES = 50_000
CACHED_PIECES = 50_000
# Snowball stemmers are not safe for threads.
_STEMMING = Lock()

# Blocks of scripts written without spaces: Thai, Lao, Myanmar, Hangul, Khmer, Han, kana.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029"
    r"\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    r"\uff66-\uff9f\U00020000-\U000323af"
)
# Characters that belong to the letter before them: marks of the Latin, Hebrew, Arabic and Indic
# scripts. `\w` does not match them.
_JOINED = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962-\u0963\u0981-\u0983\u09bc-\u09cd"
    r"\u0a01-\u0a03\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd"
    r"\u0d3e-\u0d4d"
)
# Invisible signs that part no word: soft hyphen, zero-width spaces and joiners, marks of direction,
# variation selectors. The zero-width non-joiner parts words in Arabic script alone, as a hyphen.
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200d-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_NON_JOINER = r"(?:(?<![\u0600-\u06ff])\u200c)"
# `plain` is the common case of `word`, tried first: two letters or more with no other match.
# `re` takes 0.24 ms for an article of 400 words, `regex` with properties 0.57 ms.
_TOKEN = re.compile(
    rf"""
    (?P<plain>[^\W\d_{_UNSPACED}]{{2,}}+(?![\w{_JOINED}{_INVISIBLE}\u200c'’ʼ]))
    | (?P<acronym>\b(?:[^\W\d_][\u0300-\u036f]*\.){{2,}}(?:[^\W\d_][\u0300-\u036f]*+(?!\w))?)
    | (?P<date>(?<![\w.,])(?:
          \d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d\d) | (?:1\d|20)\d\d\.\d{{1,2}}\.\d{{1,2}}
          | (?:0?[1-9]|1[0-2])\.(?:1[89]|20)\d\d
      )(?![.,]?\d))
    | (?P<number>(?<!\w)[1-9]\d{{0,2}}(?:[ \u00a0\u202f.,']\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d))
    | (?P<decimal>\d+(?:[.,]\d+)+)
    | (?P<unspaced>[{_UNSPACED}](?:[{_INVISIBLE}\u200c]*[{_UNSPACED}])*)
    | (?P<elision>\b(?:[ldnscjmt]|qu|jusqu|lorsqu|puisqu|quoiqu|[dn]ell|d?all|sull|un)['’ʼ])(?=\w)
    | (?P<figures>\d+)
    | (?P<word>[^\W\d_{_UNSPACED}](?:[^\W\d_{_UNSPACED}]|[{_JOINED}{_INVISIBLE}]|{_NON_JOINER})*)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Characters that end every token and compound; spaces and commas may be inside a number.
_BREAK = r"\s;:!?()\[\]\"«»“”…,"
_PIECE = re.compile(
    rf"[^{_BREAK}]++ (?:(?<=\d)[\ ,\u00a0\u202f](?=\d) [^{_BREAK}]++)*+", re.VERBOSE
)
_UNSPACED_SIGN = re.compile(f"[{_UNSPACED}]")
_TAG = re.compile(r"[#＃@](\w+)")
# A word of a tag in CamelCase: NHS and Now of SaveNHSNow.
_TAG_WORD = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+")
_FIGURES_ONLY = re.compile(r"\d+")
_THOUSANDS = re.compile(r"[ \u00a0\u202f.,'](?=\d{3})")
# Accents, but not the breve that makes й of и: of Cyrillic marks, only the stress on a vowel.
_MARKS = regex.compile(
    r"(?<!\p{Cyrillic})[\u0300-\u036f] | (?<=[аеиоуыэюяіє])[\u0300\u0301]"
    rf"| [\u0591-\u05c7\u064b-\u065f\u0670\u0640\u200c{_INVISIBLE}]",
    regex.VERBOSE,
)
_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ё": "е"}
# Hamza over alef is removed as a mark; these variants, some Persian, are separate letters.
_ARABIC = {"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا"}
_FIGURES = {  # Arabic, Persian, Devanagari, Bengali
    chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6) for n in range(10)
}
_LETTERS = str.maketrans(_LIGATURES | _ARABIC | _FIGURES)
# Pronouns and the like that French and Portuguese attach to a word with a hyphen.
_CLITICS = frozenset(
    {"je", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "ce", "ci", "la", "le", "les",
     "lui", "leur", "moi", "toi", "y", "en", "se", "me", "te", "lhe", "lhes", "lo", "los", "las"}
)  # fmt: skip
_HYPHENS = frozenset("-\u2010\u2011\u200c")
_DATE_SIGNS = frozenset("./")
# Light10 (Larkey, Ballesteros and Connell, Light Stemming for Arabic Information Retrieval, 2007),
# with every conjunction or preposition before the article.
_ARABIC_PREFIX = re.compile(r"^(?:ال(?=..)|(?:[وف]?[بك]ال|[وف]ال|[وف]?لل)(?=...)|و(?=...))")
# A noun in ة has a ت before a pronoun: مدرسة, مدرستها.
_ARABIC_PRONOUN = re.compile(r"(?<=..)(?:ها|ه)$")
_ARABIC_FEMININE = re.compile(r"(?<=...)(?<!ا)ت$")
_ARABIC_ENDING = re.compile(r"(?<=..)(?:ان|ات|ون|ين|ي)$")
_STEMMERS = {
    "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


class Token(NamedTuple):
    """A folded word and its characters [start, end) in the text."""

    folded: str
    start: int
    end: int


class PlacedTerm(NamedTuple):
    """A term and its characters [start, end) in the text."""

    term: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of a text in order, without elisions."""
    return [token for token in _tokens(text) if token.folded]


def compounds(text: str, tokens: Sequence[Token]) -> list[Token]:
    """The runs of several tokens that are written without a space, each joined into one token.

    >>> [c.folded for c in compounds("un COVID-19", tokenize("un COVID-19"))]
    ['covid19']
    """
    return [_join(run) for run in compound_runs(text, tokens) if len(run) > 1]


def compound_runs(text: str, tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of a text in runs of up to MAX_PARTS that are written without a space."""
    runs: list[list[Token]] = []
    for token in tokens:
        if runs and len(runs[-1]) < MAX_PARTS and _continues(text, runs[-1][-1], token):
            runs[-1].append(token)
        else:
            runs.append([token])
    return [part for run in runs for part in (_apart(run) if _ends_in_clitic(run) else [run])]


def each_piece(text: str) -> Iterator[re.Match[str]]:
    """The pieces of a text between white space and punctuation.

    Their tokens and compounds are those of the whole text.
    """
    return _PIECE.finditer(text)


def piece_terms(piece: str, language: str) -> tuple[PlacedTerm, ...]:
    """The terms of a piece, those of its compounds last.

    Cached, because nine of ten pieces have occurred before.
    """
    known = len(piece) <= MAX_TERM_CHARACTERS
    return _known_terms(piece, language) if known else _piece_terms(piece, language)


def inner_words(text: str, tokens: Sequence[Token]) -> list[Token]:
    """The words inside the tokens of a text: each sign of their bigrams, and the words of tags.

    >>> [word.folded for word in inner_words("#BalanceTonPoste", [])]
    ['balance', 'ton', 'poste']
    """
    return [*_signs(text, tokens), *_tag_words(text)]


def analyze_tokens(folded: list[str], language: str) -> list[str]:
    """The terms of folded tokens in a language, in order, with repeats."""
    return [analyze_token(token, language) for token in folded]


def is_lone_sign(folded: str) -> bool:
    """Whether a token is a single character of a script without spaces, indexed as bigrams."""
    return len(folded) == 1 and _UNSPACED_SIGN.fullmatch(folded) is not None


@lru_cache(maxsize=CACHED_NAMES)
def holds_run(text: str, folded: tuple[str, ...]) -> bool:
    """Whether the tokens of a short text, such as a name, contain these as a run."""
    tokens = tuple(token.folded for token in tokenize(text))
    starts = range(len(tokens) - len(folded) + 1)
    return any(tokens[n : n + len(folded)] == folded for n in starts)


def fold(word: str) -> str:
    """Remove case, accents, ligatures and compatibility forms (UAX #15, NFKD)."""
    return _fold_known(word) if len(word) <= MAX_TERM_CHARACTERS else _fold(word)


def fold_text(text: str) -> str:
    """Fold a text of any length, with its white space."""
    compatible = normalize("NFKD", text.casefold())
    decomposed = normalize("NFKD", compatible.casefold())
    return normalize("NFC", _MARKS.sub("", decomposed)).translate(_LETTERS)


def _fold(word: str) -> str:
    return "".join(fold_text(word).split())[:MAX_TERM_CHARACTERS]


_fold_known = lru_cache(maxsize=CACHED_WORDS)(_fold)


def _continues(text: str, before: Token, token: Token) -> bool:
    """Whether at most a hyphen stands between the tokens, or in a date a stroke or a dot."""
    gap = token.start - before.end
    if gap != 1:
        return gap == 0
    sign = text[before.end]
    is_in_date = sign in _DATE_SIGNS and before.folded.isdigit() and token.folded.isdigit()
    return sign in _HYPHENS or is_in_date


def _ends_in_clitic(run: Sequence[Token]) -> bool:
    """Whether the run is a word and a pronoun attached to it, as in réussit-il: two words."""
    return len(run) > 1 and run[-1].folded in _CLITICS


def _apart(run: Sequence[Token]) -> list[list[Token]]:
    return [[token] for token in run]


def _join(run: Sequence[Token]) -> Token:
    folded = "".join(token.folded for token in run)[:MAX_TERM_CHARACTERS]
    return Token(folded, run[0].start, run[-1].end)


def _piece_terms(piece: str, language: str) -> tuple[PlacedTerm, ...]:
    found = _TOKEN.match(piece)
    if found and found.lastgroup == "plain" and found.end() == len(piece):
        tokens = [Token(fold(piece), 0, len(piece))]
    else:
        tokens = tokenize(piece)
        tokens += [*compounds(piece, tokens), *inner_words(piece, tokens)]
    return tuple(PlacedTerm(analyze_token(t.folded, language), t.start, t.end) for t in tokens)


_known_terms = lru_cache(maxsize=CACHED_PIECES)(_piece_terms)


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        kind, (start, end) = found.lastgroup, found.span()
        if kind in ("plain", "word", "figures"):
            yield Token(fold(found.group()), start, end)
        elif kind == "unspaced":
            yield from _bigrams(found.group(), start)
        elif kind == "date":
            for part in _FIGURES_ONLY.finditer(found.group()):
                yield Token(fold(part.group()), start + part.start(), start + part.end())
        elif kind != "elision":
            yield Token(_joined(found.group(), kind), start, end)


def _joined(text: str, kind: str | None) -> str:
    if kind == "acronym":
        return fold(text.replace(".", ""))
    if kind == "number":
        return fold(_THOUSANDS.sub("", text).replace(",", "."))
    return fold(text.replace(",", "."))


def _bigrams(run: str, start: int) -> Iterator[Token]:
    signs = [n for n, sign in enumerate(run) if _UNSPACED_SIGN.match(sign)]
    if len(signs) == 1:
        yield Token(fold(run), start, start + 1)
    for n, following in pairwise(signs):
        yield Token(fold(run[n] + run[following]), start + n, start + following + 1)


def _signs(text: str, tokens: Sequence[Token]) -> Iterator[Token]:
    """The signs of bigrams: the first of each, and both of the last of a run."""
    for n, token in enumerate(tokens):
        if token.end - token.start < 2 or not _UNSPACED_SIGN.match(text, token.start):
            continue
        yield Token(fold(text[token.start]), token.start, token.start + 1)
        if n + 1 == len(tokens) or tokens[n + 1].start >= token.end:
            yield Token(fold(text[token.end - 1]), token.end - 1, token.end)


def _tag_words(text: str) -> Iterator[Token]:
    for tag in _TAG.finditer(text):
        for run in re.finditer(r"[^\W\d_]+", tag[1]):
            words = list(_TAG_WORD.finditer(run.group()))
            first = tag.start(1) + run.start()
            for word in words if len(words) > 1 else ():
                yield Token(fold(word.group()), first + word.start(), first + word.end())


@lru_cache(maxsize=CACHED_WORDS)
def analyze_token(folded: str, language: str) -> str:
    """The term of a folded token."""
    if language == "ar":
        return _stem_arabic(folded)
    stemmer = _stemmer(language)
    if stemmer is None:
        return folded
    with _STEMMING:
        return fold(stemmer.stemWord(folded))


def _stem_arabic(word: str) -> str:
    stem = _ARABIC_PREFIX.sub("", word)
    bare = _ARABIC_PRONOUN.sub("", stem)
    if bare != stem:
        bare = _ARABIC_FEMININE.sub("", bare)
    return _ARABIC_ENDING.sub("", bare)


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer | None":
    name = _STEMMERS.get(language)
    return Stemmer.Stemmer(name, 0) if name in Stemmer.algorithms() else None
