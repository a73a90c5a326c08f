"""What the server leaves out, and what it refuses, when too much is asked of it at once.

The server works on `threads` requests at once; `queue` more may wait, each for at most
`queue_seconds`. The pressure is the share of the queue that is full when a request begins. As it
rises, answers leave out suggestions first, then counts, then meaning. A request that finds the
queue full is refused at little cost, with the time after which to try again. A request whose client
left while it waited is dropped.
"""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask, Response, request

from archive.messages import Message
from indexer.ranking.request import SearchQuery
from indexer.ranking.result_page import SearchPage
from web.context import current_route, get_context
from web.http.problems import refuse_cheaply
from web.request_state import get_request_state
from web.routes import Part
from web.traffic.admission import Refusal
from web.wordings import COUNTS_LEFT_OUT, MEANING_LEFT_OUT, SERVER_BUSY, SERVER_STOPPING

LEFT_OUT_HEADER = "X-Hemero-Left-Out"
LEFT_OUT_FROM: dict[Part, float] = {"suggestions": 0.25, "facets": 0.5, "semantic": 0.75}
RETRY_AFTER_SECONDS = 2


def admit_requests(app: Flask) -> None:
    app.before_request(_admit)
    app.after_request(_name_left_out)
    app.teardown_request(_leave)


def should_skip(part: Part) -> bool:
    """Return whether the current answer should leave this out; if so, count it and name it in a
    header.
    """
    state = get_request_state()
    if state.pressure < LEFT_OUT_FROM[part]:
        return False
    get_context().metrics.count_left_out(part)
    state.left_out.append(part)
    return True


def search_under_load(find: Callable[[SearchQuery], SearchPage], query: SearchQuery) -> SearchPage:
    """Search; under pressure without counts, or by words only. The result's notices say so."""
    notices: list[Message] = []
    if query.with_facets and should_skip("facets"):
        query = replace(query, with_facets=False)
        notices.append(COUNTS_LEFT_OUT())
    if query.mode != "keyword" and should_skip("semantic"):
        query = replace(query, mode="keyword")
        notices.append(MEANING_LEFT_OUT())
    page = find(query)
    return replace(page, notices=(*notices, *page.notices))


def _admit() -> Response | None:
    context, route, state = get_context(), current_route(), get_request_state()
    if not route.queued:
        return None
    if context.stopping.is_set():
        return _refuse("stopping")
    state.pressure = context.admission.pressure
    if route.skips and state.pressure >= LEFT_OUT_FROM[route.skips]:
        return None  # there is nothing to wait for
    refusal = context.admission.enter()
    if refusal:
        return _refuse(refusal)
    state.admitted, state.pressure = True, context.admission.pressure
    return _refuse("gone") if _is_client_gone() else None


def _is_client_gone() -> bool:
    """Return whether the client closed the connection while its request waited, if the server can
    tell.
    """
    is_gone = request.environ.get("waitress.client_disconnected")
    return is_gone is not None and is_gone()


def _leave(_: BaseException | None) -> None:
    state = get_request_state()
    if state.admitted:
        state.admitted = False
        get_context().admission.leave()


def _name_left_out(response: Response) -> Response:
    left_out = get_request_state().left_out
    if left_out:
        response.headers[LEFT_OUT_HEADER] = ", ".join(left_out)
        response.headers["Cache-Control"] = "no-store"
    return response


def _refuse(refusal: Refusal) -> Response:
    """Answer 503 with Retry-After."""
    get_context().metrics.count_refused(refusal)
    detail = SERVER_STOPPING() if refusal == "stopping" else SERVER_BUSY()
    response = refuse_cheaply(503, detail)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response
