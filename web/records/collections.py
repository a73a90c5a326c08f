"""Collections and tags as JSON objects."""

import marshmallow as ma
from marshmallow import validate

from archive.store.tags import MAX_TAGS_AT_ONCE
from web.records.articles import ArticleHeading
from web.records.base import Pairs, Record


class CollectionRecord(Record):
    """`articles` is how many are in it."""

    id = ma.fields.Integer()
    name = ma.fields.String()
    note = ma.fields.String(allow_none=True)
    created = ma.fields.String()
    articles = ma.fields.Integer()


class CollectionList(Record):
    """The latest made first."""

    collections = ma.fields.List(ma.fields.Nested(CollectionRecord))


class CollectedHeading(ArticleHeading):
    """An article in a collection: when it was put in, and why."""

    collected = ma.fields.String()
    note = ma.fields.String(allow_none=True)


class CollectionPage(Record):
    """A page of the articles, in the order they were put in."""

    collection = ma.fields.Nested(CollectionRecord)
    articles = ma.fields.List(ma.fields.Nested(CollectedHeading))
    total = ma.fields.Integer()
    page = ma.fields.Integer()
    page_size = ma.fields.Integer()


class CollectionCount(CollectionRecord):
    """`changed` is how many of the articles were put in or taken out."""

    changed = ma.fields.Integer()


class TagRecord(Record):
    tag = ma.fields.String()
    articles = ma.fields.Integer()


class TagList(Record):
    """The most frequent first."""

    tags = Pairs(TagRecord)


class Tags(Record):
    """All tags of an article."""

    tags = ma.fields.List(
        ma.fields.String(), required=True, validate=validate.Length(0, MAX_TAGS_AT_ONCE)
    )


class ArticleTags(Tags):
    id = ma.fields.Integer()
