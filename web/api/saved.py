"""The part of the JSON API for saved searches and their matches."""

import marshmallow as ma
from flask import abort, request
from flask.views import MethodView
from marshmallow import validate

from web.actions import saving
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.pages.saved import may_see_addresses
from web.records import schemas
from web.records.records import Record
from web.records.saved_records import match_record, saved_record

MOST_MATCHES = 200

blueprint = Blueprint(
    "api_saved", __name__, url_prefix="/api/v1", description="Saved searches and their matches."
)


class NewSaved(ma.Schema):
    """`arguments` are those of the search's page, e.g. q=missiles&language=fr; of the q alone a
    name is made where none is given."""

    arguments = ma.fields.String(required=True, metadata={"example": "q=missiles&mode=semantic"})
    name = ma.fields.String(load_default="")
    email = ma.fields.String(load_default="", allow_none=True)
    webhook = ma.fields.String(load_default="", allow_none=True)


class SavedChange(ma.Schema):
    """What is left out stays as it was; null ends the sending. `read` marks matches as read up to
    that `seq`."""

    name = ma.fields.String()
    email = ma.fields.String(allow_none=True)
    webhook = ma.fields.String(allow_none=True)
    read = ma.fields.Integer(validate=validate.Range(0, 2**62))


class SavedRecord(ma.Schema):
    """`new` of its `matches` are unread. Addresses, outcome and the secret that signs webhooks are
    null but for who may write."""

    id = ma.fields.Integer()
    name = ma.fields.String()
    arguments = ma.fields.String()
    created = ma.fields.String()
    new = ma.fields.Integer()
    matches = ma.fields.Integer()
    seq = ma.fields.Integer()
    email = ma.fields.String(allow_none=True)
    webhook = ma.fields.String(allow_none=True)
    secret = ma.fields.String(allow_none=True)
    outcome = ma.fields.String(allow_none=True)


class SavedList(ma.Schema):
    saved = ma.fields.List(ma.fields.Nested(SavedRecord))


class MatchRecord(ma.Schema):
    article = ma.fields.Nested(schemas.ArticleHeading)
    seq = ma.fields.Integer()
    found = ma.fields.String()
    score = ma.fields.Float()
    new = ma.fields.Boolean()


class MatchRange(ma.Schema):
    first = ma.fields.Integer(load_default=0, validate=validate.Range(0, 2**47))
    size = ma.fields.Integer(load_default=50, validate=validate.Range(1, MOST_MATCHES))


class SavedReport(SavedRecord):
    """The latest match first."""

    found = ma.fields.List(ma.fields.Nested(MatchRecord))


@blueprint.before_request
def refuse_other_than_json() -> None:
    if request.method in ("POST", "PATCH") and not request.is_json:
        abort(415)


@blueprint.route("/saved")
class Saved(MethodView):
    @blueprint.response(200, SavedList)
    def get(self) -> Record:
        """The saved searches with the counts of their matches."""
        shown, store = may_see_addresses(), get_context().services.saved
        return {"saved": [saved_record(saved, shown) for saved in store.searches()]}

    @blueprint.arguments(NewSaved)
    @blueprint.response(201, SavedRecord)
    @blueprint.alt_response(422, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: Record) -> Record:
        """Save a search; what it lists now is known already."""
        given = {name: value or "" for name, value in fields.items()}
        return saved_record(saving.save_search(get_context().services, **given), True)


@blueprint.route("/saved/<int:saved_id>")
class OneSaved(MethodView):
    @blueprint.arguments(MatchRange, location="query")
    @blueprint.response(200, SavedReport)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def get(self, arguments: Record, saved_id: int) -> Record:
        """A saved search and its matches from the place `first` on."""
        services = get_context().services
        saved = services.saved.get(saved_id)
        matches = services.saved.matches(saved_id, arguments["size"], arguments["first"])
        articles = services.store.get_many([match.article_id for match in matches])
        held = {article.id: article for article in articles}
        found = [match_record(saved, match, held[match.article_id])
                 for match in matches if match.article_id in held]  # fmt: skip
        return saved_record(saved, may_see_addresses()) | {"found": found}

    @blueprint.arguments(SavedChange)
    @blueprint.response(200, SavedRecord)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    @blueprint.alt_response(422, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def patch(self, fields: Record, saved_id: int) -> Record:
        """Rename it, send its new matches elsewhere, or mark what was seen as read."""
        change_saved(saved_id, fields)
        return saved_record(get_context().services.saved.get(saved_id), True)

    @blueprint.response(204)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def delete(self, saved_id: int) -> None:
        """Forget the search and its matches; the articles stay."""
        get_context().services.saved.remove(saved_id)


def change_saved(saved_id: int, fields: Record) -> None:
    """Everything is read before anything is changed."""
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
