"""The query language: what people type, understood. Pure but for the list of acronyms it reads."""

from indexer.query.parser import parse_query, plain_query
from indexer.query.records import Query, TagLookup, relax, settle_tags
from indexer.query.synonyms import Synonyms, bundled_synonyms, load_synonyms

__all__ = [
    "Query",
    "Synonyms",
    "TagLookup",
    "bundled_synonyms",
    "load_synonyms",
    "parse_query",
    "plain_query",
    "relax",
    "settle_tags",
]
