"""How much is asked of the server at once, and what it leaves out before it refuses.

So many requests are worked on as the setting `threads` says, `queue` more may wait, each for
`queue_seconds` at most. What share of the waiting room is taken when a request begins is the
pressure: it decides what the answer does without, first suggestions, then counts, then meaning.
What finds no room is refused, cheaply, and told when to come back.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Lock
from typing import Literal, cast

from flask import Flask, Response, current_app, g, request

from indexer.ranking.request import SearchQuery
from indexer.ranking.result_page import SearchPage
from web.http.metrics import SUGGESTIONS, get_metrics
from web.http.problems import make_problem
from web.i18n.locale import current_language
from web.i18n.messages import status_title, translate_message
from web.settings import Settings

Part = Literal["suggestions", "facets", "semantic"]
Refusal = Literal["full", "late", "stopping"]

EXTENSION = "hemero_load"
LEFT_OUT_HEADER = "X-Hemero-Left-Out"
LEFT_OUT_FROM: dict[Part, float] = {"suggestions": 0.25, "facets": 0.5, "semantic": 0.75}
RETRY_AFTER_SECONDS = 2
# Answered whatever else is asked: they cost next to nothing, and who watches needs them most then.
NEVER_QUEUED = ("pages.healthz", "observing.readyz", "observing.metrics", "static")
# Threads beyond those that work or wait: for what is never queued, and for refusals.
SPARE_THREADS = 4
BUSY = "the server has more to do than it can; try again in a few seconds"
STOPPING = "the server is stopping; try again in a few seconds"
COUNTS_LEFT_OUT = "The server is busy: counts by filter and over time are left out."
MEANING_LEFT_OUT = "The server is busy: these results match by words only."


class Admission:
    """Lets `most_working` in at once and `most_waiting` wait, first come, first served.

    Safe for many threads; neither number is ever exceeded.
    """

    def __init__(self, most_working: int, most_waiting: int, patience_seconds: float) -> None:
        self._most_working, self._most_waiting = most_working, most_waiting
        self._patience_seconds = patience_seconds
        self._lock = Lock()
        self._working = 0
        self._turns: deque[Event] = deque()

    @property
    def working(self) -> int:
        return self._working

    @property
    def waiting(self) -> int:
        return len(self._turns)

    @property
    def pressure(self) -> float:
        """The share of the waiting room that is taken, 0 to 1."""
        return len(self._turns) / self._most_waiting

    def enter(self) -> Refusal | None:
        """None where the caller may work, at once or after its wait; it must `leave` then."""
        with self._lock:
            if self._working < self._most_working:
                self._working += 1
                return None
            if len(self._turns) >= self._most_waiting:
                return "full"
            turn = Event()
            self._turns.append(turn)
        if turn.wait(self._patience_seconds):
            return None
        with self._lock:
            if turn.is_set():  # its turn came just as its patience ended
                return None
            self._turns.remove(turn)
        return "late"

    def leave(self) -> None:
        """The place goes to whoever has waited longest."""
        with self._lock:
            if self._turns:
                self._turns.popleft().set()
            else:
                self._working -= 1


class Load:
    """One application's admission, and whether the server is stopping."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.stopping = Event()


def admit_requests(app: Flask, settings: Settings) -> None:
    """To be called after the guards: what they refuse waits for nothing."""
    admission = Admission(settings.threads, settings.queue, settings.queue_seconds)
    app.extensions[EXTENSION] = Load(admission)
    get_metrics(app).watch_load(admission)
    app.before_request(_admit)
    app.after_request(_tell_left_out)
    app.teardown_request(_leave)


def count_threads(settings: Settings) -> int:
    """How many threads a server needs so that nothing waits outside the waiting room."""
    return settings.threads + settings.queue + SPARE_THREADS


def get_load(app: Flask | None = None) -> Load:
    return cast(Load, (app or current_app).extensions[EXTENSION])


def must_leave_out(part: Part) -> bool:
    """Whether the answer under way does without; it is counted, and named in a header."""
    if getattr(g, "pressure", 0.0) < LEFT_OUT_FROM[part]:
        return False
    get_metrics().count_left_out(part)
    g.left_out = (*getattr(g, "left_out", ()), part)
    return True


def find_lightly(find: Callable[[SearchQuery], SearchPage], query: SearchQuery) -> SearchPage:
    """What is found, under pressure without counts or by words alone; its notices say so."""
    notices: list[str] = []
    if query.with_facets and must_leave_out("facets"):
        query = replace(query, with_facets=False)
        notices.append(COUNTS_LEFT_OUT)
    if query.mode != "keyword" and must_leave_out("semantic"):
        query = replace(query, mode="keyword")
        notices.append(MEANING_LEFT_OUT)
    page = find(query)
    return replace(page, notices=(*notices, *page.notices))


def _admit() -> Response | None:
    load = get_load()
    if request.endpoint in NEVER_QUEUED:
        return None
    if load.stopping.is_set():
        return _refuse("stopping")
    g.pressure = load.admission.pressure
    if request.endpoint == SUGGESTIONS and g.pressure >= LEFT_OUT_FROM["suggestions"]:
        return None  # there is nothing to wait for
    refusal = load.admission.enter()
    if refusal:
        return _refuse(refusal)
    g.admitted, g.pressure = True, load.admission.pressure
    return None


def _leave(_: BaseException | None) -> None:
    if g.pop("admitted", False):
        get_load().admission.leave()


def _tell_left_out(response: Response) -> Response:
    left_out = getattr(g, "left_out", ())
    if left_out:
        response.headers[LEFT_OUT_HEADER] = ", ".join(left_out)
        response.headers["Cache-Control"] = "no-store"
    return response


def _refuse(refusal: Refusal) -> Response:
    """503, and when to try again: a problem document (RFC 9457) for the API, else a plain page.

    It asks neither store nor index for anything.
    """
    get_metrics().count_refused(refusal)
    detail = STOPPING if refusal == "stopping" else BUSY
    if request.path.startswith("/api/"):
        response = make_problem(503, detail)
    else:
        page = current_app.jinja_env.get_template("busy.html")
        said = {"title": status_title(503), "detail": detail}
        translated = {name: translate_message(text) for name, text in said.items()}
        response = Response(page.render(language=current_language(), **translated), 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response
