"""The Flask application: pages, API, and one way to answer every error."""

import logging
from collections.abc import Callable
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as AnyResponse

from archive.errors import CodedError
from archive.messages import Message, verbatim
from web.accounts import account as account_pages
from web.accounts import sign_in as signing_pages
from web.accounts import users as user_pages
from web.actions.saved_checks import SavedSearchWorker
from web.api import articles as api
from web.context import EXTENSION, WebContext, get_context
from web.errors import SettingsError, SignInNeededError, TooManyRequestsError, http_status
from web.exports import article_exports, discovery, search_formats
from web.http import admission, auditing, readiness, request_log, security
from web.http.identity import current_identity
from web.http.problems import make_problem, tell_wait
from web.http.security import check_exposure
from web.i18n import locale as i18n
from web.i18n.messages import status_detail, status_title, word_message
from web.jobs.background_worker import BackgroundWorker, BackgroundWorkers
from web.jobs.indexing import IndexWorker
from web.jobs.job_runner import JobRunner
from web.jobs.polling import FeedWorker
from web.pages import admin as admin_pages
from web.pages import collections as collection_pages
from web.pages import feeds as feed_pages
from web.pages import help as help_pages
from web.pages import intake
from web.pages import reading as pages
from web.pages import saved as saved_pages
from web.pages import suggestions as suggest_pages
from web.pages import timeline as timeline_pages
from web.request_state import show_message
from web.routes import SAFE_METHODS, Blueprint, Level, Route, collect_routes
from web.services import Services
from web.settings import Settings
from web.traffic.admission import Admission
from web.traffic.metrics import Metrics
from web.traffic.rates import RequestRates
from web.upkeep.memory import MemoryWorker
from web.urls.arguments import here_url
from web.wordings import FOREIGN_HOST, POLL_OR_READ_ONLY

logger = logging.getLogger(__name__)


class TextJson(DefaultJSONProvider):
    """JSON in plain UTF-8, fields in our order; a lone surrogate, no UTF-8 at all, becomes "?"."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **options: Any) -> str:
        return super().dumps(obj, **options).encode("utf-8", "replace").decode()


class BoundedInteger(IntegerConverter):
    """`int` in a route takes no number beyond what the store can hold."""

    regex = r"\d{1,18}"


# What the routes that are not ours demand.
OTHER_ROUTES = {
    "static": Route(Level.NOBODY, identified=False, queued=False),
    "api-docs.openapi_json": Route(Level.NOBODY),
}
PAGES: tuple[Blueprint, ...] = (
    pages.blueprint,
    readiness.blueprint,
    intake.blueprint,
    feed_pages.blueprint,
    saved_pages.blueprint,
    collection_pages.blueprint,
    help_pages.blueprint,
    suggest_pages.blueprint,
    search_formats.blueprint,
    article_exports.blueprint,
    discovery.blueprint,
    timeline_pages.blueprint,
    admin_pages.blueprint,
    signing_pages.blueprint,
    account_pages.blueprint,
    user_pages.blueprint,
)


def build_app(
    services: Services, *, poll: bool = False, on_change: Callable[[], object] | None = None
) -> Flask:
    """The application over the services, ready to answer; what works beside it is not started.

    `poll` has the feeds polled, as the setting does; `on_change` is called when the store has
    changed, by default to wake the worker that indexes.

    Raises SettingsError if strangers could write, or a read-only archive would be written to.
    """
    check_exposure(services.settings, lambda: services.accounts.any())
    app = Flask("web")
    app.extensions[EXTENSION] = _make_context(services, poll, on_change)
    app.url_map.converters["int"] = BoundedInteger
    app.json = TextJson(app)
    _install_hooks(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    api.register(app)
    _register_errors(app)
    _check_routes(app)
    return app


def _make_context(
    services: Services, poll: bool, on_change: Callable[[], object] | None
) -> WebContext:
    settings = services.settings
    index = IndexWorker(services)
    changed = on_change or index.wake
    jobs = JobRunner(services, changed)
    writing: list[BackgroundWorker] = [jobs, SavedSearchWorker(services), index]
    if check_polling(settings, poll):
        writing.append(FeedWorker(services, changed))
    admission = Admission(settings.threads, settings.queue, settings.queue_seconds)
    return WebContext(
        services=services,
        on_change=changed,
        jobs=jobs,
        workers=BackgroundWorkers([MemoryWorker(), *([] if settings.read_only else writing)]),
        routes=OTHER_ROUTES | collect_routes(*PAGES, *api.BLUEPRINTS),
        metrics=Metrics(services, admission),
        admission=admission,
        rates=RequestRates(settings.requests_per_minute),
    )


def _install_hooks(app: Flask) -> None:
    """In this order: what one of them refuses, those before it have seen."""
    request_log.observe(app)
    auditing.audit(app)
    security.protect(app)
    admission.admit_requests(app)
    i18n.translate(app)


def _check_routes(app: Flask) -> None:
    """Raises LookupError if a route does not say who may call it."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    silent = sorted(endpoints - get_context(app).routes.keys())
    if silent:
        raise LookupError(f"these routes state no access level: {', '.join(silent)}")


def check_polling(settings: Settings, poll: bool = False) -> bool:
    """Whether the feeds are polled. Raises SettingsError for a read-only archive."""
    if poll and settings.read_only:
        raise SettingsError(POLL_OR_READ_ONLY())
    return (poll or settings.poll) and not settings.read_only


def _register_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(SecurityError, _answer_stranger)
    app.register_error_handler(SignInNeededError, _ask_to_sign_in)
    app.register_error_handler(TooManyRequestsError, _answer_later)
    app.register_error_handler(RecursionError, lambda exc: _answer(400, status_detail(400)))
    app.register_error_handler(CodedError, lambda exc: _answer(http_status(exc), exc.message))
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_http(error: HTTPException) -> tuple[Response | str, int]:
    status = error.code or 500
    answer, _ = _answer(status, _detail(error))
    if isinstance(answer, Response):
        answer.headers.update({k: v for k, v in error.get_headers() if k == "Allow"})
    return answer, status


def _answer_stranger(error: SecurityError) -> tuple[Response, int]:
    """Under a host name that is not ours no page can be drawn: it would link there."""
    text = word_message(FOREIGN_HOST(host=repr(request.host)))
    return Response(f"{text}\n", mimetype="text/plain"), 400


def _ask_to_sign_in(error: SignInNeededError) -> AnyResponse:
    """Whoever reads a page is led to the form; programs are told what to send (RFC 6750)."""
    page = request.method in SAFE_METHODS and "text/html" in request.headers.get("Accept", "")
    if page and not request.path.startswith(api.PREFIX) and not current_identity().problem:
        return redirect(url_for("signing.sign_in", next=here_url()), 303)
    return current_app.make_response(_answer(401, error.message))


def _answer_later(error: TooManyRequestsError) -> Response:
    return tell_wait(current_app.make_response(_answer(429, error.message)), error)


def _answer_unexpected(error: Exception) -> tuple[Response | str, int]:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(500, status_detail(500))


def _answer(status: int, detail: Message) -> tuple[Response | str, int]:
    """A problem document for the API, a page for people."""
    if request.path.startswith(api.PREFIX):
        return make_problem(status, detail), status
    title = status_title(status)
    shown = show_message(detail)
    return render_template("error.html", status=status, title=title, detail=shown), status


def _detail(error: HTTPException) -> Message:
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return verbatim("; ".join(_flatten(messages)))
    return status_detail(error.code or 500, str(error.description or ""))


def _flatten(messages: object, path: str = "") -> list[str]:
    if isinstance(messages, dict):
        return [
            text
            for name, inner in messages.items()
            for text in _flatten(
                inner, str(name) if path in ("", "query", "json") else f"{path}.{name}"
            )
        ]
    inner = messages if isinstance(messages, list) else [messages]
    return [f"{path}: {message}" if path else str(message) for message in inner]
