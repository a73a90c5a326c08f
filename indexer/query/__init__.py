"""The query language. Pure, except that it reads lists of acronyms."""

from indexer.query.parser import parse_query, plain_query
from indexer.query.records import (
    Query,
    TagLookup,
    drop_text_conditions,
    has_text_conditions,
    resolve_tags,
)
from indexer.query.synonyms import Synonyms, bundled_synonyms, load_synonyms

__all__ = [
    "Query",
    "Synonyms",
    "TagLookup",
    "bundled_synonyms",
    "drop_text_conditions",
    "has_text_conditions",
    "load_synonyms",
    "parse_query",
    "plain_query",
    "resolve_tags",
]
