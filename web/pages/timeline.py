"""The page that shows how often something was written about over time. Its whole state is in its
URL.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_percent
from flask import Response, render_template, request, url_for
from flask_babel import get_locale

from archive.stats.histogram import UNITS, Unit
from indexer.errors import QueryError
from indexer.filters import FILTER_NAMES, FILTERS
from indexer.timelines import MAX_REQUESTED_BARS, MAX_ROWS, Timeline
from web.context import get_context
from web.pages.histograms import MEASURES, TELLING_ARTICLES, Measure, SearchUrl, view_timeline
from web.records.timeline import timeline_table
from web.routes import Blueprint, Level
from web.urls.arguments import this_url
from web.urls.search_form import SearchForm, read_form, read_query

# Without it, spreadsheets assume an older encoding.
BYTE_ORDER_MARK = "\ufeff"
SHARE_DECIMALS = 4

blueprint = Blueprint("timeline", __name__)


@dataclass(frozen=True, slots=True)
class TimelineForm:
    """What the URL asks for: `texts` are the queries, `search` has the filters."""

    texts: tuple[str, ...]
    unit: Unit | None
    measure: Measure
    search: SearchForm

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return the arguments that a new question keeps."""
        named = (*FILTER_NAMES, "unit", "by")
        return [(name, value) for name in named for value in request.args.getlist(name) if value]


@blueprint.get("/timeline", access=Level.VISITOR)
def show() -> str:
    form = _read()
    shown: dict[str, Any] = {"form": form, "timeline": None, "view": None}
    try:
        if form.texts:
            shown |= _show_timeline(form)
    except QueryError as exc:
        shown["problem"] = exc.message
    return render_template("timeline.html", this_url=this_url, show_share=show_share, **shown)


@blueprint.get("/timeline.csv", access=Level.VISITOR)
def table() -> Response:
    """Answer the counts as a table for spreadsheets. Raises QueryError."""
    text = BYTE_ORDER_MARK + timeline_table(_make(_read(), MAX_ROWS))
    named = {"Content-Disposition": "attachment; filename=timeline.csv"}
    return Response(text, mimetype="text/csv", headers=named)


def show_share(share: float) -> str:
    """Format a share, 0 to 1, as a percentage in the reader's language."""
    rounded = round(share, SHARE_DECIMALS)
    return str(format_percent(rounded, locale=get_locale(), decimal_quantization=False))


def _read() -> TimelineForm:
    asked = request.args
    return TimelineForm(
        texts=tuple(text for text in (asked.get("q", ""), asked.get("with", "")) if text.strip()),
        unit=next((unit for unit in UNITS if unit == asked.get("unit")), None),
        measure=next((by for by in MEASURES if by == asked.get("by")), MEASURES[0]),
        search=read_form(request.args),
    )


def _make(form: TimelineForm, max_bars: int) -> Timeline:
    timelines = get_context().services.timelines
    texts = form.texts or ("",)
    return timelines.make(texts, read_query(form.search).filter, form.unit, max_bars)


def _show_timeline(form: TimelineForm) -> dict[str, Any]:
    timeline = _make(form, MAX_REQUESTED_BARS)
    view = view_timeline(timeline, form.measure, _search_url(form)) if timeline.bars else None
    notices = dict.fromkeys(notice for query in timeline.queries for notice in query.notices)
    return {
        "timeline": timeline,
        "view": view,
        "notices": list(notices),
        "units": UNITS,
        "telling": TELLING_ARTICLES,
        "table_url": _table_url(),
    }


def _search_url(form: TimelineForm) -> SearchUrl:
    """Return the search with the same filters, within the days they allow."""
    repeatable = [each.name for each in FILTERS if each.repeatable]
    filters = [(name, value) for name, value in form.kept if name in repeatable]
    page = url_for("pages.search")

    def make_url(number: int, first: str, last: str) -> str:
        after = max(first, form.search.first_day)
        before = min(last, form.search.last_day or last)
        asked = [("q", form.texts[number]), *filters, ("after", after), ("before", before)]
        return f"{page}?{urlencode(asked)}"

    return make_url


def _table_url() -> str:
    return f"{url_for('timeline.table')}?{this_url(by=[]).partition('?')[2]}"
