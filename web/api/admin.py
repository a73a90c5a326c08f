"""The part of the JSON API for administrators."""

from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records.base import Extended, Problem
from web.records.upkeep import OverviewRecord, count_feed_items
from web.routes import Level
from web.upkeep.overview import make_overview

blueprint = Blueprint("api_admin", __name__, url_prefix="/api/v1", description="Looking after it.")


@blueprint.get("/admin", access=Level.EDITOR)
@blueprint.response(200, OverviewRecord)
@blueprint.alt_response(403, schema=Problem, content_type=PROBLEM_TYPE)
def show_overview() -> Extended:
    """Figures, index, feeds, jobs and failures, for clients that may write."""
    return count_feed_items(make_overview(get_context().services))
