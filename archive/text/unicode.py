"""Unicode normalization in bounded time. Pure.

Normalizing a run of combining marks takes time quadratic in its length, since the marks are sorted.
The Stream-Safe Text Format (UAX #15, section 13) bounds runs, and loses nothing: it parts them with
a combining grapheme joiner.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

MAX_MARKS = 30
_JOINER = "\u034f"
_LAST_MARK = 0x1FFFF  # no combining mark lies above it
# Half as many as may stand together: a few of them stand for two.
_SIGNS = re.compile(rf"[^\w\s]{{{MAX_MARKS // 2},}}")

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


def normalize(form: Form, text: str) -> str:
    """Return the text in the normalization form, in runs of at most MAX_MARKS combining marks."""
    if text.isascii():
        return text
    return _part_runs(unicodedata.normalize(form, _part_runs(text)))


def _part_runs(text: str) -> str:
    return _SIGNS.sub(lambda signs: _part_marks(signs.group()), text)


def _part_marks(signs: str) -> str:
    full_run, expanded = _marks()
    return full_run.sub(rf"\g<0>{_JOINER}", signs.translate(expanded))


@cache
def _marks() -> tuple[re.Pattern[str], dict[int, str]]:
    """Return what finds a full run that goes on, and the marks that stand for several."""
    decomposed = {
        character: unicodedata.normalize("NFD", character)
        for character in map(chr, range(0x300, _LAST_MARK))
        if unicodedata.combining(character) or unicodedata.decomposition(character)
    }
    marks = {c: text for c, text in decomposed.items() if all(map(unicodedata.combining, text))}
    one = f"[{''.join(marks)}]"
    several = {ord(c): text for c, text in marks.items() if len(text) > 1}
    return re.compile(f"{one}{{{MAX_MARKS}}}(?={one})"), several
