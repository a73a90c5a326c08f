"""The JSON API, /api/v1. Its OpenAPI document is generated from these modules."""

from typing import Any

from flask import Flask, abort, request
from flask.views import MethodView
from flask_smorest import Api

from archive.model import ItemOutcome
from indexer.ranking.request import SearchQuery
from indexer.ranking.result_page import SearchPage
from web.actions import adding
from web.api import admin as api_admin
from web.api import collections as api_collections
from web.api import feeds as api_feeds
from web.api import intake as api_intake
from web.api import saved as api_saved
from web.api import timeline as api_timeline
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.admission import search_under_load
from web.http.problems import PROBLEM_TYPE
from web.http.security import may
from web.records.arguments import (
    Filters,
    NewArticle,
    SearchArguments,
    SimilarArguments,
    SimilarText,
    read_selection,
)
from web.records.articles import ArticleList, ArticleRecord
from web.records.base import Extended, JsonObject, Problem
from web.records.intake import Outcome
from web.records.results import ResultPage
from web.records.upkeep import HealthRecord
from web.routes import Level
from web.upkeep.health import Health, check_health
from web.urls.similar_inputs import InputArguments, read_inputs

PREFIX = "/api/v1"
JSON_TYPE = "application/json"
FILES_POST = "api_intake.Jobs"
# An unreadable body is answered with a problem document, an unreadable article with an outcome.
REFUSED = {
    "422": {
        "description": "Unprocessable Content",
        "content": {
            JSON_TYPE: {"schema": Outcome},
            PROBLEM_TYPE: {"schema": Problem},
        },
    }
}
CREATED = {"added": 201, "updated": 200, "unchanged": 200, "duplicate": 200, "rejected": 422}

blueprint = Blueprint("api", __name__, url_prefix=PREFIX, description="Search and keep articles.")
BLUEPRINTS = (
    blueprint,
    api_intake.blueprint,
    api_feeds.blueprint,
    api_saved.blueprint,
    api_admin.blueprint,
    api_timeline.blueprint,
    api_collections.blueprint,
)


class ProblemApi(Api):  # type: ignore[misc]
    """Errors in the same form as those of the application."""

    ERROR_SCHEMA = Problem
    DEFAULT_RESPONSE_CONTENT_TYPE = JSON_TYPE

    def _register_responses(self) -> None:
        """Errors have a media type of their own."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = JSON_TYPE

    def _register_error_handlers(self) -> None:
        """Leave errors to the application, which answers pages and API alike."""


def register(app: Flask) -> None:
    app.config |= {
        "API_TITLE": "Hemero",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
        # Needed if the archive has accounts or a token; otherwise everyone may write.
        "API_SPEC_OPTIONS": {
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}, {}],
        },
    }
    problem_api = ProblemApi(app)
    for each in BLUEPRINTS:
        problem_api.register_blueprint(each)


@blueprint.before_request
@api_intake.blueprint.before_request
@api_feeds.blueprint.before_request
@api_collections.blueprint.before_request
def refuse_other_than_json() -> None:
    writing = request.method in ("POST", "PUT", "PATCH")
    if writing and not request.is_json and request.endpoint != FILES_POST:
        abort(415)


@blueprint.get("/search", access=Level.VISITOR)
@blueprint.arguments(SearchArguments, location="query")
@blueprint.response(200, ResultPage)
def search(arguments: JsonObject) -> SearchPage | Extended:
    """Search by words and by meaning; each result says why it was found."""
    query = _query(
        arguments,
        text=arguments["q"],
        mode=arguments["mode"],
        sort=arguments["sort"],
        most_per_outlet=arguments["per_outlet"],
        fold_copies=arguments["fold"],
        keyword_weight=arguments["balance"],
        with_facets=arguments["facets"],
        explain=arguments["explain"],
    )
    page = search_under_load(get_context().services.search.search, query)
    return _explain(page) if query.explain else page


@blueprint.get("/similar", access=Level.VISITOR)
@blueprint.arguments(SimilarArguments, location="query")
@blueprint.response(200, ResultPage)
def similar(arguments: JsonObject) -> SearchPage:
    """Find articles similar in meaning to articles, passages or a text, and unlike others."""
    return _similar(arguments)


@blueprint.post("/similar", access=Level.VISITOR, changes=False)
@blueprint.arguments(SimilarText)
@blueprint.response(200, ResultPage)
def similar_to_text(arguments: JsonObject) -> SearchPage:
    """Find articles similar to a text that is too long for an address."""
    return _similar(arguments)


@blueprint.route("/articles", access=Level.VISITOR, write_access=Level.EDITOR)
class Articles(MethodView):
    @blueprint.arguments(Filters, location="query")
    @blueprint.response(200, ArticleList)
    def get(self, arguments: JsonObject) -> JsonObject:
        """List the articles of the archive, the latest added first."""
        query, store = _query(arguments), get_context().services.store
        first = (query.page - 1) * query.page_size
        return {
            "articles": store.list_articles(query.filter, query.page_size, first),
            "total": store.count(query.filter),
            "page": query.page,
            "page_size": query.page_size,
        }

    @blueprint.arguments(NewArticle)
    @blueprint.response(200, Outcome)
    @blueprint.alt_response(201, schema=Outcome)
    @blueprint.doc(responses=REFUSED)
    def post(self, fields: JsonObject) -> tuple[ItemOutcome, int]:
        """Add one article. The answer is sent once it is durable; it is searchable soon after."""
        outcome = _add(fields)
        return outcome, CREATED[outcome.outcome]


@blueprint.route("/articles/<int:article_id>", access=Level.VISITOR, write_access=Level.EDITOR)
class OneArticle(MethodView):
    @blueprint.response(200, ArticleRecord)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def get(self, article_id: int) -> Extended:
        """Show the whole article."""
        services = get_context().services
        article = services.store.get(article_id)
        return Extended(article, copies=services.clusters.copies_of(article_id))

    @blueprint.response(204)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def delete(self, article_id: int) -> None:
        """Remove the article for good."""
        adding.remove_article(get_context(), article_id)


@blueprint.get("/health", access=Level.VISITOR)
@blueprint.response(200, HealthRecord)
def health() -> Health:
    """Check that archive and index agree. Visitors get a result up to a minute old."""
    context = get_context()
    if may(Level.READER):
        return check_health(context.services)
    return context.visitors_health.get(context.services)


def _add(fields: JsonObject) -> ItemOutcome:
    if fields["address"]:
        items = adding.read_address(fields["address"], get_context().services.read_options())
    else:
        items = [adding.read_pasted({name: value or "" for name, value in fields.items()})]
    return adding.add_items(get_context(), items)[0]


def _similar(arguments: JsonObject) -> SearchPage:
    services = get_context().services
    given = InputArguments(
        arguments["article"],
        arguments["passage"],
        arguments["text"],
        arguments["not_article"],
        arguments["not_passage"],
    )
    inputs = read_inputs(given, services.store, services.search)
    query = _query(arguments, with_facets=arguments["facets"])

    def find(lightened: SearchQuery) -> SearchPage:
        return services.search.similar(inputs.examples, lightened, inputs.counterexamples)

    return search_under_load(find, query)


def _explain(page: SearchPage) -> Extended:
    """Write the page's results with their explanations."""
    return Extended(page, results=[Extended(each, explanation=each) for each in page.results])


def _query(arguments: JsonObject, **fields: Any) -> SearchQuery:
    paging = {"page": arguments["page"], "page_size": arguments["page_size"]}
    selection: JsonObject = {"text": "", "filter": read_selection(arguments)}
    return SearchQuery(**selection | paging | fields)
