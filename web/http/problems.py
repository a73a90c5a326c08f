"""Errors as problem documents (RFC 9457) for programs, and refusals that cost little."""

from flask import Response, current_app, jsonify, request

from archive.errors import CodedError
from archive.messages import Message
from web.errors import TooManyRequestsError, http_status
from web.i18n.locale import current_language
from web.i18n.messages import status_title
from web.request_state import show_message

PROBLEM_TYPE = "application/problem+json"


def make_problem(status: int, detail: Message) -> Response:
    """Return the document, in English, with the message's code, by which programs tell problems
    apart.
    """
    title = str(status_title(status))
    shown = str(show_message(detail))
    fields = {"title": title, "status": status, "detail": shown, "code": detail.code}
    response = jsonify(type="about:blank", **fields)
    response.status_code, response.mimetype = status, PROBLEM_TYPE
    return response


def refuse_cheaply(status: int, detail: Message) -> Response:
    """Return a problem document for the API, else a page without links or any of the request's
    arguments. This uses neither store nor index.
    """
    if request.path.startswith("/api/"):
        return make_problem(status, detail)
    page = current_app.jinja_env.get_template("refused.html")
    title = status_title(status)
    return Response(page.render(language=current_language(), title=title, detail=detail), status)


def answer_problem(error: CodedError) -> Response:
    """Return the response for a known error."""
    return tell_wait(make_problem(http_status(error), error.message), error)


def tell_wait(response: Response, error: Exception) -> Response:
    """Add Retry-After to the response if the error has a delay."""
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
