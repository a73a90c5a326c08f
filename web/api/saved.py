"""The part of the JSON API for saved searches and their matches."""

from flask import abort, request
from flask.views import MethodView

from archive.store.saved_searches import SavedSearch
from web.actions import saving
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.pages.saved import may_see_addresses
from web.records import arguments
from web.records.base import Extended, JsonObject, Problem
from web.records.saved import SavedList, SavedRecord, SavedReport, hide_addresses, match_of
from web.routes import Level

blueprint = Blueprint(
    "api_saved", __name__, url_prefix="/api/v1", description="Saved searches and their matches."
)


@blueprint.before_request
def refuse_other_than_json() -> None:
    if request.method in ("POST", "PATCH") and not request.is_json:
        abort(415)


@blueprint.route("/saved", access=Level.READER, write_access=Level.EDITOR)
class Saved(MethodView):
    @blueprint.response(200, SavedList)
    def get(self) -> JsonObject:
        """List the saved searches with the counts of their matches."""
        searches = get_context().services.saved.searches()
        return {"saved": list(map(show_saved, searches))}

    @blueprint.arguments(arguments.NewSaved)
    @blueprint.response(201, SavedRecord)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: JsonObject) -> SavedSearch:
        """Save a search. The articles it finds now do not count as new matches."""
        given = {name: value or "" for name, value in fields.items()}
        return saving.save_search(get_context().services, **given)


@blueprint.route("/saved/<int:saved_id>", access=Level.READER, write_access=Level.EDITOR)
class OneSaved(MethodView):
    @blueprint.arguments(arguments.MatchRange, location="query")
    @blueprint.response(200, SavedReport)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def get(self, given: JsonObject, saved_id: int) -> Extended:
        """Show a saved search and its matches, starting with number `first`."""
        services = get_context().services
        saved = services.saved.get(saved_id)
        matches = services.saved.matches(saved_id, given["size"], given["first"])
        articles = services.store.get_many([match.article_id for match in matches])
        by_id = {article.id: article for article in articles}
        found = [match_of(saved, match, by_id[match.article_id])
                 for match in matches if match.article_id in by_id]  # fmt: skip
        return Extended(show_saved(saved), found=found)

    @blueprint.arguments(arguments.SavedChange)
    @blueprint.response(200, SavedRecord)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def patch(self, fields: JsonObject, saved_id: int) -> SavedSearch:
        """Rename it, send its new matches elsewhere, or mark matches as read."""
        change_saved(saved_id, fields)
        return get_context().services.saved.get(saved_id)

    @blueprint.response(204)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def delete(self, saved_id: int) -> None:
        """Delete the search and its matches; the articles stay."""
        get_context().services.saved.remove(saved_id)


def show_saved(saved: SavedSearch) -> SavedSearch | Extended:
    """Return the part of the saved search that this client may see."""
    return saved if may_see_addresses() else hide_addresses(saved)


def change_saved(saved_id: int, fields: JsonObject) -> None:
    """Validate every change before making the first."""
    store = get_context().services.saved
    saved = store.get(saved_id)
    name = saving.read_name(fields["name"]) if "name" in fields else saved.name
    email = saving.read_email(fields.get("email", saved.email) or "")
    webhook = saving.read_webhook(fields.get("webhook", saved.webhook) or "")
    if name != saved.name:
        store.rename(saved_id, name)
    if (email, webhook) != (saved.email, saved.webhook):
        store.send_to(saved_id, email, webhook)
    if "read" in fields:
        store.mark_read(saved_id, fields["read"])
