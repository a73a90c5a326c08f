"""The part of the JSON API for the feeds that are followed."""

from flask.views import MethodView

from archive.errors import UnreadableInputError
from archive.intake.jobs import Job
from web.actions.adding import address_problem
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import arguments
from web.records.base import Extended, JsonObject, Problem
from web.records.intake import FeedList, JobRecord
from web.routes import Level

blueprint = Blueprint("api_feeds", __name__, url_prefix="/api/v1", description="Feeds.")


@blueprint.route("/feeds", access=Level.READER, write_access=Level.EDITOR)
class Feeds(MethodView):
    @blueprint.response(200, FeedList)
    def get(self) -> JsonObject:
        """List the feeds that are followed, with the number of items by outcome."""
        store = get_context().services.feeds
        counts = store.item_counts()
        return {"feeds": [Extended(feed, items=counts.get(feed.id, {})) for feed in store.feeds()]}

    @blueprint.arguments(arguments.NewFeeds)
    @blueprint.response(202, JobRecord)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: JsonObject) -> Job:
        """Follow feeds and poll them for the first time, as a job."""
        for address in fields["addresses"]:
            problem = address_problem(address)
            if problem:
                raise UnreadableInputError(problem)
        return get_context().jobs.submit_addresses(fields["addresses"], "feed")


@blueprint.route("/feeds/<int:feed_id>", access=Level.READER, write_access=Level.EDITOR)
class OneFeed(MethodView):
    @blueprint.response(204)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def delete(self, feed_id: int) -> None:
        """Stop following a feed; its articles stay."""
        store = get_context().services.feeds
        store.remove(store.find(str(feed_id)).id)
