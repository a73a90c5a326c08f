"""What a value of a record says, in whichever form another program wrote it. Pure.

Values are those of JSON; cells of a table are texts. What has no known form gives nothing.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from archive.sources.shared.agency import markup_paragraphs
from archive.sources.shared.authors import split_authors, split_byline
from archive.sources.shared.field_names import fold_field
from archive.text.normalize import clean_line, format_utc, split_paragraphs

MAX_DEPTH = 12
# Where an object holds its one value: {"rendered": …}, {"$date": …}, {"name": …}.
_VALUES = (
    *("rendered", "processed", "text", "value", "plain", "html", "content", "main", "original"),
    *("default", "raw", "iso", "$date", "$numberLong", "$oid", "#text", "$t", "@value"),
)
_NAMED = ("name", "title", "displayName", "fullName", "label", "literal", "nameRaw")
_GIVEN = ("given", "givenName", "firstName", "firstname", "first")
_FAMILY = ("family", "familyName", "lastName", "lastname", "last")
_CHILDREN = ("content", "children", "blocks", "nodes", "data", "items", "root", "document")
_RUNS = ("text", "span")
_TAGS = "a|abbr|b|blockquote|br|center|cite|code|div|dd|dl|dt|em|figure|font|h[1-6]|hr|i|img|li|ol"
_TAGS += "|p|pre|q|section|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul|article|body|html"
_BLOCK = re.compile(
    r"</?(?:blockquote|br|div|dd|dl|h[1-6]|hr|li|ol|p|pre|section|table|td|tr|ul|article|body)\b"
    r"[^<>]*>",
    re.IGNORECASE,
)
_MARKUP = re.compile(rf"\A\s*<(?:{_TAGS})\b[^<>]*>|</(?:{_TAGS})\s*>|<br\s*/?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_PARAGRAPH = re.compile(r"<p\b", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{9,16})(?:\.\d*)?")
_WRITTEN = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}(?:\d\d)?")
# Of a time counted since 1970, by the number of its digits: how many of its units are a second.
_UNITS_IN_SECOND = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 1_000_000, 16: 1_000_000}


def read_text(value: Any) -> str | None:
    """Return the one text of a value as it is written, or None."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return read_text(value[0]) if len(value) == 1 else None
    return read_text(_first(value, _VALUES)) if isinstance(value, Mapping) else None


def read_line(value: Any) -> str | None:
    """Return the text of a value in one line, without tags and character references."""
    text = read_text(value)
    return " ".join(plain_paragraphs(text)) if text and _is_marked(text) else text


def read_name(value: Any) -> str | None:
    """Return a name: a text, or that of an object or of the first in a list."""
    if isinstance(value, list):
        return next(filter(None, map(read_name, value)), None)
    named = _first(value, _NAMED) if isinstance(value, Mapping) else None
    return read_line(value if named is None else named)


def read_address(value: Any) -> str | None:
    """Return a web address: a text, or that of an object."""
    if isinstance(value, Mapping):
        return read_text(_first(value, ("@id", "url", "href", "permalink")))
    return read_text(value)


def read_date(value: Any) -> str | None:
    """Return a date as text; one counted in seconds, ms or µs since 1970 in ISO 8601."""
    if isinstance(value, Mapping):
        parts = _first(value, ("date-parts",))
        if isinstance(parts, list):
            return _from_parts(parts)
    text = read_text(value)
    counted = _NUMBER.fullmatch(text.strip()) if text else None
    return _from_number(counted[1]) or text if counted else text


def read_authors(value: Any) -> tuple[str, ...]:
    """Return the authors of a text, an object or a list of these; anything else names none."""
    listed = value if isinstance(value, list) else [value]
    return tuple(name for each in listed for name in _read_author(each))


def read_paragraphs(value: Any) -> tuple[str, ...]:
    """Return the paragraphs of a plain or marked-up text, a list of texts, or an editor's blocks.

    Raise UnreadableInputError if markup exceeds the limits of a page.
    """
    return tuple(line for text in _texts(value, 0) for line in plain_paragraphs(text))


def holds_text(value: Any) -> bool:
    """Return whether `read_paragraphs` finds any text in a value."""
    return any(text.strip() for text in _texts(value, 0))


def plain_paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text, HTML or not, without tags and character references."""
    if not _is_marked(text):
        return split_paragraphs(text)
    if _MARKUP.search(text) and _BLOCK.search(text):
        breaks = text if _PARAGRAPH.search(text) else _BLANK_LINE.sub("\n<br>\n", text)
        return markup_paragraphs(breaks)
    if _MARKUP.search(text):
        return tuple(line for part in split_paragraphs(text) for line in markup_paragraphs(part))
    return split_paragraphs(_REFERENCE.sub(lambda found: unescape(found[0]), text))


def _is_marked(text: str) -> bool:
    return ("<" in text and bool(_MARKUP.search(text))) or (
        "&" in text and bool(_REFERENCE.search(text))
    )


def _first(value: Any, names: tuple[str, ...]) -> Any:
    """Return what an object holds under the first of these names that has anything."""
    folded = {fold_field(key): key for key in value if value[key] not in (None, "", [], {})}
    exact = {key: key for key in value}
    keys = (exact.get(name, folded.get(fold_field(name))) for name in names)
    return next((value[key] for key in keys if key is not None and value[key]), None)


def _from_parts(parts: list[Any]) -> str | None:
    """Return 2021-12-03 for [[2021, 12, 3]], as citations (CSL-JSON) give dates."""
    numbers = parts[0] if parts and isinstance(parts[0], list) else parts
    whole = [str(number).zfill(2) for number in numbers[:3]]
    return "-".join(whole) if whole and all(map(str.isdigit, whole)) else None


def _from_number(digits: str) -> str | None:
    if _WRITTEN.fullmatch(digits):
        return f"{digits[:8]}T{digits[8:]}"
    unit = _UNITS_IN_SECOND.get(len(digits))
    if unit is None:
        return None
    return format_utc(datetime.fromtimestamp(int(digits) // unit, UTC))


def _read_author(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return split_byline(value)
    if not isinstance(value, Mapping):
        return ()
    parts = (_first(value, _GIVEN), _first(value, _FAMILY))
    if all(isinstance(part, str) for part in parts):
        return (clean_line(" ".join(parts)),)
    name = read_name(value)
    return split_authors(clean_line(name)) if name else ()


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Yield the text of each block of a value."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(_is_run(each, nested=depth > 0) for each in value):
            yield "".join(str(run["text"]) for run in value)
        else:
            yield from (text for each in value for text in _texts(each, depth + 1))
    elif isinstance(value, Mapping):
        inner = _first(value, (*_VALUES, *_CHILDREN))
        yield from _texts(inner, depth + 1)


def _is_run(value: Any, nested: bool) -> bool:
    """Return whether a value is part of a line, as ProseMirror, Slate and Sanity write them."""
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        return False
    kind = value.get("type", value.get("_type"))
    return kind in _RUNS or (nested and kind is None)
