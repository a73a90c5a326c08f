"""What comes in as JSON objects: outcomes, jobs and feeds."""

import marshmallow as ma
from marshmallow import validate

from archive.model import OUTCOMES
from web.records.base import Record


class Outcome(Record):
    item = ma.fields.String()
    outcome = ma.fields.String(validate=validate.OneOf(OUTCOMES))
    id = ma.fields.Integer(allow_none=True)
    reason = ma.fields.String(allow_none=True)


class FeedRecord(Record):
    """A feed that is followed; `items` tell those seen so far by their outcome."""

    id = ma.fields.Integer()
    url = ma.fields.String()
    title = ma.fields.String(allow_none=True)
    source = ma.fields.String(allow_none=True)
    state = ma.fields.String(validate=validate.OneOf(("active", "failing", "dead", "gone")))
    polled = ma.fields.String(allow_none=True)
    due = ma.fields.String(allow_none=True)
    failures = ma.fields.Integer()
    outcome = ma.fields.String(allow_none=True)
    items = ma.fields.Dict(ma.fields.String(), ma.fields.Integer())


class FeedList(Record):
    feeds = ma.fields.List(ma.fields.Nested(FeedRecord))


class JobRecord(Record):
    """`counts` tell the items dealt with by their outcome."""

    id = ma.fields.Integer()
    title = ma.fields.String()
    state = ma.fields.String(validate=validate.OneOf(("waiting", "running", "done", "failed")))
    created = ma.fields.String()
    finished = ma.fields.String(allow_none=True)
    done = ma.fields.Integer()
    counts = ma.fields.Dict(ma.fields.String(), ma.fields.Integer())
    message = ma.fields.String(allow_none=True)


class JobList(Record):
    jobs = ma.fields.List(ma.fields.Nested(JobRecord))


class JobReport(JobRecord):
    items = ma.fields.List(ma.fields.Nested(Outcome))
