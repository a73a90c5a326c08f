"""A served archive from outside: latency, adding an article, memory."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

START_SECONDS = 120
FOUND_SECONDS = 30
# The first article added loads the language model, once, through a temporary file of 68 MB.
FIRST_WORD, NEW_WORD = "hermeline", "zibelinette"


def measure_served(home: Path, queries: list[str]) -> dict[str, float]:
    with _server(home) as (process, connection):
        # Warmed with the same words under another text: a query asked twice is encoded once.
        for query in queries:
            _search(connection, f"{query} ?")
        seconds = [_search(connection, query)[0] for query in queries]
        _add_and_find(connection, FIRST_WORD)
        written = _written_bytes(process.pid)
        searchable = _add_and_find(connection, NEW_WORD)
        return {
            "http_hybrid_p50_ms": statistics.median(seconds) * 1000,
            "http_hybrid_p95_ms": statistics.quantiles(seconds, n=20)[-1] * 1000,
            "add_searchable_seconds": searchable,
            "add_written_megabytes": (_written_bytes(process.pid) - written) / 1e6,
            "server_resident_megabytes": _resident_megabytes(process.pid),
        }


@contextmanager
def _server(
    home: Path,
) -> Iterator[tuple[subprocess.Popen[bytes], http.client.HTTPConnection]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hemero = Path(sys.executable).with_name("hemero")
    environment = os.environ | {"HEMERO_HOME": str(home)}
    command = [str(hemero), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        _wait(connection)
        yield process, connection
    finally:
        process.terminate()
        process.wait()


def _wait(connection: http.client.HTTPConnection) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _request(connection, "GET", "/healthz")
            return
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _add_and_find(connection: http.client.HTTPConnection, word: str) -> float:
    """Seconds from the request to add until the article stands in both lists."""
    title = f"La {word} de Port-Vernet fait école"
    text = f"Une {word} a été inaugurée mardi. Le maire a salué un projet utile à tous." * 5
    started = time.perf_counter()
    _request(connection, "POST", "/api/v1/articles", {"title": title, "text": text})
    while time.perf_counter() - started < FOUND_SECONDS:
        results = _search(connection, title)[1]["results"]
        if any(r["article"]["title"] == title and r["keyword"] and r["semantic"] for r in results):
            return time.perf_counter() - started
        time.sleep(0.02)
    return float("inf")


def _search(connection: http.client.HTTPConnection, query: str) -> tuple[float, dict]:
    started = time.perf_counter()
    answer = _request(connection, "GET", "/api/v1/search?" + urlencode({"q": query}))
    return time.perf_counter() - started, answer


def _request(
    connection: http.client.HTTPConnection, method: str, path: str, body: object = None
) -> dict:
    data = json.dumps(body) if body is not None else None
    connection.request(method, path, data, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status >= 400:
        raise RuntimeError(f"{method} {path}: {response.status} {content[:200]!r}")
    return json.loads(content)


def _written_bytes(process: int) -> int:
    """Bytes the process has handed to write calls (Linux)."""
    lines = Path(f"/proc/{process}/io").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("wchar")).split()[1])


def _resident_megabytes(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1000
