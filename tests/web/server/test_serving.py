"""The thread that keeps the index up while pages are served."""

import ctypes
import logging
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Thread, current_thread

import httpx
import pytest

from archive.intake.ingest import ingest
from indexer.engines.port import Vectors
from indexer.errors import ModelError
from indexer.ranking.request import SearchQuery
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.support.web import open_app
from web.cli.demo import fill_demo
from web.errors import SettingsError
from web.jobs.indexing import IndexWorker
from web.server.model_threads import pool_models
from web.server.serving import open_socket, run_server
from web.server.waitress_server import Server
from web.services import Services
from web.settings import Settings
from web.upkeep.memory import KERNEL_CACHES, MemoryWorker, bound_memory


@pytest.fixture
def keeper(services: Services) -> Iterator[IndexWorker]:
    made = IndexWorker(services, look_seconds=0.05)
    yield made
    made.stop()


def add(services: Services, title: str) -> None:
    list(ingest([make_item(title, f"Text of {title}.")], services.store))


def test_indexes_what_is_new_when_woken(services: Services) -> None:
    keeper = IndexWorker(services, look_seconds=60)
    keeper.start()
    try:
        add(services, "one")
        keeper.wake()
        wait_until(lambda: services.engine.count() == 1)
    finally:
        keeper.stop()


def test_looks_by_itself(services: Services, keeper: IndexWorker) -> None:
    keeper.start()
    for number, title in enumerate(("one", "two"), start=1):
        add(services, title)
        wait_until(lambda wanted=number: services.engine.count() == wanted)  # type: ignore[misc]


def test_survives_a_failing_model(
    services: Services,
    embedder: FakeEmbedder,
    keeper: IndexWorker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    embedder.failing = True
    add(services, "one")
    with caplog.at_level(logging.ERROR):
        keeper.start()
        wait_until(lambda: bool(caplog.records))
        time.sleep(0.3)
    assert [record.getMessage() for record in caplog.records] == [
        "indexing failed: the model failed: broken on purpose"
    ]
    embedder.failing = False
    wait_until(lambda: services.engine.count() == 1)


def test_stops_and_stops_again(services: Services) -> None:
    keeper = IndexWorker(services)
    keeper.stop()
    started = IndexWorker(services, look_seconds=10 * PATIENCE_SECONDS)
    started.start()
    assert started.stop(PATIENCE_SECONDS), "it slept on"
    assert started.stop()


@pytest.mark.slow
def test_the_sample_archive_fills_once(services: Services) -> None:
    fill_demo(services)
    held = services.store.count()
    fill_demo(services)
    assert services.store.count() == services.engine.count() == held > 10


def test_does_not_serve_strangers_who_could_write(settings: Settings) -> None:
    exposed = Services(Settings(home=settings.home, host="0.0.0.0"), FakeEmbedder())
    with pytest.raises(SettingsError, match="HEMERO_TOKEN"):
        run_server(exposed)


def test_a_port_out_of_range_is_named(settings: Settings) -> None:
    services = Services(Settings(home=settings.home, port=70_000), FakeEmbedder())
    with pytest.raises(SettingsError, match="70000"):
        run_server(services)
    services.close()


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="needs glibc")
def test_memory_that_is_free_is_given_back() -> None:
    library = ctypes.CDLL(None)
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    pieces = [library.malloc(4_000) for _ in range(50_000)]
    for piece in pieces:
        ctypes.memset(piece, 1, 4_000)
    for piece in pieces[:-1]:  # the last one keeps the heap from shrinking
        library.free(piece)
    before = resident_bytes()
    MemoryWorker().take_turn()
    assert before - resident_bytes() > 100_000_000
    library.free(pieces[-1])


def resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_kernels_are_bounded_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KERNEL_CACHES[0], "")  # so that it is as before in the end
    monkeypatch.delenv(KERNEL_CACHES[0])
    monkeypatch.setenv(KERNEL_CACHES[1], "7")
    bound_memory()
    assert int(os.environ[KERNEL_CACHES[0]]) < 1024
    assert os.environ[KERNEL_CACHES[1]] == "7"


def test_what_a_proxy_says_reaches_the_application(filled: Services) -> None:
    """Else whoever comes through a proxy on this machine would be this machine."""
    app = open_app(filled)
    listening = open_socket("127.0.0.1", 0)
    server = Server(app, listening)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    article = {"title": "New", "text": "Something new."}
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    sent = httpx.post(f"{address}/api/v1/articles", json=article, headers=forwarded)
    assert sent.status_code == 403
    assert httpx.post(f"{address}/api/v1/articles", json=article).status_code == 201
    server.stop()
    thread.join()
    server.close(timeout_seconds=5)


class NamingEmbedder(FakeEmbedder):
    """Notes which threads call it."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[str] = set()

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.threads.add(current_thread().name)
        return super().encode_passages(texts)


def test_few_threads_call_the_model_whoever_asks(settings: Settings) -> None:
    """PyTorch keeps memory for every thread that ever called it."""
    embedder = NamingEmbedder()
    services = Services(replace(settings, threads=3), embedder)
    list(ingest([make_item("Accord", "Des missiles à Genève.")], services.store))
    pool_models(services)
    services.index()
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda n: services.search.search(SearchQuery(f"missiles {n}")), range(60)))
    assert embedder.calls > 60
    assert len(embedder.threads) <= 3
    assert services.embedder.name == embedder.name
    embedder.failing = True
    with pytest.raises(ModelError):
        services.embedder.encode_query("missiles")
    services.close()
