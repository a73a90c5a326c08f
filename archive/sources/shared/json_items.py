"""The articles in a parsed JSON value: one object, a list of them, or an answer that wraps either.

An object is an IPTC ninjs item or a record (`archive.sources.shared.records`). Services put their
list under `articles`, `results`, `hits`, `data`, …, and may part the fields of one article into two
levels, such as `attributes` or `_source`: both are told from where the texts are.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from archive.errors import UnreadableInputError
from archive.model import SourceItem
from archive.sources.options import ReadOptions
from archive.sources.shared.field_names import match_fields
from archive.sources.shared.ninjs_object import is_ninjs, read_ninjs
from archive.sources.shared.records import (
    describes_article,
    has_blocks,
    has_text,
    is_own_export,
    read_record,
)
from archive.wordings import EMPTY_LIST, NOT_AN_OBJECT, NOT_JSON

MAX_WRAPPERS = 5
GRAPH, REFERENCE = "@graph", "@id"  # of JSON-LD 1.1

Object = Mapping[str, Any]


def parse_json(text: str) -> Any:
    """Return the value. Raise UnreadableInputError if the text is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise UnreadableInputError(NOT_JSON(reason=exc)) from exc


def read_json(value: Any, place: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each article; those of a list are named by their number in it."""
    listed = value if isinstance(value, list) else _find_list(value)
    if listed is None:
        yield read_object(value, place, options)
        return
    if not listed:
        yield SourceItem(place, problem=EMPTY_LIST())
    for number, each in enumerate(listed, start=1):
        yield read_object(each, f"{place}:{number}", options)


def read_object(value: Any, place: str, options: ReadOptions) -> SourceItem:
    """Return the item of one article, whose fields may be at two levels."""
    if not isinstance(value, dict):
        return SourceItem(place, problem=NOT_AN_OBJECT())
    if is_ninjs(value):
        return read_ninjs(value, place)
    record = _join_levels(value) or value
    return read_record(record, place, options.columns, is_own_export(record))


def _find_list(value: Any) -> list[Any] | None:
    """Return the list of articles in an answer that is not itself an article, or None."""
    if not isinstance(value, dict) or _is_article(value):
        return None
    level = [value]
    for _ in range(MAX_WRAPPERS):
        for wrapper in level:
            for key, inner in wrapper.items():
                if isinstance(inner, list) and _are_articles(inner, wrapper):
                    return _read_graph(inner) if key == GRAPH else inner
        level = [inner for each in level for inner in each.values() if isinstance(inner, dict)]
    return None


def _are_articles(values: list[Any], wrapper: Object) -> bool:
    """Return whether these are articles, and not the sections of the one that holds them."""
    titled = "title" in match_fields(wrapper)
    for value in values:
        article = _join_levels(value) if isinstance(value, dict) else None
        fields = match_fields(article or {}).keys()
        if article and (is_ninjs(article) or "title" in fields):
            return not titled or describes_article(article)
    return False


def _join_levels(value: Object, depth: int = 0) -> Object | None:
    """Return an article's fields in one object: those beside its text, then those around it.

    Return None if there is no text on any level.
    """
    if _is_article(value):
        return value
    if depth == MAX_WRAPPERS:
        return None
    for key, inner in value.items():
        article = _join_levels(inner, depth + 1) if isinstance(inner, dict) else None
        if article is not None and "title" in {*match_fields(article), *match_fields(value)}:
            return {name: each for name, each in value.items() if name != key} | dict(article)
    return None


def _is_article(value: Object) -> bool:
    return is_ninjs(value) or has_text(value) or (has_blocks(value) and not _wraps_articles(value))


def _wraps_articles(value: Object) -> bool:
    lists = (inner for inner in value.values() if isinstance(inner, list))
    objects = (each for inner in lists for each in inner if isinstance(each, dict))
    return any(has_text(each) and describes_article(each) for each in objects)


def _read_graph(nodes: list[Any]) -> list[Any]:
    """Return the articles of a JSON-LD graph; a person or publisher is put where it is named."""
    objects = [node for node in nodes if isinstance(node, dict)]
    known = {node[REFERENCE]: node for node in objects if isinstance(node.get(REFERENCE), str)}
    articles = (node for node in objects if _is_article(node))
    return [{key: _resolve(each, known) for key, each in node.items()} for node in articles]


def _resolve(value: Any, known: Mapping[str, Object]) -> Any:
    if isinstance(value, list):
        return [_resolve(each, known) for each in value]
    if isinstance(value, dict) and value.keys() == {REFERENCE}:
        return known.get(str(value[REFERENCE]), value)
    return value
