"""Connections that ask for nothing, and clients that leave, take nothing from the others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

import httpx
import pytest

from indexer.engines.port import Vectors
from tests.support.fakes import FakeEmbedder
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.support.web import open_app
from web.context import get_context
from web.server import waitress_server
from web.server.serving import open_socket
from web.server.waitress_server import Server
from web.services import Services

MAX_CONNECTIONS = 40


class Running:
    """A server in a thread of its own, with few connections and one working thread."""

    def __init__(self, services: Services) -> None:
        self.app = open_app(services)
        self.admission = get_context(self.app).admission
        listening = open_socket("127.0.0.1", 0)
        self.place = listening.getsockname()
        self._server = Server(self.app, listening)
        self._thread = Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def connect(self, sent: bytes) -> socket.socket:
        connection = socket.create_connection(self.place, timeout=PATIENCE_SECONDS)
        connection.sendall(sent)
        return connection

    def get(self, path: str) -> httpx.Response:
        host, port = self.place
        return httpx.get(f"http://{host}:{port}{path}", timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        self._server.stop()
        self._thread.join()
        self._server.close(timeout_seconds=5)


@pytest.fixture
def running(filled: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(waitress_server, "MAX_CONNECTIONS", MAX_CONNECTIONS)
    monkeypatch.setattr(waitress_server, "LOOP_SECONDS", 0.05)
    opened = Running(filled)
    yield opened
    opened.close()


@pytest.mark.parametrize("sent", [b"", b"GET /search?q=", b"POST /similar HTTP/1.1\r\n"], ids=str)
def test_connections_that_ask_for_nothing_keep_nobody_out(running: Running, sent: bytes) -> None:
    with ExitStack() as opened:
        for _ in range(3 * MAX_CONNECTIONS):
            opened.enter_context(running.connect(sent))
        assert running.get("/healthz").status_code == 200
        assert running.get("/search?q=missiles&mode=keyword").status_code == 200


def test_a_connection_that_asks_is_not_closed_for_others(
    running: Running, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, encode = Event(), embedder.encode_query

    def encode_once_free(text: str) -> Vectors:
        assert free.wait(PATIENCE_SECONDS)
        return encode(text)

    monkeypatch.setattr(embedder, "encode_query", encode_once_free)
    with running.connect(b"GET /api/v1/search?q=hold HTTP/1.1\r\nHost: localhost\r\n\r\n") as asks:
        wait_until(lambda: running.admission.working == 1)
        with ExitStack() as opened:
            for _ in range(2 * MAX_CONNECTIONS):
                opened.enter_context(running.connect(b""))
            assert running.get("/healthz").status_code == 200
            free.set()
            assert asks.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_request_whose_client_left_while_it_waited_is_dropped(
    running: Running, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, asked = Event(), []

    def encode_once_free(text: str) -> Vectors:
        asked.append(text)
        assert free.wait(PATIENCE_SECONDS)
        return FakeEmbedder.encode_query(embedder, text)

    monkeypatch.setattr(embedder, "encode_query", encode_once_free)
    working = get_context(running.app).services.settings.threads
    with ExitStack() as opened:
        for number in range(working):
            ask = f"GET /search?q=hold+{number} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            opened.enter_context(running.connect(ask.encode()))
        wait_until(lambda: len(asked) == working)
        leaver = running.connect(b"GET /search?q=leave HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: running.admission.waiting == 1)
        leaver.close()
        running.get("/healthz")  # so that the server has read the end of the connection, too
        free.set()
        wait_until(lambda: running.admission.working == 0)
    assert len(asked) == working
    metrics = running.get("/metrics").text
    assert 'hemero_refused_total{reason="gone"} 1' in metrics
