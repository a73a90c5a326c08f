"""Articles as named fields: the mapping that JSON objects and table rows share. Pure.

Fields: title, text (or paragraphs, a list), published, modified, language, source, section, url,
authors (a list, or one text; see `read_authors`), and id, which names the item in the outcome.
Unknown fields are ignored.
"""

import re
from collections.abc import Mapping
from typing import Any

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.text.normalize import clean_line, split_paragraphs
from archive.wordings import NOT_A_TEXT_FIELD

AUTHOR_SEPARATOR = ";"
MAX_NAME_CHARACTERS = 500
_ACRONYM = re.compile(r"[A-Z]{2,6}")
# Family names of several words that begin in lower case: "de La Tour", "von der Leyen".
_PARTICLE = re.compile(r"d[aei]|do?s|das|dell?a|du|des|l[ae]|van|von|de[rn]|ten|ter|zu|bin|ibn")


def read_record(record: Mapping[str, Any], place: str) -> SourceItem:
    """Return the item of a record; `place` names it if the record has no id."""
    try:
        return SourceItem(item_name(record.get("id"), place), draft_from_record(record))
    except UnreadableInputError as exc:
        return SourceItem(place, problem=exc.message)


def draft_from_record(record: Mapping[str, Any]) -> ArticleDraft:
    """Return the draft of a record. Raise UnreadableInputError if a text field is not text."""
    return ArticleDraft(
        title=_text(record, "title") or "",
        paragraphs=_paragraphs(record),
        source=_text(record, "source"),
        authors=read_authors(record.get("authors")),
        url=_text(record, "url"),
        language=_text(record, "language"),
        published=_text(record, "published"),
        modified=_text(record, "modified"),
        section=_text(record, "section"),
    )


def item_name(identifier: Any, place: str) -> str:
    """Return the source's id for an item as one line, or the item's place."""
    if not isinstance(identifier, str | int):
        return place
    return clean_line(str(identifier)[:MAX_NAME_CHARACTERS]) or place


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


def read_authors(value: Any) -> tuple[str, ...]:
    """Return the authors of a text or of a list of texts; anything else names none."""
    texts = value if isinstance(value, list) else [value]
    return tuple(name for text in texts if isinstance(text, str) for name in split_authors(text))


def _are_whole_names(names: tuple[str, ...]) -> bool:
    """Return whether each is a full name, not only the family or given names of one person."""
    if len(names) < 2:
        return True
    whole = all(" " in name or _ACRONYM.fullmatch(name) for name in names)
    return whole and " " in names[0] and not _PARTICLE.fullmatch(names[0].split()[0])


def _paragraphs(record: Mapping[str, Any]) -> tuple[str, ...]:
    paragraphs = record.get("paragraphs")
    if isinstance(paragraphs, list) and all(isinstance(part, str) for part in paragraphs):
        return tuple(paragraphs)
    return split_paragraphs(_text(record, "text") or "")


def _text(record: Mapping[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableInputError(NOT_A_TEXT_FIELD(name=repr(field)))
