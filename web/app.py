"""The Flask application: pages, API, and one way to answer every error."""

import logging
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
from web.accounts import account as account_pages
from web.accounts import sign_in as signing_pages
from web.accounts import users as user_pages
from web.api import articles as api
from web.context import WebContext
from web.errors import SignInNeededError, TooManyRequestsError, http_status
from web.exports import article_exports, discovery
from web.exports import search_formats as twins
from web.http import admission as load
from web.http import auditing, readiness, security
from web.http import request_log as observing
from web.http.access import SAFE_METHODS
from web.http.identity import current_identity
from web.http.problems import make_problem, tell_wait
from web.i18n import locale as i18n
from web.i18n.messages import STATUS_DETAILS, status_title, translate_message
from web.pages import admin as admin_pages
from web.pages import collections as collection_pages
from web.pages import feeds as feed_pages
from web.pages import help as help_pages
from web.pages import intake
from web.pages import reading as pages
from web.pages import saved as saved_pages
from web.pages import suggestions as suggest_pages
from web.pages import timeline as timeline_pages
from web.urls.arguments import here_url

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


def create_app(context: WebContext) -> Flask:
    app = Flask("web")
    app.config["HEMERO_SETTINGS"] = context.services.settings
    app.extensions["hemero"] = context
    app.url_map.converters["int"] = BoundedInteger
    app.json = TextJson(app)
    observing.observe(app, context.services)
    auditing.audit(app)
    security.protect(app, context.services.settings)
    load.admit_requests(app, context.services.settings)
    i18n.translate(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(readiness.blueprint)
    app.register_blueprint(intake.blueprint)
    app.register_blueprint(feed_pages.blueprint)
    app.register_blueprint(saved_pages.blueprint)
    app.register_blueprint(collection_pages.blueprint)
    app.register_blueprint(help_pages.blueprint)
    app.register_blueprint(suggest_pages.blueprint)
    app.register_blueprint(twins.blueprint)
    app.register_blueprint(article_exports.blueprint)
    app.register_blueprint(discovery.blueprint)
    app.register_blueprint(timeline_pages.blueprint)
    app.register_blueprint(admin_pages.blueprint)
    app.register_blueprint(signing_pages.blueprint)
    app.register_blueprint(account_pages.blueprint)
    app.register_blueprint(user_pages.blueprint)
    api.register(app)
    _register_errors(app)
    return app


def _register_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(SecurityError, _answer_stranger)
    app.register_error_handler(SignInNeededError, _ask_to_sign_in)
    app.register_error_handler(TooManyRequestsError, _answer_later)
    app.register_error_handler(RecursionError, lambda exc: _answer(400, STATUS_DETAILS[400]))
    app.register_error_handler(CodedError, lambda exc: _answer(http_status(exc), str(exc)))
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_http(error: HTTPException) -> tuple[Response | str, int]:
    status = error.code or 500
    answer, _ = _answer(status, _detail(error))
    if isinstance(answer, Response):
        answer.headers.update({k: v for k, v in error.get_headers() if k == "Allow"})
    return answer, status


def _answer_stranger(error: SecurityError) -> tuple[Response, int]:
    """Under a host name that is not ours no page can be drawn: it would link there."""
    text = f"{error.description} Set HEMERO_TRUSTED_HOSTS to the names of this archive.\n"
    return Response(text, mimetype="text/plain"), 400


def _ask_to_sign_in(error: SignInNeededError) -> AnyResponse:
    """Whoever reads a page is led to the form; programs are told what to send (RFC 6750)."""
    page = request.method in SAFE_METHODS and "text/html" in request.headers.get("Accept", "")
    if page and not request.path.startswith(api.PREFIX) and not current_identity().problem:
        return redirect(url_for("signing.sign_in", next=here_url()), 303)
    return current_app.make_response(_answer(401, str(error)))


def _answer_later(error: TooManyRequestsError) -> Response:
    return tell_wait(current_app.make_response(_answer(429, str(error))), error)


def _answer_unexpected(error: Exception) -> tuple[Response | str, int]:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(500, STATUS_DETAILS[500])


def _answer(status: int, detail: str) -> tuple[Response | str, int]:
    """A problem document for the API, a page for people."""
    if request.path.startswith(api.PREFIX):
        return make_problem(status, detail), status
    said = {
        "title": translate_message(status_title(status)),
        "detail": translate_message(detail),
    }
    return render_template("error.html", status=status, **said), status


def _detail(error: HTTPException) -> str:
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return "; ".join(_flatten(messages))
    return STATUS_DETAILS.get(error.code or 500) or str(error.description or "")


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
