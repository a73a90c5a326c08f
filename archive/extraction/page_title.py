"""Which of the titles a page gives is its article's, without the outlet's name. Pure."""

import re
from collections.abc import Iterable, Sequence

# " | ", " - ", " – ", "｜" and the like, as they stand between a headline and an outlet's name.
_JOINT = re.compile(r"\s+[|\-–—·•:»/*]+\s+|\s*[|｜：]\s*")
_UNSPOKEN = re.compile(r"[\W_]+")
SHORTEST_TITLE_CHARACTERS = 8
MAX_TITLE_CHARACTERS = 1_000


def choose_title(
    declared: Sequence[str | None], shown: Sequence[str], outlets: Iterable[str | None]
) -> str | None:
    """The first title that is no outlet's name, without the outlet's name beside it.

    `declared` are titles in order of trust, `shown` the page's headlines. A part is cut off at
    either end where it names an outlet, or where what is left is a title given elsewhere.
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
    for joint in reversed(list(_JOINT.finditer(title))):
        head, tail = title[: joint.start()].strip(), title[joint.end() :].strip()
        if _is_title(head) and (_key(head) in given or _names_outlet(tail, names)):
            return _strip_outlet(head, names, given - {_key(head)})
        if _is_title(tail) and _names_outlet(head, names):
            return tail
    return title


def _is_title(text: str) -> bool:
    return len(_key(text)) >= SHORTEST_TITLE_CHARACTERS or len(text.split()) > 2


def _names_outlet(part: str, names: set[str]) -> bool:
    """Whether it is an outlet's name or address, with or without a section beside it."""
    key = _key(part)
    return key in names or any(len(name) > 3 and key.startswith(name) for name in names)


def _key(text: str) -> str:
    return _UNSPOKEN.sub("", text).casefold()
