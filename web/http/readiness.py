"""Whether the server can answer, and its metrics, for monitoring."""

from dataclasses import asdict, dataclass

from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from archive.errors import ArchiveError
from archive.messages import Message
from archive.stats.vitals import Waiting, count_waiting
from indexer.engines.port import check_fingerprint
from indexer.errors import IndexerError, StaleIndexError
from indexer.sync import expected_fingerprint
from web.context import get_context
from web.http.security import may_watch
from web.i18n.messages import word_message
from web.routes import Blueprint, Level
from web.services import Services
from web.wordings import (
    INDEX_BEHIND,
    INDEX_EMPTY,
    INDEX_OTHER,
    INDEX_UNREADABLE,
    SERVER_STOPPING,
    STORE_SILENT,
    WATCH_REFUSED,
)

blueprint = Blueprint("observing", __name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is missing before searches can be answered well, and the figures behind it.

    A figure that could not be read is None. `model_loaded` is informative: the first search loads
    the model.
    """

    ready: bool
    missing: tuple[Message, ...]
    indexed: int | None = None
    waiting: int | None = None
    lag_seconds: float | None = None
    model_loaded: bool | None = None


STOPPED = Readiness(False, (SERVER_STOPPING(),))


def check_readiness(services: Services) -> Readiness:
    """Read both manifests; nothing is hashed and no model is called."""
    try:
        services.store.last_seq()
    except ArchiveError:
        return Readiness(False, (STORE_SILENT(),))
    try:
        stale = _fingerprint_problem(services)
        waiting = count_waiting(services.store.database, services.engine.checkpoint())
        indexed = services.engine.count()
    except ArchiveError:
        return Readiness(False, (STORE_SILENT(),))
    except IndexerError:
        return Readiness(False, (INDEX_UNREADABLE(),))
    missing = tuple(filter(None, (stale, _lag_problem(services, waiting))))
    return Readiness(
        not missing,
        missing,
        indexed,
        waiting.changes,
        round(waiting.lag_seconds, 1),
        services.embedder.is_loaded,
    )


@blueprint.get("/readyz", access=Level.NOBODY, identified=False, queued=False, counts_errors=False)
def readyz() -> tuple[Response, int]:
    """Answer 200 if searches can be answered, else 503 with what is missing."""
    stopping = get_context().stopping.is_set()
    found = STOPPED if stopping else check_readiness(get_context().services)
    return jsonify(
        asdict(found) | {"missing": list(map(str, found.missing))}
    ), 200 if found.ready else 503


@blueprint.get("/metrics", access=Level.NOBODY, identified=False, queued=False)
def metrics() -> Response:
    """Answer the metrics in Prometheus' text format, for this machine or with the token."""
    if not may_watch():
        return Response(f"{word_message(WATCH_REFUSED())}\n", 403, mimetype="text/plain")
    figures = generate_latest(get_context().metrics.registry)
    return Response(figures, content_type=CONTENT_TYPE_LATEST)


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _fingerprint_problem(services: Services) -> Message | None:
    made_by = services.engine.fingerprint()
    try:
        check_fingerprint(made_by, expected_fingerprint(services.embedder, services.engine))
    except StaleIndexError:
        return INDEX_OTHER()
    return INDEX_EMPTY() if made_by is None and services.store.count() else None


def _lag_problem(services: Services, waiting: Waiting) -> Message | None:
    most = services.settings.ready_lag_seconds
    return INDEX_BEHIND() if most and waiting.lag_seconds > most else None
