"""Several processes on one archive: one alone does each kind of work, and readers see it soon."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from archive.feeds.lock import HOLDER_NAME
from archive.intake.ingest import ingest
from indexer.lease import hold_lease
from tests.reliability.serving.server import SLOW, ServerProcess, gunicorn
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.paths import ROOT
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from web.services import Services
from web.settings import Settings

LOOKS = 12
FEED = '<rss version="2.0"><channel><title>Le Fanal</title>{items}</channel></rss>'
ITEM = (
    "<item><title>Fanal {n}</title><link>http://127.0.0.1:{port}/{n}</link><guid>{n}</guid>"
    "<description>Le fanal {n} éclaire la digue de nuit, dit le gardien.</description></item>"
)
PAGE = (
    "<html><head><title>Fanal {n}</title></head><body><article><h1>Fanal {n}</h1>"
    "<p>Le fanal numéro {n} éclaire la digue de nuit, a dit lundi le gardien du port.</p>"
    "<p>Les bateaux de la baie {n} rentrent plus tôt depuis la tempête.</p></article></body></html>"
)


class FeedSite:
    """A site with a feed that grows."""

    def __init__(self) -> None:
        self.items = 1
        self.fetched: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.fetched.append(self.path)
                found = site.body(self.path)
                self.send_response(200 if found else 404)
                kind = "application/rss+xml" if self.path == "/feed" else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def body(self, path: str) -> str | None:
        if path == "/feed":
            items = "".join(ITEM.format(n=n, port=self.port) for n in range(self.items))
            return FEED.format(items=items)
        number = path.removeprefix("/")
        return PAGE.format(n=number) if number.isdigit() else None


@pytest.fixture
def site() -> Iterator[FeedSite]:
    made = FeedSite()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    services = Services(Settings(home=tmp_path / "home"), FakeEmbedder())
    items = [make_item(f"Pont {n}", f"Le pont {n} de la Sarvelle rouvre.") for n in range(5)]
    list(ingest(items, services.store))
    services.index()
    services.close()
    return tmp_path / "home"


def find(server: ServerProcess, words: str) -> list[int]:
    """The articles that hold all the words, over a connection of its own, in any worker."""
    answer = httpx.get(
        f"{server.address}/api/v1/search", params={"q": words, "mode": "keyword", "fold": "false"}
    )
    assert answer.status_code == 200, answer.text
    ids = [result["article"]["id"] for result in answer.json()["results"]]
    assert len(ids) == len(set(ids)), "an article twice"
    return ids


def all_workers_find(server: ServerProcess, words: str, wanted: bool) -> bool:
    return all(bool(find(server, words)) == wanted for _ in range(LOOKS))


@pytest.mark.slow
def test_two_workers_a_command_and_a_poller(home: Path, site: FeedSite) -> None:
    networks = {"HEMERO_ALLOWED_NETWORKS": "127.0.0.0/8"}
    run_cli(home, "feeds", "add", f"http://127.0.0.1:{site.port}/feed", **networks)
    with gunicorn(home, HEMERO_POLL="true", **networks) as server:
        assert len(worker_ids(server)) == 2
        wait_until(lambda: all_workers_find(server, '"fanal 0"', True))

        text = {"title": "Bac", "text": "Un bac traverse la Sarvelle chaque matin."}
        added = server.client.post("/api/v1/articles", json=text)
        assert added.status_code == 201
        wait_until(lambda: all_workers_find(server, '"bac traverse"', True))

        assert server.client.delete(f"/api/v1/articles/{added.json()['id']}").status_code == 204
        assert all_workers_find(server, '"bac traverse"', False), "a deleted article was shown"

        (home / "depeche.txt").write_text("Gué\n\nLe gué de la Sarvelle est rouvert aux cavaliers.")
        run_cli(home, "add", str(home / "depeche.txt"))
        wait_until(lambda: all_workers_find(server, '"aux cavaliers"', True))

        assert site.fetched.count("/0") == 1, "one poller alone fetches"
        health = server.client.get("/api/v1/health").json()
        assert (health["problems"], health["articles"]) == ([], health["indexed"])


def test_another_takes_over_from_one_that_is_killed(home: Path, site: FeedSite) -> None:
    networks = {"HEMERO_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with gunicorn(home, HEMERO_POLL="true", **networks) as server:
        leader = poller(home)
        os.kill(leader, signal.SIGKILL)
        wait_until(lambda: poller(home, leader) != leader)
        job = server.client.post(
            "/api/v1/jobs",
            files={"file": ("a.txt", b"Quai\n\nLe quai des brumes est inond\xc3\xa9.")},
        ).json()
        wait_until(lambda: state_of(server, job["id"]) == "done")
        wait_until(lambda: all_workers_find(server, '"quai des brumes"', True))


@pytest.mark.slow
def test_the_index_is_finished_where_its_writer_is_killed(home: Path) -> None:
    with gunicorn(home) as server, ThreadPoolExecutor() as pool:
        text = {"title": "Digue", "text": f"La digue cède {SLOW} sous la houle."}
        assert server.client.post("/api/v1/articles", json=text).status_code == 201
        wait_until((home / "index" / "write.owner").exists)
        writer = owner(home)
        assert writer in worker_ids(server)
        told = pool.submit(run_index, home)
        os.kill(writer, signal.SIGKILL)
        wait_until(lambda: all_workers_find(server, '"digue cède"', True))
        told.result()


def test_a_writer_that_waits_in_vain_is_told_for_whom(home: Path) -> None:
    services = Services(Settings(home=home), FakeEmbedder())
    with hold_lease(services.settings.home, 1):
        from indexer.errors import IndexLockedError
        from indexer.sync import sync

        with pytest.raises(IndexLockedError, match=rf"process {os.getpid()} \(.*\) since \d{{4}}-"):
            sync(services.store, services.engine, FakeEmbedder(), lock_timeout_seconds=0.1)
    services.close()


def worker_ids(server: ServerProcess) -> set[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return set(map(int, children.split()))


def poller(home: Path, otherwise: int = 0) -> int:
    """The process that polls, once one has signed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            return int(json.loads((home / HOLDER_NAME).read_text())["process"])
        except (OSError, ValueError):
            time.sleep(0.02)
    return otherwise


def owner(home: Path) -> int:
    while True:
        try:
            return int(json.loads((home / "index" / "write.owner").read_text())["process"])
        except (OSError, ValueError):
            time.sleep(0.005)


def state_of(server: ServerProcess, job_id: int) -> str:
    return str(httpx.get(f"{server.address}/api/v1/jobs/{job_id}").json()["state"])


def run_cli(home: Path, *arguments: str, **settings: str) -> None:
    """`hemero`, with the fake model."""
    program = (
        "import sys; from tests.support.fakes import FakeEmbedder; from web.cli.main import main;"
        "from web.cli.commands.shared import Composition;"
        "main(sys.argv[1:], obj=Composition(embedder=FakeEmbedder()))"
    )
    command = [sys.executable, "-c", program, *arguments]
    named = {"HEMERO_HOME": str(home)} | settings
    subprocess.run(command, cwd=ROOT, env=os.environ | named, check=True, timeout=PATIENCE_SECONDS)


def run_index(home: Path) -> None:
    run_cli(home, "index")
