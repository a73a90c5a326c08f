"""Observe every request: an id, its metrics, and one line in the log. Queries and texts are never
logged.
"""

import logging
import re
import secrets
import time

from flask import Flask, Response, request

from web.context import current_route, get_context
from web.http.logs import REQUESTS_LOGGER
from web.request_state import RequestState, SearchNote, get_request_state, set_request_state
from web.traffic.metrics import METHODS

ID_HEADER = "X-Request-ID"
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

logger = logging.getLogger(REQUESTS_LOGGER)


def observe(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    given = request.headers.get(ID_HEADER, "")
    request_id = given if _WELL_FORMED_ID.fullmatch(given) else secrets.token_hex(8)
    set_request_state(RequestState(request_id))


def _end(response: Response) -> Response:
    state, route = get_request_state(), current_route()
    response.headers[ID_HEADER] = state.request_id
    label = route.label or str(request.endpoint)
    method = request.method if request.method in METHODS else "other"
    seconds = time.perf_counter() - state.started
    _count(state, label, method, response.status_code, seconds)
    if response.status_code >= 500 and route.counts_errors:
        get_context().metrics.count_error(label)
    fields = {
        "request_id": state.request_id,
        "method": method,
        "endpoint": label,
        "status": response.status_code,
        "duration_ms": _milliseconds(seconds),
    }
    for search in state.searches[-1:]:
        fields |= {"mode": search.mode, "results": search.results}
    logger.info("request", extra={"fields": fields})
    _warn_of_slow(state)
    return response


def _forget(_: BaseException | None) -> None:
    set_request_state(None)


def _count(state: RequestState, label: str, method: str, status: int, seconds: float) -> None:
    metrics = get_context().metrics
    metrics.count_request(label, method, status, seconds)
    metrics.count_outcomes(state.outcomes)
    for search in state.searches:
        metrics.count_search(search)


def _warn_of_slow(state: RequestState) -> None:
    limit_ms = get_context().services.settings.slow_query_ms
    for search in state.searches:
        if limit_ms and search.seconds * 1000 >= limit_ms:
            logger.warning("slow query", extra={"fields": _slow_fields(state, search)})


def _slow_fields(state: RequestState, search: SearchNote) -> dict[str, object]:
    """Return the request's stages; time in none of them was spent in the index and the store."""
    stages = {f"{stage}_ms": _milliseconds(took) for stage, took in state.stages.items()}
    return {
        "request_id": state.request_id,
        "kind": search.kind,
        "mode": search.mode,
        "words": search.words,
        "results": search.results,
        "duration_ms": _milliseconds(search.seconds),
    } | stages


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
