"""Words of the archive written nearly like another, from the lexicons of the exact fields.

Of hundreds of thousands of words few can lie near: an edit changes the length by one at most, and
adds and takes at most one letter each; both are columns. Only what passes is measured, by optimal
string alignment (a swap of neighbours counts one).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from indexer.engines.embedded.storage.articles import Mask
from indexer.engines.embedded.words.lazy_selection import select_lowest
from indexer.engines.embedded.words.reader import Leaf, Segment
from indexer.engines.embedded.words.snapshot import KeywordSnapshot
from indexer.engines.embedded.words.writer import EXACT_FIELDS, RANKED_FIELDS
from indexer.engines.port import MAX_SPELLING_LETTERS, MIN_SPELLING_LETTERS, Spelling

# Words nobody can find any more, or that fewer hold than it seems, are few: so many are looked at.
MAX_LOOKED_AT = 64
MASK_BITS = 64

# Distance, whether it begins otherwise, less how many hold it, the word.
NearKey = tuple[int, bool, int, str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a segment's exact fields in columns, the shortest first; 25 bytes a word.

    Word n is `text[starts[n] : starts[n] + lengths[n]]`; bit b of `letters[n]` says that it has a
    character whose code is b modulo 64.
    """

    segment: Segment
    text: str
    starts: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.uint8]
    letters: npt.NDArray[np.uint64]

    def near(self, word: str, distance: int) -> Iterator[tuple[str, int]]:
        """The words at most so far from this one, itself left out, and how far."""
        first, last = np.searchsorted(
            self.lengths, [len(word) - distance, len(word) + distance + 1]
        )
        own, letters = _letters_of(word, np.zeros(1, np.uint32))[0], self.letters[first:last]
        near = np.bitwise_count(own & ~letters) <= distance
        near &= np.bitwise_count(letters & ~own) <= distance
        starts, lengths = self.starts[first:last][near].tolist(), self.lengths[first:last][near]
        others = [
            self.text[a : a + length] for a, length in zip(starts, lengths.tolist(), strict=True)
        ]
        if not others:
            return
        found = cdist([word], others, scorer=OSA.distance, score_cutoff=distance, dtype=np.uint8)[0]
        for n in np.flatnonzero((found > 0) & (found <= distance)).tolist():
            yield others[n], int(found[n])

    def count_documents(self, word: str) -> int:
        """In how many places it stands: no fewer than hold it, deleted documents too."""
        return sum(self.segment.count_documents(field, word) for field in EXACT_FIELDS)


class LexiconCache:
    """A lexicon for each segment that is open, made at its first use. Safe for many threads."""

    def __init__(self) -> None:
        self._held: dict[str, Lexicon] = {}
        self._lock = Lock()

    def of(self, leaves: Iterable[Leaf]) -> list[Lexicon]:
        """The lexicons of these segments; those of others are forgotten."""
        with self._lock:
            known = self._held
            made = [known.get(leaf.segment.id) or make_lexicon(leaf.segment) for leaf in leaves]
            self._held = {lexicon.segment.id: lexicon for lexicon in made}
            return made


def make_lexicon(segment: Segment) -> Lexicon:
    """The segment's words but for numbers and the very short."""
    terms = {term for field in EXACT_FIELDS for term in segment.each_term(field)}
    words = sorted(filter(_is_word, terms), key=lambda term: (len(term), term))
    lengths = np.fromiter(map(len, words), np.uint8, len(words))
    starts = np.cumsum(lengths, dtype=np.uint32) - lengths
    text = "".join(words)
    return Lexicon(segment, text, starts, lengths, _letters_of(text, starts))


def find_spellings(
    keyword: KeywordSnapshot, lexicons: Sequence[Lexicon], word: str, distance: int, most: int
) -> tuple[Spelling, ...]:
    """See `SearchEngine.spellings` in the port, of one word."""
    own = _spelling(keyword, word, 0)
    near = _rank(lexicons, word, distance) if _is_word(word) else []
    found: dict[str, Spelling] = {}

    def count(key: NearKey) -> NearKey | None:
        spelling = _spelling(keyword, key[3], key[0])
        if spelling is None:
            return None
        found[spelling.word] = spelling
        return key[0], key[1], -spelling.articles, key[3]

    best = [found[key[3]] for key in select_lowest(near, count, most, MAX_LOOKED_AT)]
    return tuple(islice((*([own] if own else []), *best), most))


def _rank(lexicons: Sequence[Lexicon], word: str, distance: int) -> list[NearKey]:
    """The words near it: the nearest first, those that begin alike, the most frequent."""
    documents: dict[str, int] = {}
    distances: dict[str, int] = {}
    for lexicon in lexicons:
        for other, far in lexicon.near(word, distance):
            distances[other] = far
            documents[other] = documents.get(other, 0) + lexicon.count_documents(other)

    return sorted((far, w[0] != word[0], -documents[w], w) for w, far in distances.items())


def _spelling(keyword: KeywordSnapshot, word: str, distance: int) -> Spelling | None:
    """None where no article that can be found holds it."""
    exact = np.zeros(len(keyword.articles), np.bool_)
    for field in EXACT_FIELDS:
        exact |= keyword.holding(field, (word,))
    held = exact if distance else exact | _inflected(keyword, word)
    if not held.any():
        return None
    newest = np.flatnonzero(exact if exact.any() else held)[-1]
    article_id = int(keyword.articles.ids[newest])
    return Spelling(word, distance, int(np.count_nonzero(held)), article_id)


def _inflected(keyword: KeywordSnapshot, word: str) -> Mask:
    held = np.zeros(len(keyword.articles), np.bool_)
    for term, codes in keyword.terms_of(word).items():
        for field in RANKED_FIELDS:
            held[keyword.gains(field, (term,), codes).rows] = True
    return held


def _is_word(term: str) -> bool:
    """Whether it can be a slip, or be meant by one."""
    return MIN_SPELLING_LETTERS <= len(term) <= MAX_SPELLING_LETTERS and not term[0].isdigit()


def _letters_of(text: str, starts: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """For each of the words that follow one another in the text the set of its letters."""
    if not len(starts):
        return np.empty(0, np.uint64)
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64) % MASK_BITS
    return np.bitwise_or.reduceat(np.uint64(1) << codes, starts.astype(np.int64))
