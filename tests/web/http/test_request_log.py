"""The log: one line a request, in text or JSON, and never what was asked or sent."""

import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.paths import ROOT
from tests.support.web import MakeApp
from web.app import PAGES
from web.context import get_context
from web.errors import SettingsError
from web.http.logs import FORMATS, REQUESTS_LOGGER
from web.routes import Blueprint, Level
from web.settings import load_settings

PATIENCE_SECONDS = 60


class Log:
    """What the server's loggers wrote."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def listen(log_format: str) -> Iterator[Log]:
    """Every line of ours, as the format writes it."""
    log, logger, requests = Log(), logging.getLogger("web"), logging.getLogger(REQUESTS_LOGGER)
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(FORMATS[log_format]())
    logger.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield log
    requests.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


@pytest.fixture
def json_log() -> Iterator[Log]:
    yield from listen("json")


@pytest.fixture
def text_log() -> Iterator[Log]:
    yield from listen("text")


def test_a_request_is_one_line_of_json(client: FlaskClient, json_log: Log) -> None:
    client.get("/articles/1", headers={"X-Request-ID": "abc-1.2_Z"})
    (record,) = json_log.records()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("time"))
    assert 0 < record.pop("duration_ms") < 60_000
    assert record == {
        "level": "INFO", "logger": "web.requests", "message": "request",
        "request_id": "abc-1.2_Z", "method": "GET", "endpoint": "pages.article", "status": 200,
    }  # fmt: skip


def test_a_request_is_one_line_of_text(client: FlaskClient, text_log: Log) -> None:
    client.get("/search?q=missiles&mode=keyword", headers={"X-Request-ID": "abc"})
    assert re.fullmatch(
        r"\S+Z INFO web\.requests request request_id=abc method=GET endpoint=pages\.search"
        r" status=200 duration_ms=[\d.]+ mode=keyword results=2\n",
        text_log.text,
    )


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/search?q=missiles", {"mode": "hybrid", "results": 3}),
        ("GET", "/api/v1/search?q=xyzzy&mode=keyword", {"mode": "keyword", "results": 0}),
        ("GET", "/search?q=%22", {"mode": "hybrid", "results": None, "status": 200}),
        ("GET", "/nowhere", {"endpoint": "none", "status": 404}),
        ("BREW", "/", {"method": "other", "status": 405}),
        ("POST", "/api/v1/articles", {"endpoint": "api.Articles", "status": 415}),
    ],
)
def test_what_a_line_tells(
    client: FlaskClient, json_log: Log, method: str, path: str, told: dict[str, Any]
) -> None:
    client.open(path, method=method)
    (record,) = json_log.records()
    assert {name: record[name] for name in told} == told


def test_what_is_refused_at_the_door_is_logged_too(client: FlaskClient, json_log: Log) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    (record,) = json_log.records()
    assert (record["status"], record["request_id"]) == (400, answer.headers["X-Request-ID"])


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 64])
def test_a_well_formed_id_is_kept(client: FlaskClient, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a;b", "é", "a\tb", "٣", "a\x7f", "<b>"])
def test_any_other_id_is_replaced(client: FlaskClient, given: str) -> None:
    made = [
        client.get("/healthz", environ_base={"HTTP_X_REQUEST_ID": given}).headers["X-Request-ID"]
        for _ in range(2)
    ]
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in made)
    assert made[0] != made[1]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_that_was_asked_or_sent_is_logged(make_app: MakeApp, log_format: str) -> None:
    client = make_app(token="open-sesame-1234", slow_query_ms=1).test_client()
    services = get_context(client.application).services
    far = {"REMOTE_ADDR": "192.0.2.77"}
    listening = listen(log_format)
    log = next(listening)
    slow_down(client.application)
    client.get("/search?q=zebrafish&source=quagga", environ_base=far)
    client.get("/similar?text=zebrafish", headers={"X-Forwarded-For": "192.0.2.78"})
    client.get("/zebrafish?token=open-sesame-1234")
    client.post(
        "/api/v1/articles",
        json={"text": "A zebrafish.", "title": "quagga", "url": "https://okapi.example/1"},
        headers={"Authorization": "Bearer open-sesame-1234", "User-Agent": "okapi"},
        environ_base=far,
    )
    services.embedder.name = "another"
    client.get("/search?q=zebrafish")
    next(listening, None)
    assert log.text.count("request_id") >= 5
    for word in ("zebrafish", "quagga", "okapi", "open-sesame-1234", "192.0.2"):
        assert word not in log.text


def slow_down(app: Flask, seconds: float = 0.02) -> None:
    """Let the model take this long for each query."""
    embedder = get_context(app).services.embedder
    answer = type(embedder).encode_query

    def take_time(text: str) -> Any:
        time.sleep(seconds)
        return answer(embedder, text)

    embedder.encode_query = take_time


def test_a_slow_query_is_warned_of(make_app: MakeApp, json_log: Log) -> None:
    client = make_app(slow_query_ms=15).test_client()
    slow_down(client.application)
    client.get("/search?q=missiles+over+geneva", headers={"X-Request-ID": "slow"})
    request, warning = json_log.records()
    assert request["message"] == "request"
    assert {name: warning[name] for name in ("level", "message", "request_id", "kind", "mode")} == {
        "level": "WARNING", "message": "slow query", "request_id": "slow", "kind": "search",
        "mode": "hybrid",
    }  # fmt: skip
    assert (warning["words"], warning["results"]) == (3, 3)
    assert 20 <= warning["model_ms"] <= warning["duration_ms"]


@pytest.mark.parametrize(
    ("limit_ms", "mode", "model_seconds"),
    [(60_000, "hybrid", 0.02), (0, "hybrid", 0.02), (60_000, "keyword", 90)],
)
def test_other_queries_are_not(
    make_app: MakeApp, json_log: Log, limit_ms: int, mode: str, model_seconds: float
) -> None:
    client = make_app(slow_query_ms=limit_ms).test_client()
    client.get("/search?q=missiles&mode=keyword")
    slow_down(client.application, model_seconds)
    client.get(f"/search?q=missiles&mode={mode}")
    assert [record["level"] for record in json_log.records()] == ["INFO", "INFO"]


def test_stages_are_those_of_one_request(make_app: MakeApp, json_log: Log) -> None:
    client = make_app(slow_query_ms=15).test_client()
    slow_down(client.application)
    for words in ("missiles", "drones"):
        client.get(f"/search?q={words}")
    warnings = [record for record in json_log.records() if record["level"] == "WARNING"]
    assert len(warnings) == 2
    assert all(record["model_ms"] <= record["duration_ms"] for record in warnings)


HOSTILE = (
    "x\r\n2030-01-01T00:00:00.000Z INFO web.requests forged\x1b[2J\x9b2J\u2028\u202e\ud800\x7fé"
)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_line_stays_one_line(log_format: str) -> None:
    formatter = FORMATS[log_format]()
    record = logging.LogRecord("web.app", 40, "app.py", 1, "GET %s failed", (HOSTILE,), None)
    record.fields = {"name": HOSTILE}
    line = formatter.format(record)
    assert len(line.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff]", line)
    line.encode()
    if log_format == "json":
        assert json.loads(line)["name"] == HOSTILE
    else:
        assert "é" in line


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_line_of_a_traceback_looks_like_one_of_ours(log_format: str) -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        record = logging.LogRecord("web.app", 40, "app.py", 1, "failed", (), sys.exc_info())
    lines = FORMATS[log_format]().format(record).splitlines()
    if log_format == "json":
        (line,) = lines
        assert "ValueError" in json.loads(line)["traceback"]
    assert not [line for line in lines[1:] if not line.startswith("    ")]
    assert not [line for line in lines if line.startswith("2030")]


def test_an_error_of_ours_is_logged_with_its_path_escaped(
    make_app: MakeApp, text_log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Blueprint("broken", __name__)
    broken.get("/broken/<name>", endpoint="show", access=Level.NOBODY)(lambda name: 1 / 0)
    monkeypatch.setattr("web.app.PAGES", (*PAGES, broken))
    assert make_app().test_client().get("/broken/%0A2030-forged").status_code == 500
    error, *traceback, request = text_log.text.splitlines()
    assert error.endswith(r"ERROR web.app GET /broken/\n2030-forged failed")
    assert all(line.startswith("    ") for line in traceback)
    assert "endpoint=broken.show status=500" in request


@pytest.mark.parametrize("value", ["xml", "", "text\n"])
def test_a_format_there_is_not(value: str) -> None:
    with pytest.raises(SettingsError, match="log_format"):
        load_settings({"HEMERO_LOG_FORMAT": value})


@pytest.mark.slow
def test_the_server_writes_json_to_standard_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"HEMERO_HOME": str(tmp_path / "home"), "HEMERO_LOG_FORMAT": "json"}
    environment["HEMERO_MODEL"] = str(tmp_path)
    code = "from web.cli.main import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd=ROOT)
    try:
        fetch(port, "/healthz?q=zebrafish")
    finally:
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=PATIENCE_SECONDS)
    records = [json.loads(line) for line in errors.decode().splitlines() if line.startswith("{")]
    assert [r["endpoint"] for r in records if r["logger"] == "web.requests"] == ["pages.healthz"]
    assert b"zebrafish" not in errors


def fetch(port: int, path: str) -> None:
    """Get the path as soon as the server is up."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", path)
            assert connection.getresponse().status == 200
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        finally:
            connection.close()
