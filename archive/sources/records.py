"""Articles given as named fields: the mapping that JSON objects and rows of tables share. Pure.

Fields: title, text (or paragraphs, a list), published, modified, language, source, section, url,
authors (a list, or names separated by ";"), and id, which names the item in the outcome. Unknown
fields are ignored.
"""

from collections.abc import Mapping
from typing import Any

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.text.normalize import clean_line, split_paragraphs

AUTHOR_SEPARATOR = ";"
_LONGEST_NAME_CHARACTERS = 500


def read_record(record: Mapping[str, Any], place: str) -> SourceItem:
    """The item of a record; `place` names it where it has no id of its own."""
    try:
        return SourceItem(item_name(record.get("id"), place), draft_from_record(record))
    except UnreadableInputError as exc:
        return SourceItem(place, problem=str(exc))


def draft_from_record(record: Mapping[str, Any]) -> ArticleDraft:
    """Raises UnreadableInputError where a field is of another kind than text."""
    return ArticleDraft(
        title=_text(record, "title") or "",
        paragraphs=_paragraphs(record),
        source=_text(record, "source"),
        authors=_authors(record.get("authors")),
        url=_text(record, "url"),
        language=_text(record, "language"),
        published=_text(record, "published"),
        modified=_text(record, "modified"),
        section=_text(record, "section"),
    )


def item_name(given: Any, place: str) -> str:
    """The id a source gave, in one line, or the place where the item lies."""
    if not isinstance(given, str | int):
        return place
    return clean_line(str(given)[:_LONGEST_NAME_CHARACTERS]) or place


def split_names(text: str) -> tuple[str, ...]:
    return tuple(name for name in map(clean_line, text.split(AUTHOR_SEPARATOR)) if name)


def _paragraphs(record: Mapping[str, Any]) -> tuple[str, ...]:
    given = record.get("paragraphs")
    if isinstance(given, list) and all(isinstance(part, str) for part in given):
        return tuple(given)
    return split_paragraphs(_text(record, "text") or "")


def _authors(given: Any) -> tuple[str, ...]:
    if isinstance(given, list):
        return tuple(name for name in given if isinstance(name, str))
    return split_names(given) if isinstance(given, str) else ()


def _text(record: Mapping[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableInputError(f"field {field!r} is not text")
