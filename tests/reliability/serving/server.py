"""Real server processes on an archive, with a model that is as slow as a text asks it to be.

python -m tests.reliability.serving.server HOME PORT [--poll]   serves as `hemero serve` does
gunicorn 'tests.reliability.serving.server:make_app()'          serves as `web.wsgi` does
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
from flask import Flask

from indexer.engines.port import Vectors
from tests.support.fakes import FakeEmbedder
from tests.support.paths import ROOT
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from web.server.serving import run_server
from web.services import Services
from web.settings import load_settings
from web.wsgi import make_app as make_served

SLOW = "slowly"
SLOW_SECONDS = 2.0
STUCK = "hardly"
STUCK_SECONDS = 2 * PATIENCE_SECONDS


class SlowEmbedder(FakeEmbedder):
    """Takes SLOW_SECONDS more for each call that holds the word SLOW, STUCK_SECONDS for STUCK."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if any(SLOW in text for text in texts):
            time.sleep(SLOW_SECONDS)
        if any(STUCK in text for text in texts):
            time.sleep(STUCK_SECONDS)
        return super().encode_passages(texts)


def make_app() -> Flask:
    return make_served(Services(load_settings(), SlowEmbedder()))


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, *arguments: str, **settings: str) -> Iterator["ServerProcess"]:
    """`hemero serve`, with the slow model."""
    command = [sys.executable, "-m", __name__, *arguments]
    with _running(command, home, settings) as process:
        yield process


@contextmanager
def serve_really(home: Path) -> Iterator["ServerProcess"]:
    """`hemero serve`, with the model of the settings, warm."""
    command = [sys.executable, "-c", "from web.cli.main import main; main()", "serve"]
    with _running(command, home, {}) as process:
        assert process.client.get("/api/v1/search", params={"q": "hemero"}).is_success
        yield process


@contextmanager
def gunicorn(home: Path, workers: int = 2, **settings: str) -> Iterator["ServerProcess"]:
    """Gunicorn as it is deployed, with the slow model."""
    config = ROOT / "deploy" / "gunicorn.conf.py"
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), f"{__name__}:make_app()"]
    with _running(command, home, settings | {"WEB_CONCURRENCY": str(workers)}) as process:
        yield process


class ServerProcess:
    """A server's process and a client of it."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: IO[str]) -> None:
        self.process, self.log = process, log
        self.address = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.address, timeout=PATIENCE_SECONDS)

    def wait_until_up(self) -> None:
        def is_up() -> bool:
            assert self.process.poll() is None, self.complaints()
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"{self.address}/healthz", timeout=PATIENCE_SECONDS).is_success
            return False

        wait_until(is_up)

    def complaints(self) -> list[str]:
        """The lines of its log that tell of more than requests."""
        self.log.seek(0)
        return [line.strip() for line in self.log if " INFO " not in line][1:]

    def end(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def _running(command: list[str], home: Path, settings: dict[str, str]) -> Iterator[ServerProcess]:
    port = free_port()
    named = {"HEMERO_HOME": str(home), "HEMERO_PORT": str(port)} | settings
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | named, stderr=log, text=True)
        server = ServerProcess(process, port, log)
        try:
            server.wait_until_up()
            yield server
        finally:
            server.end()


if __name__ == "__main__":
    served_here = Services(load_settings(), SlowEmbedder())
    run_server(served_here, poll="--poll" in sys.argv)
    served_here.close()
