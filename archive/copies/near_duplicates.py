"""Whether two texts tell the same story in the same words, as copies of a wire story do. Pure.

Shingles and containment: Broder 1997, "On the resemblance and containment of documents". Texts that
may be copies share a band of their MinHash signatures: Indyk & Motwani 1998, "Approximate nearest
neighbors". The figures behind the constants: docs/decisions/007-wire-copies.md.
"""

import re
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from zlib import crc32

SHINGLE_WORDS = 3
BANDS, ROWS = 32, 2
LEAST_CONTAINMENT = 0.55
LEAST_WORDS = 8  # a text of fewer is a label, which many share
LEAST_SHARED = LEAST_WORDS - SHINGLE_WORDS + 1
LONGEST_WORDS = 20_000  # of more, the beginning: an hour's reading, 20 ms here
# A feed item is a headline and a standfirst. Between outlets a headline of so many words tells one
# story, though each writes its own standfirst. One outlet puts the same standfirst under many clips
# and the same blurb under each part of a series, with headlines that differ at least by a date.
SHORT_TEXT_WORDS, LEAST_TITLE_WORDS, LONGEST_TITLE_WORDS = 100, 6, 30
LEAST_WITHIN_OUTLET = 0.8
_SEED = 7
_KEYS_VERSION = 1  # of all above but LEAST_CONTAINMENT: a change makes the keys of old useless
_MARK = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True, slots=True)
class ShingledText:
    """What comparing takes of an article.

    A shingle is the CRC-32 of SHINGLE_WORDS words that follow each other in title and text;
    `title` is folded; `words` counts those of title and text.
    """

    title: tuple[str, ...]
    source: str | None
    words: int
    shingles: frozenset[int]

    @property
    def short(self) -> bool:
        return self.words < SHORT_TEXT_WORDS


def shingle_text(title: str, text: str, source: str | None = None) -> ShingledText:
    """The article ready to be compared; case, accents, punctuation and layout are ignored."""
    title_words, words = fold_words(title), fold_words(text)
    if not title_words and len(words) <= LONGEST_TITLE_WORDS:
        title_words, words = words, []  # a feed item that is nothing but its headline
    words = [*title_words, *words][:LONGEST_WORDS]
    return ShingledText(tuple(title_words), source, len(words), _shingles(words))


def fold_words(text: str) -> list[str]:
    """The words without case and accents; in scripts without spaces, overlapping pairs of letters.

    >>> fold_words("L'Été, 3,5 %"), fold_words("年金改革")
    (['l', 'ete', '3', '5'], ['年金', '金改', '改革'])
    """
    plain = _MARK.sub("", unicodedata.normalize("NFKD", text.casefold()))
    if _UNSPACED.search(plain):
        plain = _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", plain)
    return _WORD.findall(plain)


def band_keys(text: ShingledText) -> tuple[int, ...]:
    """The signed 64-bit keys of a text: of two texts that share none, neither is taken for a copy.

    Two texts whose shingles have a Jaccard similarity s share one with probability
    1 - (1 - s**ROWS)**BANDS: 0.95 from s = 0.3 on. The same on every machine; other versions of the
    signature give other keys. None where the text is too short to tell.
    """
    if text.words < LEAST_WORDS:
        return ()
    digest = _digest(text.shingles)
    bands = (digest[start : start + ROWS] for start in range(0, BANDS * ROWS, ROWS))
    keys = [
        _key(b"%d" % place, struct.pack(f"<{ROWS}I", *band)) for place, band in enumerate(bands)
    ]
    if text.short and len(text.title) >= LEAST_TITLE_WORDS:
        keys.append(_key(b"title", " ".join(text.title).encode()))
    return tuple(keys)


def containment(first: frozenset[int], second: frozenset[int]) -> float:
    """The share of the smaller set that is in the other, 0 to 1."""
    return len(first & second) / max(1, min(len(first), len(second)))


def is_copy(first: ShingledText, second: ShingledText) -> bool:
    """Whether one text holds most of the other, or two short ones of two outlets share a headline.

    Within one outlet nearly all must be held, and not be short, unless the headlines are alike.
    """
    if min(first.words, second.words) < LEAST_WORDS:
        return False
    if not (first.source and second.source):
        return _holds_most(first, second)
    if first.source != second.source:
        return _holds_most(first, second) or _share_headline(first, second)
    if _titles_alike(first.title, second.title):
        return _holds_most(first, second)
    either_short = first.short or second.short
    return not either_short and _holds_most(first, second, LEAST_WITHIN_OUTLET)


def _holds_most(
    first: ShingledText, second: ShingledText, least: float = LEAST_CONTAINMENT
) -> bool:
    shared = len(first.shingles & second.shingles)
    smaller = min(len(first.shingles), len(second.shingles))
    return shared >= max(LEAST_SHARED, least * smaller)


def _share_headline(first: ShingledText, second: ShingledText) -> bool:
    both_short = first.short and second.short
    return both_short and len(first.title) >= LEAST_TITLE_WORDS and first.title == second.title


def _titles_alike(first: Sequence[str], second: Sequence[str]) -> bool:
    shared = containment(_shingles(first), _shingles(second))
    return first == second or shared >= LEAST_WITHIN_OUTLET


def _shingles(words: Sequence[str]) -> frozenset[int]:
    runs = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return frozenset(crc32(" ".join(run).encode()) for run in runs)


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def _digest(shingles: frozenset[int]) -> list[int]:
    """BANDS * ROWS numbers of 32 bits; any two texts agree in each with probability Jaccard."""
    from rensa import RMinHash

    rows = RMinHash.digest_matrix_from_token_hash_sets([shingles], BANDS * ROWS, _SEED).to_rows()
    return list(rows[0])


def _key(place: bytes, content: bytes) -> int:
    digest = blake2b(content, digest_size=8, person=place, salt=_version())
    return int.from_bytes(digest.digest(), "little", signed=True)


@cache
def _version() -> bytes:
    from rensa import RMinHash

    return b"%d.%d" % (_KEYS_VERSION, RMinHash.ALGORITHM_VERSION)
