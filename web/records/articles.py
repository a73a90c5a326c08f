"""Articles, their copies and their versions as JSON objects."""

import marshmallow as ma
from marshmallow import validate

from archive.diff import SHOWN_DETAILS
from web.records.base import Pairs, Record

DATED = {
    "description": "ISO 8601: a time with the publisher's offset, or the day, month or year"
    " (2021-12-03, 2021-12, 2021) if no more is known"
}


class ArticleHeading(Record):
    id = ma.fields.Integer()
    title = ma.fields.String(attribute="headline")
    source = ma.fields.String(allow_none=True)
    published = ma.fields.String(attribute="published_local", allow_none=True, metadata=DATED)
    language = ma.fields.String()
    url = ma.fields.String(allow_none=True)


class Copy(Record):
    id = ma.fields.Integer(attribute="article_id")
    title = ma.fields.String(attribute="headline")
    source = ma.fields.String(allow_none=True)
    published = ma.fields.String(allow_none=True, metadata=DATED)


class ArticleRecord(ArticleHeading):
    """The whole article, and the other articles that tell the same text."""

    version = ma.fields.Integer()
    authors = ma.fields.List(ma.fields.String())
    section = ma.fields.String(allow_none=True)
    modified = ma.fields.String(allow_none=True)
    paywalled = ma.fields.Boolean(allow_none=True)
    added = ma.fields.String()
    text = ma.fields.String()
    copies = ma.fields.List(ma.fields.Nested(Copy))


class ArticleList(Record):
    articles = ma.fields.List(ma.fields.Nested(ArticleHeading))
    total = ma.fields.Integer()
    page = ma.fields.Integer()
    page_size = ma.fields.Integer()


class ClusterRecord(Record):
    """Articles that tell the same text; the original is the first of them."""

    cluster = ma.fields.Integer(attribute="id")
    outlets = ma.fields.List(ma.fields.String())
    articles = ma.fields.List(ma.fields.Nested(Copy), attribute="copies")


class VersionRecord(Record):
    """What an article said from `since` on, until its next version.

    A version that an earlier edition stored has title and text alone.
    """

    article = ma.fields.Integer(attribute="article_id")
    version = ma.fields.Integer()
    since = ma.fields.String()
    title = ma.fields.String()
    text = ma.fields.String()
    source = ma.fields.String(attribute="details.source", allow_none=True)
    authors = ma.fields.List(ma.fields.String(), attribute="details.authors")
    published = ma.fields.String(
        attribute="details.published_local", allow_none=True, metadata=DATED
    )
    section = ma.fields.String(attribute="details.section", allow_none=True)
    language = ma.fields.String(attribute="details.language")


class VersionList(Record):
    versions = ma.fields.List(ma.fields.Nested(VersionRecord))


class Run(Record):
    kind = ma.fields.String(validate=validate.OneOf(("same", "added", "removed")))
    text = ma.fields.String()


class DetailDifference(Record):
    """A field of both versions; several authors are joined by "; "."""

    field = ma.fields.String(validate=validate.OneOf(SHOWN_DETAILS))
    old = ma.fields.String(allow_none=True)
    new = ma.fields.String(allow_none=True)


class Difference(Record):
    """Title and paragraphs of both versions, each as runs of words, and the fields that differ."""

    article = ma.fields.Integer()
    old = ma.fields.Integer()
    new = ma.fields.Integer()
    paragraphs = ma.fields.List(Pairs(Run))
    details = ma.fields.List(ma.fields.Nested(DetailDifference))
