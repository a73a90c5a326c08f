"""The names of authors in one field, however many. Pure."""

import re

from archive.text.normalize import clean_line

AUTHOR_SEPARATOR = ";"
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_BY = re.compile(r"(?:by|par|por)\s+(?=\S+\s+\S)", re.IGNORECASE)
# Family names of several words that begin in lower case: "de La Tour", "von der Leyen".
_PARTICLE = re.compile(r"d[aei]|do?s|das|dell?a|du|des|l[ae]|van|von|de[rn]|ten|ter|zu|bin|ibn")


def split_names(text: str, separator: str = AUTHOR_SEPARATOR) -> tuple[str, ...]:
    """Return the cleaned names between the separators, without empty ones."""
    return tuple(name for name in map(clean_line, text.split(separator)) if name)


def split_authors(text: str) -> tuple[str, ...]:
    """Return the authors that one field names: split at ";", or else at commas between whole names.

    "Jean Dupont, Anne Exemple" are two people. "Dupont, Jean" is one, family name first.
    """
    names = split_names(text, ",")
    if AUTHOR_SEPARATOR not in text and _are_whole_names(names):
        return names
    return split_names(text)


def split_byline(text: str) -> tuple[str, ...]:
    """Return the authors of a field that may begin with "By", as the line under a title does."""
    return split_authors(_BY.sub("", clean_line(text), count=1))


def _are_whole_names(names: tuple[str, ...]) -> bool:
    """Return whether each is a full name, not only the family or given names of one person."""
    if len(names) < 2:
        return True
    whole = all(" " in name or _ACRONYM.fullmatch(name) for name in names)
    return whole and " " in names[0] and not _PARTICLE.fullmatch(names[0].split()[0])
