"""The Flask application: pages, API, and one way to answer every error."""

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from web import api, i18n, pages, security
from web.context import WebContext
from web.errors import KNOWN_ERRORS, http_status

logger = logging.getLogger(__name__)


def create_app(context: WebContext) -> Flask:
    app = Flask("web")
    app.config["HEMERO_SETTINGS"] = context.services.settings
    app.config["READING_POSTS"] = {api.SIMILAR_POST}
    app.extensions["hemero"] = context
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    security.protect(app, context.services.settings)
    i18n.translate(app)
    app.register_blueprint(pages.blueprint)
    api.register(app)
    _register_errors(app)
    return app


def _register_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, lambda exc: _answer(exc.code or 500, _detail(exc)))
    for kind in KNOWN_ERRORS:
        app.register_error_handler(kind, lambda exc: _answer(http_status(exc), str(exc)))
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_unexpected(error: Exception) -> tuple[Response | str, int]:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(500, "something went wrong here; the server's log says what")


def _answer(status: int, detail: str) -> tuple[Response | str, int]:
    """A problem document (RFC 9457) for the API, a page for people."""
    title = str(HTTPStatus(status).phrase)
    if not request.path.startswith(api.PREFIX):
        return render_template("error.html", status=status, title=title, detail=detail), status
    response = jsonify(type="about:blank", title=title, status=status, detail=detail)
    response.mimetype = "application/problem+json"
    return response, status


def _detail(error: HTTPException) -> str:
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return "; ".join(_flatten(messages))
    if isinstance(error, RequestEntityTooLarge):
        return str(gettext("This is too large to be taken at once."))
    return str(error.description or "")


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
