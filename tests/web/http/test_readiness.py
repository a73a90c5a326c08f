"""Whether the server can answer, as whoever watches it is told."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from indexer.models.embedding import SentenceTransformerEmbedder
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.web import MakeApp
from web.app import build_app
from web.context import get_context
from web.errors import SettingsError
from web.services import Services
from web.settings import Settings, load_settings


def add(services: Services, title: str) -> None:
    list(ingest([make_item(title, f"Text of {title}.")], services.store))


def move_changes(services: Services, seconds: int) -> None:
    """Let every change have been made so much earlier."""
    with sqlite3.connect(services.settings.store_path) as connection:
        for table in ("change", "clock"):
            connection.execute(f"UPDATE {table} SET seq = seq - ?", (seconds * 1000,))
    connection.close()


def client_of(services: Services) -> FlaskClient:
    return build_app(services, on_change=lambda: None).test_client()


def ask(client: FlaskClient) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    return answer.status_code, answer.json


def test_a_server_whose_index_is_up_is_ready(filled: Services, embedder: FakeEmbedder) -> None:
    filled.embedder.encode_query("missiles")
    calls = embedder.calls
    status, told = ask(client_of(filled))
    assert status == 200
    assert told == {
        "ready": True, "missing": [], "indexed": 3, "waiting": 0, "lag_seconds": 0.0,
        "model_loaded": True,
    }  # fmt: skip
    assert embedder.calls == calls, "no model is called"


def test_an_empty_archive_is_ready(services: Services) -> None:
    assert ask(client_of(services))[0] == 200


def test_articles_without_an_index_are_not_ready(services: Services) -> None:
    add(services, "one")
    status, told = ask(client_of(services))
    assert (status, told["waiting"]) == (503, 1)
    (missing,) = told["missing"]
    assert missing.startswith("the index holds nothing yet")


def test_an_index_of_another_model_is_not_ready(filled: Services, embedder: FakeEmbedder) -> None:
    embedder.name = "another"
    status, told = ask(client_of(filled))
    assert status == 503
    (missing,) = told["missing"]
    assert "hemero index --rebuild" in missing


@pytest.mark.parametrize(
    ("setting", "age", "status"), [(600, 500, 200), (600, 700, 503), (0, 10**6, 200)]
)
def test_changes_may_wait_for_so_long(
    make_app: MakeApp, setting: int, age: int, status: int
) -> None:
    client = make_app(ready_lag_seconds=setting).test_client()
    services = get_context(client.application).services
    move_changes(services, 10**8)
    services.index(rebuild=True)
    add(services, "late")
    move_changes(services, age)
    found, told = ask(client)
    assert (found, told["waiting"]) == (status, 1)
    assert told["lag_seconds"] == pytest.approx(age, abs=30)
    assert bool(told["missing"]) == (status == 503)


def test_a_damaged_index_is_not_ready_and_names_no_path(filled: Services, tmp_path: Path) -> None:
    filled.engine.close()
    (filled.settings.index_folder / "manifest.json").write_text("{")
    status, told = ask(client_of(filled))
    assert status == 503
    assert told["missing"] == ["the index cannot be opened; see: hemero doctor"]
    assert str(tmp_path) not in str(told)


def test_a_damaged_store_is_not_ready_and_names_no_path(filled: Services, tmp_path: Path) -> None:
    filled.store.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{filled.settings.store_path}{suffix}").unlink(missing_ok=True)
    filled.settings.store_path.write_bytes(b"no database " * 1000)
    status, told = ask(client_of(filled))
    assert status == 503
    assert told["missing"] == ["the store does not answer; see: hemero doctor"]
    assert told["indexed"] is None
    assert str(tmp_path) not in str(told)


def test_a_model_that_waits_for_its_first_use_is_told(settings: Settings) -> None:
    services = Services(settings, SentenceTransformerEmbedder("bundled", settings.cache))
    status, told = ask(client_of(services))
    assert (status, told["model_loaded"]) == (200, False)
    services.close()


def test_being_up_is_asked_apart(filled: Services, embedder: FakeEmbedder) -> None:
    embedder.name = "another"
    assert client_of(filled).get("/healthz").status_code == 200


@pytest.mark.parametrize("name", ["READY_LAG_SECONDS", "SLOW_QUERY_MS"])
@pytest.mark.parametrize("value", ["-1", "soon", ""])
def test_times_that_are_none_are_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings({f"HEMERO_{name}": value})
