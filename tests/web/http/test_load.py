"""What the server leaves out, in order, before it refuses; the model stands still meanwhile."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from indexer.engines.port import Vectors
from tests.support.fakes import FakeEmbedder
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.support.web import MakeApp
from tests.support.work import count_calls
from web.context import get_context
from web.http.admission import (
    LEFT_OUT_HEADER,
)
from web.services import Services
from web.traffic.admission import Admission
from web.wordings import COUNTS_LEFT_OUT, MEANING_LEFT_OUT, SERVER_BUSY, SERVER_STOPPING

ROOM = 8
MAX_CALLS_OF_A_REFUSAL = 8_000  # 2,700 today; a search takes ten times as many


class Crowd:
    """Requests sent at once to an application whose model stands still until `free`."""

    def __init__(self, app: Flask, free: threading.Event) -> None:
        self.app, self._free = app, free
        self._pool = ThreadPoolExecutor(80)
        self.sent: list[Future[TestResponse]] = []

    @property
    def admission(self) -> Admission:
        return get_context(self.app).admission

    def ask(self, address: str) -> TestResponse:
        return self.app.test_client().get(address, buffered=True)

    def send(self, address: str) -> Future[TestResponse]:
        future = self._pool.submit(self.ask, address)
        self.sent.append(future)
        return future

    def occupy(self, waiting: int) -> None:
        """One request stands in the model and so many wait behind it."""
        if not self.admission.working:
            self.send("/api/v1/search?q=hold")
            wait_until(lambda: self.admission.working == 1)
        while self.admission.waiting < waiting:
            held = self.admission.waiting
            self.send(f"/api/v1/search?q=wait+{held}")
            wait_until(lambda held=held: self.admission.waiting == held + 1)  # type: ignore[misc]

    def release(self) -> None:
        self._free.set()
        for future in self.sent:
            future.result(PATIENCE_SECONDS)

    def close(self) -> None:
        self.release()
        self._pool.shutdown()


@pytest.fixture
def crowd(
    filled: Services, make_app: MakeApp, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crowd]:
    free, encode = threading.Event(), embedder.encode_query

    def encode_once_free(text: str) -> Vectors:
        assert free.wait(PATIENCE_SECONDS)
        return encode(text)

    monkeypatch.setattr(embedder, "encode_query", encode_once_free)
    made = Crowd(make_app(threads=1, queue=ROOM, queue_seconds=PATIENCE_SECONDS), free)
    yield made
    made.close()


def ask_behind(crowd: Crowd, address: str, waiting: int) -> TestResponse:
    """The answer to a request that began its work while so many others waited."""
    crowd.occupy(0)
    asked = crowd.send(address)
    wait_until(lambda: crowd.admission.waiting == 1)
    crowd.occupy(waiting + 1)
    crowd.release()
    return asked.result()


def test_unhurried_everything_is_there(crowd: Crowd) -> None:
    answer = ask_behind(crowd, "/api/v1/search?q=missiles&facets=true", waiting=3)
    assert answer.json is not None
    assert answer.json["facets"]
    assert answer.json["notices"] == []
    assert answer.json["results"][0]["semantic"]
    assert LEFT_OUT_HEADER not in answer.headers


def test_suggestions_go_first(crowd: Crowd) -> None:
    crowd.occupy(2)
    answer = crowd.ask("/suggest?q=miss")
    assert crowd.admission.waiting == 2, "it must not have waited"
    assert answer.get_json(force=True) == ["miss", [], [], []]
    assert answer.headers[LEFT_OUT_HEADER] == "suggestions"
    assert answer.headers["Cache-Control"] == "no-store"


def test_below_that_they_wait_their_turn(crowd: Crowd) -> None:
    answer = ask_behind(crowd, "/suggest?q=miss", waiting=0)
    assert answer.get_json(force=True)[1]


def test_counts_go_second(crowd: Crowd) -> None:
    answer = ask_behind(crowd, "/api/v1/search?q=missiles&facets=true", waiting=4)
    assert answer.json is not None
    assert answer.json["facets"] is None
    assert answer.json["histogram"] is None
    assert answer.json["notices"] == [COUNTS_LEFT_OUT.text]
    assert answer.json["results"][0]["semantic"]
    assert answer.headers[LEFT_OUT_HEADER] == "facets"


@pytest.mark.parametrize(
    "address",
    ["/api/v1/search?q=missiles&facets=true", "/api/v1/similar?article=1&facets=true"],
)
def test_meaning_goes_third(crowd: Crowd, address: str) -> None:
    answer = ask_behind(crowd, address, waiting=6)
    assert answer.json is not None
    assert answer.json["notices"] == [COUNTS_LEFT_OUT.text, MEANING_LEFT_OUT.text]
    assert answer.json["results"]
    assert all(result["semantic"] is None for result in answer.json["results"])
    assert answer.headers[LEFT_OUT_HEADER] == "facets, semantic"


@pytest.mark.parametrize("address", ["/search?q=missiles", "/similar?article=1"])
def test_the_page_says_what_was_left_out(crowd: Crowd, address: str) -> None:
    answer = ask_behind(crowd, address, waiting=6)
    assert MEANING_LEFT_OUT.text in answer.text
    assert (COUNTS_LEFT_OUT.text in answer.text) == address.startswith("/search")


def test_a_search_by_words_loses_nothing_of_its_ranking(crowd: Crowd) -> None:
    answer = ask_behind(crowd, "/api/v1/search?q=missiles&mode=keyword", waiting=6)
    assert answer.json is not None
    assert answer.json["notices"] == []


def test_what_finds_no_room_is_refused(crowd: Crowd) -> None:
    crowd.occupy(ROOM)
    answer = crowd.ask("/api/v1/search?q=missiles")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert (answer.json["status"], answer.json["detail"]) == (503, SERVER_BUSY.text)
    page = crowd.ask("/search?q=missiles")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert SERVER_BUSY.text in page.text
    assert "Content-Security-Policy" in page.headers


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics", "/static/style.css"])
def test_who_watches_is_answered_beside_a_full_room(crowd: Crowd, address: str) -> None:
    crowd.occupy(ROOM)
    assert crowd.ask(address).status_code == 200


@pytest.mark.parametrize("address", ["/api/v1/search?q=missiles", "/search?q=missiles"])
def test_a_refusal_costs_next_to_nothing(crowd: Crowd, address: str) -> None:
    crowd.occupy(ROOM)
    client = crowd.app.test_client()
    client.get(address)  # what is made once is made
    answer, calls = count_calls(lambda: client.get(address))
    assert answer.status_code == 503
    assert calls < MAX_CALLS_OF_A_REFUSAL


def test_the_room_never_holds_more_than_it_may(crowd: Crowd) -> None:
    most = 0
    for number in range(60):
        crowd.send(f"/api/v1/search?q=word+{number}")
    wait_until(lambda: sum(future.done() for future in crowd.sent) == 60 - ROOM - 1)
    for _ in range(50):
        most = max(most, crowd.admission.waiting + crowd.admission.working)
        time.sleep(0.002)
    crowd.release()
    statuses = [future.result().status_code for future in crowd.sent]
    assert most == ROOM + 1
    assert (statuses.count(200), statuses.count(503)) == (ROOM + 1, 60 - ROOM - 1)
    assert (crowd.admission.waiting, crowd.admission.working) == (0, 0)


def test_nobody_waits_longer_than_told(make_app: MakeApp) -> None:
    admission = Admission(max_working=1, max_waiting=1, patience_seconds=0.05)
    assert admission.enter() is None
    assert admission.enter() == "late"
    assert admission.waiting == 0
    admission.leave()
    assert admission.enter() is None


def test_turns_come_in_the_order_of_arrival() -> None:
    admission, order = Admission(1, 20, PATIENCE_SECONDS), list[int]()
    assert admission.enter() is None

    def work(number: int) -> None:
        assert admission.enter() is None
        order.append(number)
        admission.leave()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until(lambda number=number: admission.waiting == number + 1)  # type: ignore[misc]
    admission.leave()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert order == list(range(20))
    assert (admission.working, admission.waiting, admission.pressure) == (0, 0, 0)


def test_an_answer_that_fails_leaves_its_place(
    make_app: MakeApp, filled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("broken on purpose")

    app = make_app(threads=1, queue=1, queue_seconds=1)
    monkeypatch.setattr("web.pages.reading.read_query", fail)
    for _ in range(3):
        assert app.test_client().get("/search?q=missiles").status_code == 500
    assert get_context(app).admission.working == 0


def test_the_figures_tell_it(crowd: Crowd) -> None:
    crowd.occupy(ROOM)
    crowd.ask("/search?q=missiles")
    crowd.ask("/suggest?q=miss")
    told = crowd.ask("/metrics").text
    for line in (
        "hemero_requests_working 1.0",
        f"hemero_requests_waiting {ROOM}.0",
        "hemero_pressure 1.0",
        'hemero_left_out_total{part="suggestions"} 1.0',
        'hemero_refused_total{reason="full"} 1.0',
    ):
        assert line in told.splitlines()


def test_a_server_that_stops_takes_no_more_and_says_so(make_app: MakeApp) -> None:
    app = make_app()
    get_context(app).stopping.set()
    client = app.test_client()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["missing"]) == (503, [SERVER_STOPPING.text])  # type: ignore[index]
    assert client.get("/healthz").status_code == 200
    refused = client.get("/api/v1/search?q=missiles")
    assert (refused.status_code, refused.json["detail"]) == (503, SERVER_STOPPING.text)  # type: ignore[index]
    assert "Retry-After" in refused.headers
