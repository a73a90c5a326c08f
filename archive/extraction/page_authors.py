"""Reads authors' names from bylines and lists, apart from outlets and handles. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence

MAX_BYLINE_CHARACTERS = 300
MAX_AUTHORS = 40
_BYLINE_PREFIX = re.compile(
    r"^\W*(?:(?:written|posted|published|reporting|story|text|words)\s+by|by|von|par|por|di|door|af"
    r"|av|text|texte|autor(?:in|en)?|authors?|auteure?s?|napisał)\b\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
_PART = re.compile(r"\s*(?:[,;|•·]|\s/\s)\s*")
_PAIR = re.compile(r"\s+(?:and|und|et|y|e|en|og|och|i|ja|&|with|mit|avec)\s+")
_NO_NAME = re.compile(r"https?:|www\.|\S@\S|^@|\d{2,}|^\(|^\W*$")
_HANDLE = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)+|[a-z0-9]{9,}")
_ADDRESS = re.compile(r"[\w-]+(?:\.[a-z]{2,4}){1,2}", re.IGNORECASE)
_PARTICLES = re.compile(
    r"d[aeio]|do?s|das|dell?a?|du|des|l[ae]|el|van|von|de[rn]|ten|ter|zur?|al|bin|ibn|[ye]|a[vf]",
    re.IGNORECASE,
)
_NOT_WORD_CHARACTERS = re.compile(r"[\W_]+")


def choose_authors(
    lists: Iterable[Sequence[str]], outlets: Iterable[str | None]
) -> tuple[str, ...]:
    """Return the first list that names people, not only outlets, or else the first of any."""
    names = {_key(outlet) for outlet in outlets if outlet} - {""}
    first: tuple[str, ...] = ()
    for raw in lists:
        found = split_names(raw, names)
        people = tuple(name for name in found if _key(name) not in names)
        if people and not all(_HANDLE.fullmatch(name) for name in people):
            return people
        first = first or found
    return first


def split_names(raw: Iterable[str], outlets: Collection[str] = ()) -> tuple[str, ...]:
    """Return each name once; the strings may have several, a "by" before or a role after."""
    found: dict[str, str] = {}
    for text in raw:
        for name in _split(text[:MAX_BYLINE_CHARACTERS], outlets):
            found.setdefault(_key(name), name)
    return tuple(found.values())[:MAX_AUTHORS]


def _split(text: str, outlets: Collection[str]) -> list[str]:
    parts = _PART.split(_BYLINE_PREFIX.sub("", text.strip()))
    first, *others = [part for part in parts if not _NO_NAME.search(part)] or [""]
    # After the first comma come further names, or the author's role and employer.
    further = [name for part in others for name in _split_pair(part) if is_name(name)]
    names = (*_split_pair(first), *(n for n in further if _key(n.split()[0]) not in outlets))
    return [name for name in names if name]


def _split_pair(text: str) -> list[str]:
    """Return the names around an "and" if all are full names: "Le Figaro et AFP" is one."""
    names = [name.strip(" .:-") for name in _PAIR.split(text)]
    if len(names) > 1 and all(is_name(name) and " " in name for name in names):
        return names
    return [text.strip(" :-")]


def is_name(text: str) -> bool:
    """Return whether it looks like a person's name: few words, each with a capital."""
    words = [word for word in text.split() if not _PARTICLES.fullmatch(word)]
    if not 1 <= len(words) <= 5 or _NO_NAME.search(text) or _ADDRESS.fullmatch(text):
        return False
    return all(not word[0].islower() for word in words)


def _key(text: str) -> str:
    return _NOT_WORD_CHARACTERS.sub("", text).casefold()
