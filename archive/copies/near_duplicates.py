"""Decides whether two texts share most of their words, as copies of a wire story do. Pure.

Shingles and containment: Broder 1997, "On the resemblance and containment of documents". Texts that
may be copies share a band of their MinHash signatures: Indyk & Motwani 1998, "Approximate nearest
neighbors". The figures behind the constants: docs/decisions/007-wire-copies.md.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from zlib import crc32

from archive.text.unicode import normalize

SHINGLE_WORDS = 3
BANDS, ROWS = 32, 2
MIN_CONTAINMENT = 0.55
MIN_WORDS = 8  # shorter texts are labels, which many articles share
MIN_SHARED_SHINGLES = MIN_WORDS - SHINGLE_WORDS + 1
MAX_WORDS = 20_000  # compared, from the start of a text: an hour's reading, 20 ms here
# A feed item is a headline and a standfirst. If two outlets share a headline of this many words, it
# is one story, although each writes its own standfirst. Within one outlet, many clips share a
# standfirst and the parts of a series share a blurb, but their headlines differ, if only by a date.
SHORT_TEXT_WORDS, MIN_TITLE_WORDS, MAX_TITLE_WORDS = 100, 6, 30
MIN_CONTAINMENT_WITHIN_OUTLET = 0.8
_SEED = 7
# Increase it if anything above except MIN_CONTAINMENT changes: older keys are useless then.
_KEYS_VERSION = 1
_MARK = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True, slots=True)
class ShingledText:
    """The parts of an article that are compared.

    A shingle is the CRC-32 of SHINGLE_WORDS consecutive words of title and text. `title` is folded;
    `words` counts the words of title and text.
    """

    title: tuple[str, ...]
    source: str | None
    words: int
    shingles: frozenset[int]

    @property
    def short(self) -> bool:
        return self.words < SHORT_TEXT_WORDS


def shingle_text(title: str, text: str, source: str | None = None) -> ShingledText:
    """Prepare an article for comparison, which ignores case, accents, punctuation and layout."""
    title_words, words = fold_words(title), fold_words(text)
    if not title_words and len(words) <= MAX_TITLE_WORDS:
        title_words, words = words, []  # a feed item that has only a headline
    words = [*title_words, *words][:MAX_WORDS]
    return ShingledText(tuple(title_words), source, len(words), _shingles(words))


def fold_words(text: str) -> list[str]:
    """Return the words without case and accents; without spaces, overlapping pairs of letters.

    >>> fold_words("L'Été, 3,5 %"), fold_words("年金改革")
    (['l', 'ete', '3', '5'], ['年金', '金改', '改革'])
    """
    plain = _MARK.sub("", normalize("NFKD", text.casefold()))
    if _UNSPACED.search(plain):
        plain = _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", plain)
    return _WORD.findall(plain)


def band_keys(text: ShingledText) -> tuple[int, ...]:
    """Return the signed 64-bit keys of a text: texts that share no key are never compared.

    Two texts whose shingles have a Jaccard similarity s share one with probability
    1 - (1 - s**ROWS)**BANDS: 0.95 from s = 0.3 on. Keys are the same on every machine and differ
    between versions of the signature. A text that is too short to compare has none.
    """
    if text.words < MIN_WORDS:
        return ()
    digest = _digest(text.shingles)
    bands = (digest[start : start + ROWS] for start in range(0, BANDS * ROWS, ROWS))
    keys = [
        _key(b"%d" % place, struct.pack(f"<{ROWS}I", *band)) for place, band in enumerate(bands)
    ]
    if text.short and len(text.title) >= MIN_TITLE_WORDS:
        keys.append(_key(b"title", " ".join(text.title).encode()))
    return tuple(keys)


def containment(first: frozenset[int], second: frozenset[int]) -> float:
    """Return the share of the smaller set that is in the other, 0 to 1."""
    return len(first & second) / max(1, min(len(first), len(second)))


def is_copy(first: ShingledText, second: ShingledText) -> bool:
    """Whether one text contains most of the other, or short texts of two outlets share a headline.

    Within one outlet, unless the headlines are alike, both must be long and nearly all contained.
    """
    if min(first.words, second.words) < MIN_WORDS:
        return False
    if not (first.source and second.source):
        return _contains_most(first, second)
    if first.source != second.source:
        return _contains_most(first, second) or _share_headline(first, second)
    if _titles_alike(first.title, second.title):
        return _contains_most(first, second)
    either_short = first.short or second.short
    return not either_short and _contains_most(first, second, MIN_CONTAINMENT_WITHIN_OUTLET)


def _contains_most(
    first: ShingledText, second: ShingledText, min_containment: float = MIN_CONTAINMENT
) -> bool:
    shared = len(first.shingles & second.shingles)
    smaller = min(len(first.shingles), len(second.shingles))
    return shared >= max(MIN_SHARED_SHINGLES, min_containment * smaller)


def _share_headline(first: ShingledText, second: ShingledText) -> bool:
    both_short = first.short and second.short
    return both_short and len(first.title) >= MIN_TITLE_WORDS and first.title == second.title


def _titles_alike(first: Sequence[str], second: Sequence[str]) -> bool:
    shared = containment(_shingles(first), _shingles(second))
    return first == second or shared >= MIN_CONTAINMENT_WITHIN_OUTLET


def _shingles(words: Sequence[str]) -> frozenset[int]:
    runs = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return frozenset(crc32(" ".join(run).encode()) for run in runs)


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def _digest(shingles: frozenset[int]) -> list[int]:
    """BANDS * ROWS numbers of 32 bits; two texts agree in each with their Jaccard similarity."""
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
