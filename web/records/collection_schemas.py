"""Shapes of collections and tags in the API."""

import marshmallow as ma
from marshmallow import validate

from archive.store.tags import MOST_TAGS_AT_ONCE
from indexer.ranking.request import MOST_PER_PAGE
from web.records.schemas import ARTICLE_RANGE, ArticleHeading

MOST_ARTICLES_AT_ONCE = 10_000


class CollectionRecord(ma.Schema):
    """`articles` is how many are in it."""

    id = ma.fields.Integer()
    name = ma.fields.String()
    note = ma.fields.String(allow_none=True)
    created = ma.fields.String()
    articles = ma.fields.Integer()


class CollectionList(ma.Schema):
    """The latest made first."""

    collections = ma.fields.List(ma.fields.Nested(CollectionRecord))


class NewCollection(ma.Schema):
    name = ma.fields.String(required=True)
    note = ma.fields.String(load_default=None, allow_none=True)


class CollectionChange(ma.Schema):
    """What is not given stays as it is."""

    name = ma.fields.String()
    note = ma.fields.String(allow_none=True)


class Paging(ma.Schema):
    page = ma.fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    page_size = ma.fields.Integer(load_default=10, validate=validate.Range(1, MOST_PER_PAGE))


class CollectedHeading(ArticleHeading):
    """An article in a collection: when it was put in, and why."""

    collected = ma.fields.String()
    note = ma.fields.String(allow_none=True)


class CollectionPage(ma.Schema):
    """A page of the articles, in the order they were put in."""

    collection = ma.fields.Nested(CollectionRecord)
    articles = ma.fields.List(ma.fields.Nested(CollectedHeading))
    total = ma.fields.Integer()
    page = ma.fields.Integer()
    page_size = ma.fields.Integer()


class ChosenArticles(ma.Schema):
    articles = ma.fields.List(
        ma.fields.Integer(validate=ARTICLE_RANGE),
        required=True,
        validate=validate.Length(1, MOST_ARTICLES_AT_ONCE),
    )
    note = ma.fields.String(load_default=None, allow_none=True)


class LeavingArticles(ma.Schema):
    article = ma.fields.List(
        ma.fields.Integer(validate=ARTICLE_RANGE),
        required=True,
        validate=validate.Length(1, MOST_ARTICLES_AT_ONCE),
    )


class CollectionCount(CollectionRecord):
    """`changed` is how many of the articles were put in or taken out."""

    changed = ma.fields.Integer()


class TagRecord(ma.Schema):
    tag = ma.fields.String()
    articles = ma.fields.Integer()


class TagList(ma.Schema):
    """The most frequent first."""

    tags = ma.fields.List(ma.fields.Nested(TagRecord))


class Tags(ma.Schema):
    """All tags of an article."""

    tags = ma.fields.List(
        ma.fields.String(), required=True, validate=validate.Length(0, MOST_TAGS_AT_ONCE)
    )


class ArticleTags(Tags):
    id = ma.fields.Integer()
