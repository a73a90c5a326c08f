"""One line of text, as every field of an article is written. Pure."""

import re

from archive.text.unicode import normalize

MAX_FIELD_CHARACTERS = 2_000
MAX_QUOTED_CHARACTERS = 60
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Soft hyphens, zero-width spaces, word joiners, byte order marks, and marks of direction, which go
# astray when lines are cut. Zero-width joiners and non-joiners change how letters look.
_INVISIBLE = re.compile(r"[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def clean_line(text: str) -> str:
    """Return one line of NFC text: no control characters, lone surrogates or signs that show
    nothing and part no word, and single spaces."""
    visible = text if text.isprintable() else _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return " ".join(normalize("NFC", visible).split())


def shorten(text: str) -> str:
    """Return the text, quoted, for a message about it."""
    return repr(text if len(text) <= MAX_QUOTED_CHARACTERS else text[:MAX_QUOTED_CHARACTERS] + "…")
