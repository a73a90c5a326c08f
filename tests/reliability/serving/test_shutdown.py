"""A server told to stop answers what it has begun, hands back its work and ends well."""

import signal
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from archive.intake.ingest import ingest
from tests.reliability.serving.server import (
    SLOW,
    STUCK,
    ServerProcess,
    gunicorn,
    served,
)
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from web.services import Services
from web.settings import Settings

ITEMS = 600


@pytest.fixture
def home(tmp_path: Path) -> Path:
    services = Services(Settings(home=tmp_path / "home"), FakeEmbedder())
    list(ingest([make_item("Pont", "Le pont de la Sarvelle rouvre.")], services.store))
    services.index()
    services.close()
    return tmp_path / "home"


def ask_slowly(
    server: ServerProcess, pool: ThreadPoolExecutor, how: str = SLOW
) -> Future[httpx.Response]:
    """A request that is under way when this returns."""
    asked = pool.submit(server.client.get, "/api/v1/search", params={"q": f"pont {how}"})
    wait_until(lambda: "hemero_requests_working 1.0" in httpx.get(f"{server.address}/metrics").text)
    return asked


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_whole(home: Path, sent: signal.Signals) -> None:
    with served(home) as server, ThreadPoolExecutor() as pool:
        kept = httpx.Client(base_url=server.address)
        assert kept.get("/readyz").status_code == 200
        asked = ask_slowly(server, pool)
        server.process.send_signal(sent)
        wait_until(lambda: refuses_connections(server))
        ready = kept.get("/readyz")
        assert (ready.status_code, "stopping" in ready.text) == (503, True)
        assert kept.get("/search?q=pont").status_code == 503
        answer = asked.result()
        assert answer.status_code == 200
        assert answer.json()["results"]
        assert server.process.wait(PATIENCE_SECONDS) == 0
        kept.close()


def refuses_connections(server: ServerProcess) -> bool:
    try:
        httpx.get(f"{server.address}/healthz")
    except httpx.ConnectError:
        return True
    return False


def test_a_second_signal_ends_it_at_once(home: Path) -> None:
    with served(home) as server, ThreadPoolExecutor() as pool:
        asked = ask_slowly(server, pool, STUCK)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses_connections(server))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == -signal.SIGTERM
        assert isinstance(asked.exception(), httpx.TransportError)


def test_idle_it_ends_and_leaves_nothing_behind(home: Path) -> None:
    with served(home) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0
        assert server.complaints() == []


@pytest.mark.slow
def test_a_job_under_way_goes_on_at_the_next_start(home: Path) -> None:
    lines = "".join(
        f'{{"title": "N{n}", "text": "Texte {n} de la dépêche."}}\n' for n in range(ITEMS)
    )
    with served(home) as server:
        files = {"file": ("depeches.jsonl", lines.encode())}
        job = server.client.post("/api/v1/jobs", files=files).json()
        wait_until(lambda: job_record(server, job["id"])["done"] > 0)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0
    services = Services(Settings(home=home), FakeEmbedder())
    left = services.jobs.get(job["id"])
    held = services.store.count()
    services.close()
    assert not left.is_finished, "make the job longer"
    assert held == 1 + left.done
    with served(home) as server:
        wait_until(lambda: job_record(server, job["id"])["state"] == "done")
        assert job_record(server, job["id"])["done"] == ITEMS
        wait_until(lambda: server.client.get("/api/v1/health").json()["indexed"] == ITEMS + 1)


def job_record(server: ServerProcess, number: int) -> dict[str, object]:
    return dict(server.client.get(f"/api/v1/jobs/{number}").json())


def test_gunicorn_answers_what_it_has_begun(home: Path) -> None:
    with gunicorn(home, workers=1) as server, ThreadPoolExecutor() as pool:
        asked = ask_slowly(server, pool)
        server.process.send_signal(signal.SIGTERM)
        assert asked.result().status_code == 200
        assert server.process.wait(PATIENCE_SECONDS) == 0
