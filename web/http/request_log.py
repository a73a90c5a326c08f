"""Every request seen: an id, its figures, one line in the log. Never what was asked or sent."""

import logging
import re
import secrets
import time

from flask import Flask, Response, request

from web.context import get_context
from web.http.logs import REQUESTS_LOGGER
from web.http.metrics import EXTENSION, METHODS, Metrics, get_metrics
from web.request_notes import RequestNote, SearchNote, current_note
from web.services import Services

ID_HEADER = "X-Request-ID"
NO_ENDPOINT = "none"
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

logger = logging.getLogger(REQUESTS_LOGGER)


def observe(app: Flask, services: Services) -> None:
    """To be called before anything else is hooked in: what others refuse is seen too."""
    app.extensions[EXTENSION] = Metrics(services)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    given = request.headers.get(ID_HEADER, "")
    request_id = given if _WELL_FORMED_ID.fullmatch(given) else secrets.token_hex(8)
    current_note.set(RequestNote(request_id))


def _end(response: Response) -> Response:
    note = current_note.get()
    if note is None:
        return response
    response.headers[ID_HEADER] = note.request_id
    endpoint = request.endpoint or NO_ENDPOINT
    method = request.method if request.method in METHODS else "other"
    seconds = time.perf_counter() - note.started
    _count(note, endpoint, method, response.status_code, seconds)
    fields = {
        "request_id": note.request_id,
        "method": method,
        "endpoint": endpoint,
        "status": response.status_code,
        "duration_ms": _milliseconds(seconds),
    }
    for search in note.searches[-1:]:
        fields |= {"mode": search.mode, "results": search.results}
    logger.info("request", extra={"fields": fields})
    _warn_of_slow(note)
    return response


def _forget(_: BaseException | None) -> None:
    current_note.set(None)


def _count(note: RequestNote, endpoint: str, method: str, status: int, seconds: float) -> None:
    metrics = get_metrics()
    metrics.count_request(endpoint, method, status, seconds)
    metrics.count_outcomes(note.outcomes)
    for search in note.searches:
        metrics.count_search(search)


def _warn_of_slow(note: RequestNote) -> None:
    limit_ms = get_context().services.settings.slow_query_ms
    for search in note.searches:
        if limit_ms and search.seconds * 1000 >= limit_ms:
            logger.warning("slow query", extra={"fields": _slow_fields(note, search)})


def _slow_fields(note: RequestNote, search: SearchNote) -> dict[str, object]:
    """Stages are the request's: what is in none of them went to the index and the store."""
    stages = {f"{stage}_ms": _milliseconds(took) for stage, took in note.stages.items()}
    return {
        "request_id": note.request_id,
        "kind": search.kind,
        "mode": search.mode,
        "words": search.words,
        "results": search.results,
        "duration_ms": _milliseconds(search.seconds),
    } | stages


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
