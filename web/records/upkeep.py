"""The state of the archive, its index and its feeds as JSON objects."""

import marshmallow as ma

from web.records.base import Extended, Pairs, Record
from web.records.intake import FeedRecord, JobRecord
from web.upkeep.overview import Overview


class HealthRecord(Record):
    ok = ma.fields.Boolean()
    articles = ma.fields.Integer()
    indexed = ma.fields.Integer()
    waiting = ma.fields.Integer()
    problems = ma.fields.List(ma.fields.String())


class Named(Record):
    name = ma.fields.String()
    articles = ma.fields.Integer()


class ArchiveRecord(Record):
    """`languages` and `sources` are the ten most frequent; days are null if none is known."""

    articles = ma.fields.Integer()
    versions = ma.fields.Integer()
    undated = ma.fields.Integer()
    first_day = ma.fields.String(allow_none=True)
    last_day = ma.fields.String(allow_none=True)
    languages = Pairs(Named)
    sources = Pairs(Named)
    bytes = ma.fields.Integer()


class IndexRecord(Record):
    passages = ma.fields.Integer()
    bytes = ma.fields.Integer()
    engine = ma.fields.String()
    model = ma.fields.String()
    reranker = ma.fields.String(allow_none=True)


class FailureRecord(Record):
    """`retryable` is false for what came as a file: send it again."""

    item = ma.fields.String()
    reason = ma.fields.String()
    moment = ma.fields.String()
    job = ma.fields.Integer(attribute="job_id", allow_none=True)
    feed = ma.fields.Integer(attribute="feed_id", allow_none=True)
    retryable = ma.fields.Boolean()


class OverviewRecord(Record):
    """Of `feed_count` feeds some are named, those in trouble first."""

    archive = ma.fields.Nested(ArchiveRecord)
    index = ma.fields.Nested(IndexRecord)
    health = ma.fields.Nested(HealthRecord)
    feed_count = ma.fields.Integer()
    feeds = ma.fields.List(ma.fields.Nested(FeedRecord))
    jobs = ma.fields.List(ma.fields.Nested(JobRecord))
    failures = ma.fields.List(ma.fields.Nested(FailureRecord))


def count_feed_items(overview: Overview) -> Extended:
    """The overview with the items of each feed by their outcome."""
    items = overview.feed_items
    feeds = [Extended(feed, items=items.get(feed.id, {})) for feed in overview.feeds]
    return Extended(overview, feeds=feeds)
