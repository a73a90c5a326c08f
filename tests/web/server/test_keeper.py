"""The index keeper in the middle of work: stopped, or kept out by another process."""

import threading
import time
from collections.abc import Sequence

import pytest

from archive.intake.ingest import ingest
from indexer.engines.port import Vectors
from indexer.lease import hold_lease
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from web.jobs.indexing import IndexWorker
from web.services import Services


def test_it_leaves_a_long_run_between_two_batches(
    services: Services, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [make_item(f"T{n}", f"Un hippopotame numéro {n}.") for n in range(600)]
    list(ingest(items, services.store))
    begun, encode = threading.Event(), embedder.encode_passages

    def encode_slowly(texts: Sequence[str]) -> Vectors:
        begun.set()
        time.sleep(0.1)
        return encode(texts)

    monkeypatch.setattr(embedder, "encode_passages", encode_slowly)
    keeper = IndexWorker(services)
    keeper.start()
    assert begun.wait(PATIENCE_SECONDS)
    keeper.stop()
    assert services.store.count_changes_after(services.engine.checkpoint())
    services.index()
    assert services.engine.count() == 600


def test_it_waits_while_another_process_indexes(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = IndexWorker(services, look_seconds=0.05)
    with hold_lease(services.settings.home, 5):
        list(ingest([make_item("Nouveau", "Un hippopotame.")], services.store))
        keeper.start()
        time.sleep(0.2)
        assert services.engine.count() == 0
    wait_until(lambda: services.engine.count() == 1)
    keeper.stop()
    assert "failed" not in caplog.text
