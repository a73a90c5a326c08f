"""The part of the JSON API that counts over time."""

import marshmallow as ma
from marshmallow import validate

from archive.stats.histogram import UNITS
from indexer.timelines import MOST_ROWS
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import schemas
from web.records.records import Record
from web.records.timeline_records import timeline_record

blueprint = Blueprint("api_timeline", __name__, url_prefix="/api/v1", description="Over time.")


class TimelineArguments(schemas.Selection):
    q = ma.fields.String(required=True)
    other = ma.fields.String(data_key="with", load_default="")
    unit = ma.fields.String(load_default=None, validate=validate.OneOf(UNITS))


class TimelineQueryRecord(ma.Schema):
    query = ma.fields.String()
    articles = ma.fields.Integer()
    undated = ma.fields.Integer()
    earlier = ma.fields.Integer()
    notices = ma.fields.List(ma.fields.String())


class TimelineBarRecord(ma.Schema):
    """`counts` and `shares` stand in the order of the queries."""

    first = ma.fields.String(metadata={"format": "date"})
    last = ma.fields.String(metadata={"format": "date"})
    archive = ma.fields.Integer()
    counts = ma.fields.List(ma.fields.Integer())
    shares = ma.fields.List(ma.fields.Float())


class TimelineRecord(ma.Schema):
    unit = ma.fields.String(validate=validate.OneOf(UNITS))
    queries = ma.fields.List(ma.fields.Nested(TimelineQueryRecord))
    bars = ma.fields.List(ma.fields.Nested(TimelineBarRecord))
    archive_undated = ma.fields.Integer()


@blueprint.get("/timeline")
@blueprint.arguments(TimelineArguments, location="query")
@blueprint.response(200, TimelineRecord)
@blueprint.alt_response(400, schema=schemas.Problem, content_type=PROBLEM_TYPE)
def show(arguments: Record) -> Record:
    """How many articles of the archive hold all the words, by day, week, month or year."""
    texts = tuple(text for text in (arguments["q"], arguments["other"]) if text.strip())
    wanted = schemas.read_selection(arguments)
    timelines = get_context().services.timelines
    return timeline_record(timelines.make(texts or ("",), wanted, arguments["unit"], MOST_ROWS))
