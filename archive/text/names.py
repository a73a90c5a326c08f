"""Names of tags and collections: which are valid, and when two are the same. Pure."""

import re
import unicodedata

from archive.errors import SourceNotFoundError, UnreadableInputError
from archive.text.unicode import normalize
from archive.wordings import CONTROL_CHARACTERS, NAME_TOO_LONG, NOTHING_TO_READ

MAX_TAG_CHARACTERS = 60
MAX_NAME_CHARACTERS = 200
MAX_NOTE_CHARACTERS = 2_000
# Control characters, lone surrogates, line ends, and changes of the writing direction (UAX #9).
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_READABLE = ("L", "N")


class NameRefusedError(UnreadableInputError):
    """A tag, a name or a note that is not valid."""


class CollectionNotFoundError(SourceNotFoundError):
    """No collection has this number or name."""


class TagNotFoundError(SourceNotFoundError):
    """No article has this tag."""


def clean_tag(text: str) -> str:
    """NFC, trimmed, single spaces, 1 to MAX_TAG_CHARACTERS. Raises NameRefusedError."""
    return _clean(text, MAX_TAG_CHARACTERS)


def clean_name(text: str) -> str:
    """Clean the name of a collection as `clean_tag` does, up to MAX_NAME_CHARACTERS."""
    return _clean(text, MAX_NAME_CHARACTERS)


def clean_note(text: str | None) -> str | None:
    """Return the note in one line, or None if it is blank. Raises NameRefusedError."""
    return _clean(text, MAX_NOTE_CHARACTERS) if text and text.strip() else None


def fold_name(name: str) -> str:
    """Return a name in its form for comparison: canonical caseless (Unicode 3.13, D145)."""
    folded = normalize("NFD", name).casefold()
    return normalize("NFC", normalize("NFD", folded))


def _clean(text: str, max_characters: int) -> str:
    trimmed = text.strip()
    if _REFUSED.search(trimmed):
        raise NameRefusedError(CONTROL_CHARACTERS())
    cleaned = " ".join(normalize("NFC", trimmed).split())
    if len(cleaned) > max_characters:
        raise NameRefusedError(NAME_TOO_LONG(number=max_characters))
    if not any(unicodedata.category(character)[0] in _READABLE for character in cleaned):
        raise NameRefusedError(NOTHING_TO_READ())
    return cleaned
