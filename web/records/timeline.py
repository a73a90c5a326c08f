"""A timeline as a JSON object, and as a table."""

import csv
from io import StringIO

import marshmallow as ma
from marshmallow import validate

from archive.sources.export import defuse_cell
from archive.stats.histogram import UNITS
from indexer.timelines import Timeline
from web.records.base import Record, Rounded

SHARE_DECIMALS = 6


class TimelineQueryRecord(Record):
    query = ma.fields.String(attribute="text")
    articles = ma.fields.Integer(attribute="total")
    undated = ma.fields.Integer()
    earlier = ma.fields.Integer()
    imprecise = ma.fields.Integer()
    notices = ma.fields.List(ma.fields.String())


class TimelineBarRecord(Record):
    """`counts` and `shares` stand in the order of the queries."""

    first = ma.fields.String(metadata={"format": "date"})
    last = ma.fields.String(metadata={"format": "date"})
    archive = ma.fields.Integer()
    counts = ma.fields.List(ma.fields.Integer())
    shares = ma.fields.List(Rounded(SHARE_DECIMALS))


class TimelineRecord(Record):
    unit = ma.fields.String(validate=validate.OneOf(UNITS))
    queries = ma.fields.List(ma.fields.Nested(TimelineQueryRecord))
    bars = ma.fields.List(ma.fields.Nested(TimelineBarRecord))
    archive_undated = ma.fields.Integer()
    archive_imprecise = ma.fields.Integer()


def timeline_table(timeline: Timeline) -> str:
    """CSV (RFC 4180) with a header and a row a unit of time; in the last row, without days, stand
    the articles without a date, or of which only a longer month or year is known.

    Each query has two columns, its articles and their share of all of that time, 0 to 1.
    """
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    names = [name for query in timeline.queries for name in (query.text, f"{query.text} (share)")]
    writer.writerow(["first_day", "last_day", "articles", *map(defuse_cell, names)])
    for bar in timeline.bars:
        figures = zip(bar.counts, bar.shares, strict=True)
        cells = (cell for count, share in figures for cell in (count, _share(share)))
        writer.writerow([bar.first, bar.last, bar.archive, *cells])
    uncharted = (
        cell for query in timeline.queries for cell in (query.undated + query.imprecise, "")
    )
    writer.writerow(["", "", timeline.archive_undated + timeline.archive_imprecise, *uncharted])
    return stream.getvalue()


def _share(share: float) -> str:
    return f"{share:.{SHARE_DECIMALS}f}"
