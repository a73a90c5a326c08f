"""The part of the JSON API that counts over time."""

from indexer.timelines import MAX_ROWS, Timeline
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records.arguments import TimelineArguments, read_selection
from web.records.base import JsonObject, Problem
from web.records.timeline import TimelineRecord
from web.routes import Level

blueprint = Blueprint("api_timeline", __name__, url_prefix="/api/v1", description="Over time.")


@blueprint.get("/timeline", access=Level.VISITOR)
@blueprint.arguments(TimelineArguments, location="query")
@blueprint.response(200, TimelineRecord)
@blueprint.alt_response(400, schema=Problem, content_type=PROBLEM_TYPE)
def show(arguments: JsonObject) -> Timeline:
    """Count the articles that contain all the words, by day, week, month or year."""
    texts = tuple(text for text in (arguments["q"], arguments["other"]) if text.strip())
    wanted = read_selection(arguments)
    timelines = get_context().services.timelines
    return timelines.make(texts or ("",), wanted, arguments["unit"], MAX_ROWS)
