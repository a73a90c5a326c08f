"""Articles as named fields: the mapping that JSON objects and table rows share. Pure.

`field_names` says under which names a field is found, `values` what its value may look like.
Fields of other names are ignored, unless the text or the title is missing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from archive.errors import UnreadableInputError
from archive.extraction.extract import extract_article
from archive.messages import Message
from archive.model import ArticleDraft, SourceItem
from archive.sources.shared.agency import web_address
from archive.sources.shared.field_names import FIELD_NAMES, fold_field, list_names, match_fields
from archive.sources.shared.values import (
    holds_text,
    read_address,
    read_authors,
    read_date,
    read_line,
    read_name,
    read_paragraphs,
    read_text,
)
from archive.text.normalize import clean_line, split_paragraphs
from archive.wordings import (
    FIELD_NOT_UNDERSTOOD,
    KEPT_WITHOUT,
    NO_COLUMNS,
    NO_TEXT_FIELD,
    NO_TITLE_FIELD,
)

MAX_NAME_CHARACTERS = 500
_WHOLE_PAGE = ("<!doctype html", "<html", "<head", "<body")
_DESCRIPTIVE = frozenset(("published", "url", "source", "authors"))
NO_MAPPING: Mapping[str, str] = {}


def read_record(
    record: Mapping[str, Any],
    place: str,
    columns: Mapping[str, str] = NO_MAPPING,
    is_ours: bool = False,
) -> SourceItem:
    """Return the item of a record; `place` names it if the record has no id.

    `columns` maps fields to the names that the user says hold them. A record of our own export is
    read as it is written: what looks like markup in it is text.
    """
    fields = _Fields(record, _names(record, columns), is_ours)
    name = next(filter(None, (item_name(value, "") for value in fields.values("id"))), place)
    try:
        if "text" not in fields.names:
            raise UnreadableInputError(NO_TEXT_FIELD(names=list_names(record) or NO_COLUMNS()))
        if (page := _whole_page(fields)) is not None:
            return SourceItem(name, read=partial(_read_page, page, fields))
        paragraphs = _paragraphs(fields)
        if not paragraphs and next(fields.values("text"), None) is not None:
            raise UnreadableInputError(FIELD_NOT_UNDERSTOOD(name=repr(fields.names["text"][0])))
        return SourceItem(name, _draft(fields, paragraphs))
    except UnreadableInputError as exc:
        return SourceItem(place, problem=exc.message)


def has_text(record: Mapping[str, Any]) -> bool:
    """Return whether a record holds a text of its own, written as a text or a list of texts."""
    names = match_fields(record).get("text", ())
    return any(_is_text(record[name]) for name in names)


def describes_article(names: Iterable[str]) -> bool:
    """Return whether fields of these names say where an article is from, who wrote it, or when."""
    return not _DESCRIPTIVE.isdisjoint(match_fields(names))


def has_blocks(record: Mapping[str, Any]) -> bool:
    """Return whether a titled record holds a text in the blocks of an editor."""
    fields = match_fields(record)
    if "title" not in fields or not describes_article(record):
        return False
    return any(holds_text(record[name]) for name in fields.get("text", ()))


def is_own_export(names: Iterable[str]) -> bool:
    """Return whether these are the fields that an export of ours has."""
    return set(names) == FIELD_NAMES.keys()


def draft_from_record(record: Mapping[str, Any]) -> ArticleDraft:
    """Return the draft of a record. Raise UnreadableInputError if its markup is too large."""
    fields = _Fields(record, match_fields(record))
    return _draft(fields, _paragraphs(fields))


def item_name(identifier: Any, place: str) -> str:
    """Return the source's id for an item as one line, or the item's place."""
    if not isinstance(identifier, str | int):
        return place
    return clean_line(str(identifier)[:MAX_NAME_CHARACTERS]) or place


@dataclass(frozen=True, slots=True)
class _Fields:
    """A record, and for each field of an article the names under which the record may hold it."""

    record: Mapping[str, Any]
    names: Mapping[str, tuple[str, ...]]
    is_ours: bool = False

    def values(self, field: str) -> Iterator[Any]:
        """Yield what the record holds for the field, best first, without empty values."""
        for name in self.names.get(field, ()):
            value = self.record[name]
            if value not in (None, "", [], {}) and not (isinstance(value, str) and value.isspace()):
                yield value

    def first(self, field: str, read: Callable[[Any], str | None]) -> str | None:
        """Return the first value of the field that `read` understands, or None."""
        return next(filter(None, map(read, self.values(field))), None)


def _names(record: Mapping[str, Any], columns: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    found = match_fields(record)
    if not columns:
        return found
    folded = {fold_field(name): name for name in record}
    chosen = {field: folded.get(fold_field(column)) for field, column in columns.items()}
    return dict(found) | {field: (name,) for field, name in chosen.items() if name is not None}


def _draft(fields: _Fields, paragraphs: tuple[str, ...]) -> ArticleDraft:
    line = read_text if fields.is_ours else read_line
    draft = ArticleDraft(
        title=fields.first("title", line) or "",
        paragraphs=paragraphs,
        source=_source(fields),
        authors=next(filter(None, map(read_authors, fields.values("authors"))), ()),
        url=_address(fields),
        language=fields.first("language", read_text),
        published=fields.first("published", read_date),
        modified=fields.first("modified", read_date),
        section=fields.first("section", read_name),
    )
    return replace(draft, remarks=tuple(_remarks(fields, draft)))


def _remarks(fields: _Fields, draft: ArticleDraft) -> Iterator[Message]:
    """Yield what of the record is not in the draft: fields with values that say nothing here."""
    for field in ("title", "source", "authors", "url", "published", "modified"):
        given = next(fields.values(field), None)
        if given is not None and not getattr(draft, field):
            name = repr(fields.names[field][0])
            yield KEPT_WITHOUT(reason=FIELD_NOT_UNDERSTOOD(name=name))
    known = {name for names in fields.names.values() for name in names}
    others = [name for name in fields.record if name not in known]
    if "title" not in fields.names and others:
        yield NO_TITLE_FIELD(names=list_names(others))


def _source(fields: _Fields) -> str | None:
    """Return the outlet's name; of a web address only its host, if nothing else names it."""
    names = list(filter(None, map(read_name, fields.values("source"))))
    plain = (name for name in names if web_address(name) is None)
    return next(plain, None) or next(filter(None, map(_host, names)), None)


def _address(fields: _Fields) -> str | None:
    """Return the first web address, or what is given in its place."""
    given = list(filter(None, map(read_address, fields.values("url"))))
    return next(filter(None, map(web_address, given)), next(iter(given), None))


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _paragraphs(fields: _Fields) -> tuple[str, ...]:
    read = _as_written if fields.is_ours else read_paragraphs
    return next(filter(None, map(read, fields.values("text"))), ())


def _as_written(value: Any) -> tuple[str, ...]:
    return split_paragraphs(read_text(value) or "")


def _is_text(value: Any) -> bool:
    texts = value if isinstance(value, list) else [read_text(value)]
    return bool(texts) and all(isinstance(text, str) and text.strip() for text in texts)


def _whole_page(fields: _Fields) -> str | None:
    """Return the text if it is an HTML page with its head and navigation, as crawlers keep it."""
    text = fields.first("text", read_text) or ""
    return text if text[:200].lstrip().lower().startswith(_WHOLE_PAGE) else None


def _read_page(page: str, fields: _Fields) -> ArticleDraft:
    """Return the article of a page, with what the record says in place of what the page says."""
    given = _draft(fields, ())
    read = extract_article(page, web_address(given.url))
    names = (each.name for each in dataclass_fields(ArticleDraft))
    said = {name: value for name in names if (value := getattr(given, name))}
    return replace(read, **said)
