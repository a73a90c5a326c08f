"""The part of the JSON API for whoever keeps the archive."""

import marshmallow as ma

from archive.intake.failures import FailedItem
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import schemas
from web.records.records import Record, feed_record, health_record, job_record
from web.upkeep.overview import Overview, make_overview

blueprint = Blueprint("api_admin", __name__, url_prefix="/api/v1", description="Looking after it.")


class Named(ma.Schema):
    name = ma.fields.String()
    articles = ma.fields.Integer()


class ArchiveRecord(ma.Schema):
    """`languages` and `sources` are the ten most frequent; days are null where none is known."""

    articles = ma.fields.Integer()
    versions = ma.fields.Integer()
    undated = ma.fields.Integer()
    first_day = ma.fields.String(allow_none=True)
    last_day = ma.fields.String(allow_none=True)
    languages = ma.fields.List(ma.fields.Nested(Named))
    sources = ma.fields.List(ma.fields.Nested(Named))
    bytes = ma.fields.Integer()


class IndexRecord(ma.Schema):
    passages = ma.fields.Integer()
    bytes = ma.fields.Integer()
    engine = ma.fields.String()
    model = ma.fields.String()
    reranker = ma.fields.String(allow_none=True)


class FailureRecord(ma.Schema):
    """`retryable` is false for what came as a file: send it again."""

    item = ma.fields.String()
    reason = ma.fields.String()
    moment = ma.fields.String()
    job = ma.fields.Integer(allow_none=True)
    feed = ma.fields.Integer(allow_none=True)
    retryable = ma.fields.Boolean()


class OverviewRecord(ma.Schema):
    """Of `feed_count` feeds some are named, those in trouble first."""

    archive = ma.fields.Nested(ArchiveRecord)
    index = ma.fields.Nested(IndexRecord)
    health = ma.fields.Nested(schemas.HealthRecord)
    feed_count = ma.fields.Integer()
    feeds = ma.fields.List(ma.fields.Nested(schemas.FeedRecord))
    jobs = ma.fields.List(ma.fields.Nested(schemas.JobRecord))
    failures = ma.fields.List(ma.fields.Nested(FailureRecord))


@blueprint.get("/admin")
@blueprint.response(200, OverviewRecord)
@blueprint.alt_response(403, schema=schemas.Problem, content_type=PROBLEM_TYPE)
def show_overview() -> Record:
    """Figures, index, feeds, jobs and what failed, for those who may write here."""
    return overview_record(make_overview(get_context().services))


def overview_record(overview: Overview) -> Record:
    archive, index = overview.archive, overview.index
    return {
        "archive": {
            "articles": archive.articles,
            "versions": archive.versions,
            "undated": archive.undated,
            "first_day": archive.first_day,
            "last_day": archive.last_day,
            "languages": [{"name": n, "articles": count} for n, count in archive.languages],
            "sources": [{"name": n, "articles": count} for n, count in archive.sources],
            "bytes": archive.bytes,
        },
        "index": {
            "passages": index.passages,
            "bytes": index.bytes,
            "engine": index.engine,
            "model": index.model,
            "reranker": index.reranker,
        },
        "health": health_record(overview.health),
        "feed_count": overview.feed_count,
        "feeds": [
            feed_record(feed, overview.feed_items.get(feed.id, {})) for feed in overview.feeds
        ],
        "jobs": [job_record(job) for job in overview.jobs],
        "failures": [failure_record(failure) for failure in overview.failures],
    }


def failure_record(failure: FailedItem) -> Record:
    return {
        "item": failure.item,
        "reason": failure.reason,
        "moment": failure.moment,
        "job": failure.job_id,
        "feed": failure.feed_id,
        "retryable": bool(failure.addresses),
    }
