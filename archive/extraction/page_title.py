"""Chooses the article's title among those a page gives, without the outlet's name. Pure."""

import re
from collections.abc import Iterable, Sequence

# " | ", " - ", " – ", "｜" and the like, as used between a headline and an outlet's name.
_SEPARATOR = re.compile(r"\s+[|\-–—·•:»/*]+\s+|\s*[|｜：]\s*")
_NOT_WORD_CHARACTERS = re.compile(r"[\W_]+")
MIN_TITLE_CHARACTERS = 8
MAX_TITLE_CHARACTERS = 1_000


def choose_title(
    declared: Sequence[str | None], shown: Sequence[str], outlets: Iterable[str | None]
) -> str | None:
    """Return the first title that is not an outlet's name, without an outlet's name in it.

    `declared` are titles in order of trust, `shown` the page's headlines. A part is cut off at
    either end if it names an outlet, or if the rest is a title that is given elsewhere.
    """
    titles = [title for title in declared if title]
    names = {_key(name) for name in outlets if name} - {""}
    given = {_key(title) for title in (*titles, *shown)}
    for title in titles:
        if _key(title) not in names:
            return _strip_outlet(title, names, given)
    return None


def _strip_outlet(title: str, names: set[str], given: set[str]) -> str:
    if len(title) > MAX_TITLE_CHARACTERS:
        return title
    for separator in reversed(list(_SEPARATOR.finditer(title))):
        head, tail = title[: separator.start()].strip(), title[separator.end() :].strip()
        if _is_title(head) and (_key(head) in given or _names_outlet(tail, names)):
            return _strip_outlet(head, names, given - {_key(head)})
        if _is_title(tail) and _names_outlet(head, names):
            return tail
    return title


def _is_title(text: str) -> bool:
    return len(_key(text)) >= MIN_TITLE_CHARACTERS or len(text.split()) > 2


def _names_outlet(part: str, names: set[str]) -> bool:
    """Return whether it is an outlet's name or address, with or without a section."""
    key = _key(part)
    return key in names or any(len(name) > 3 and key.startswith(name) for name in names)


def _key(text: str) -> str:
    return _NOT_WORD_CHARACTERS.sub("", text).casefold()
