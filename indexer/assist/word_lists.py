"""How frequent words are in a language at large, from the lists that `wordfreq` carries.

A list is read at the first question about its language, in 1 to 2 s, and kept as one
folded text: 4 to 16 MB, searched in 4 to 10 ms.
"""

import re
from collections.abc import Iterable
from functools import cache

from indexer.analysis import fold_text

# Codes of languages whose list has another name.
_LIST_NAMES = {"no": "nb", "nn": "nb", "hr": "sh", "bs": "sh", "sr": "sh"}
# Their words are written without spaces, and looked up in pairs of signs.
_WITHOUT_WORDS = frozenset({"ja", "ko", "th", "zh"})
# A list is in steps of a hundredth of a Zipf, from 9, a thousand in a million words being 6.
_STEPS_PER_ZIPF, _FIRST_ZIPF = 100, 9
_PARTS = re.compile(r"\n[^\n'’-]*['’-][^\n]*")


def zipf_frequency(word: str, languages: Iterable[str]) -> float:
    """Return how frequent a folded word is in the language that uses it most; 0 if none does.

    In Zipf, the logarithm to base 10 of its occurrences in a thousand million words: 3 for one in a
    million (van Heuven and others, 2014).
    """
    names = {_LIST_NAMES.get(code, code) for code in languages} - _WITHOUT_WORDS
    return max((_look_up(word, _read_list(name)) for name in sorted(names)), default=0.0)


def _look_up(word: str, lines: bytes) -> float:
    """The frequency of the first, which is the most frequent, of the lines with this word."""
    start = f"\n{word}\t".encode()
    place = lines.find(start)
    if place < 0:
        return 0.0
    first = place + len(start)
    step = int(lines[first : lines.index(b"\n", first)])
    return _FIRST_ZIPF - step / _STEPS_PER_ZIPF


@cache
def _read_list(language: str) -> bytes:
    """Lines of a folded word, a tab and its step; empty for a language without a list."""
    import wordfreq  # takes 0.2 s to load

    path = wordfreq.available_languages("best").get(language)
    steps = wordfreq.read_cBpack(path) if path else []
    lines = "".join(f"\n{word}\t{step}" for step, words in enumerate(steps) for word in words)
    parted = _PARTS.sub(_part, lines)
    # The lists are in composed form, so that a word is folded sign by sign.
    table = {ord(sign): fold_text(sign) for sign in set(parted) if not sign.isascii()}
    return f"{parted}\n".translate(table).encode()


def _part(line: re.Match[str]) -> str:
    """A line for each part of a word with apostrophes or hyphens, such as aujourd'hui."""
    word, _, step = line.group().rpartition("\t")
    return "".join(f"\n{part}\t{step}" for part in re.split("['’-]", word.strip()))
