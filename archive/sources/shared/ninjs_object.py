"""An IPTC ninjs object, 1.0 to 3.x. Pure.

The versions differ in names: headline, body_xhtml and byline became headlines, bodies and by in
2.0, and versioncreated became versionCreated in 3.0; names are therefore compared without case.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.sources.shared.agency import (
    byline_names,
    markup_paragraphs,
    web_address,
    withdrawn_item,
)
from archive.sources.shared.records import item_name
from archive.text.normalize import split_paragraphs
from archive.wordings import NINJS_WITHOUT_TEXT

_KEYS = frozenset(("versioncreated", "pubstatus", "bodies", "headlines", "representationtype"))
_MARKUP = ("xhtml", "html", "richtext", "xml")
_RICHEST = ("application/xhtml+xml", "text/html", "text/plain", "")


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Return whether an object has fields that only ninjs has, or a body beside its `uri`."""
    names = {key.lower() for key in record}
    has_body = "uri" in names and any(name.startswith("body_") for name in names)
    return has_body or not _KEYS.isdisjoint(names)


def read_ninjs(record: Mapping[str, Any], place: str) -> SourceItem:
    """Return the item of an object in ninjs."""
    fields = {key.lower(): value for key, value in record.items()}
    uri = _text(fields.get("uri"))
    name = item_name(uri, place)
    rejected = withdrawn_item(name, _text(fields.get("pubstatus")))
    if rejected is not None:
        return rejected
    try:
        return SourceItem(name, _draft(fields, uri))
    except UnreadableInputError as exc:
        return SourceItem(name, problem=exc.message)


def _draft(fields: Mapping[str, Any], uri: str) -> ArticleDraft:
    title = _title(fields)
    paragraphs = _paragraphs(fields, title)
    if not paragraphs:
        kind = _text(fields.get("type")) or "item"
        raise UnreadableInputError(NINJS_WITHOUT_TEXT(kind=kind[:40]))
    first = _text(fields.get("firstcreated") or fields.get("contentcreated"))
    latest = _text(fields.get("versioncreated"))
    return ArticleDraft(
        title=title,
        paragraphs=paragraphs,
        source=_name(fields, "infosources", "infosource") or _text(fields.get("copyrightholder")),
        authors=byline_names(_text(fields.get("byline") or fields.get("by"))),
        url=web_address(uri),
        language=_text(fields.get("language")) or None,
        published=first or latest or None,
        modified=latest or None,
        section=_name(fields, "subjects", "subject", "genres", "genre") or None,
    )


def _title(fields: Mapping[str, Any]) -> str:
    listed = _objects(fields.get("headlines"))
    main = sorted(listed, key=lambda each: _text(each.get("role")) not in ("", "main"))
    found = (*(each.get("value") for each in main), *map(fields.get, ("headline", "headline_main")))
    return next(filter(None, map(_text, (*found, fields.get("title")))), "")


def _paragraphs(fields: Mapping[str, Any], title: str) -> tuple[str, ...]:
    """Return the paragraphs of the richest body that has any, markup before plain text."""
    for body, is_markup in (*_bodies(fields), *_old_bodies(fields)):
        found = markup_paragraphs(body, title) if is_markup else split_paragraphs(body)
        if found:
            return found
    return ()


def _bodies(fields: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the bodies of readable types of ninjs 2.0 and later: (text, whether it is markup)."""
    listed = _objects(fields.get("bodies"))
    types = [_text(body.get("contenttype")).partition(";")[0].strip().lower() for body in listed]
    for kind in _RICHEST:
        for body, body_type in zip(listed, types, strict=True):
            if body_type == kind:
                text = _text(body.get("value"))
                yield text, "html" in kind or (not kind and text.lstrip().startswith("<"))


def _old_bodies(fields: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the bodies of ninjs 1.x, in properties such as body_xhtml and body_text."""
    names = sorted(key for key in fields if key.startswith("body_"))
    for name in sorted(names, key=lambda key: not key.endswith(_MARKUP)):
        yield _text(fields[name]), name.endswith(_MARKUP)


def _name(fields: Mapping[str, Any], *keys: str) -> str | None:
    """Return the first name under any of these keys, whatever its role, or None."""
    names = (_text(each.get("name")) for key in keys for each in _objects(fields.get(key)))
    return next(filter(None, names), None)


def _objects(value: Any) -> list[dict[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    return [{k.lower(): v for k, v in each.items()} for each in listed if isinstance(each, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
