"""A timeline as a table and as a JSON object: one shape for pages and command line."""

import csv
from io import StringIO
from typing import Any

from archive.sources.export import defuse_cell
from indexer.timelines import Timeline

SHARE_DECIMALS = 6


def timeline_table(timeline: Timeline) -> str:
    """CSV (RFC 4180) with a header and a row a unit of time; in the last row, without days, stand
    the articles without a date.

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
    undated = (cell for query in timeline.queries for cell in (query.undated, ""))
    writer.writerow(["", "", timeline.archive_undated, *undated])
    return stream.getvalue()


def timeline_record(timeline: Timeline) -> dict[str, Any]:
    """`counts` and `shares` of a bar stand in the order of the queries."""
    return {
        "unit": timeline.unit,
        "queries": [
            {
                "query": query.text,
                "articles": query.total,
                "undated": query.undated,
                "earlier": query.earlier,
                "notices": list(query.notices),
            }
            for query in timeline.queries
        ],
        "bars": [
            {
                "first": bar.first,
                "last": bar.last,
                "archive": bar.archive,
                "counts": list(bar.counts),
                "shares": [round(share, SHARE_DECIMALS) for share in bar.shares],
            }
            for bar in timeline.bars
        ],
        "archive_undated": timeline.archive_undated,
    }


def _share(share: float) -> str:
    return f"{share:.{SHARE_DECIMALS}f}"
