"""The server's figures: what moves them, who may read them, what never stands in them."""

import io
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from archive.feeds.store import FeedStore
from archive.intake.ingest import ingest
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.web import MakeApp
from web.context import get_context
from web.services import Services

FAR = {"REMOTE_ADDR": "192.168.1.2"}


def read(client: FlaskClient) -> dict[str, float]:
    """Every sample, by its name and labels in order: `name outcome=found mode=hybrid`."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return {
        " ".join(
            [sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))]
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("path", "figure"),
    [
        ("/search?q=missiles", "hemero_searches_total mode=hybrid outcome=found"),
        ("/search?q=missiles&mode=keyword", "hemero_searches_total mode=keyword outcome=found"),
        ("/search.atom?q=missiles", "hemero_searches_total mode=hybrid outcome=found"),
        ("/search?q=xyzzy&mode=keyword", "hemero_searches_total mode=keyword outcome=nothing"),
        ("/search?q=%22", "hemero_searches_total mode=hybrid outcome=refused"),
        ("/api/v1/search?q=missiles&mode=semantic",
         "hemero_searches_total mode=semantic outcome=found"),
        ("/similar?article=1", "hemero_similar_total mode=hybrid outcome=found"),
        ("/suggest?q=miss", "hemero_suggestions_total"),
        ("/articles/99", "hemero_http_requests_total endpoint=pages.article method=GET status=4xx"),
        ("/nowhere", "hemero_http_requests_total endpoint=none method=GET status=4xx"),
    ],
)  # fmt: skip
def test_each_request_moves_its_figure_by_one(client: FlaskClient, path: str, figure: str) -> None:
    before = read(client)
    client.get(path).close()
    after = read(client)
    assert after[figure] == before.get(figure, 0) + 1


def test_latencies_are_counted_by_mode_and_endpoint(client: FlaskClient) -> None:
    client.get("/search?q=missiles")
    found = read(client)
    assert found["hemero_search_seconds_count mode=hybrid"] == 1
    assert 0 < found["hemero_search_seconds_sum mode=hybrid"] < 60
    assert found["hemero_http_request_seconds_count endpoint=pages.search"] == 1
    assert found["hemero_http_request_seconds_bucket endpoint=pages.search le=+Inf"] == 1


def test_a_search_that_cannot_be_answered(client: FlaskClient) -> None:
    services = get_context(client.application).services
    services.embedder.name = "another"
    assert client.get("/search?q=missiles").status_code == 503
    found = read(client)
    assert found["hemero_searches_total mode=hybrid outcome=unavailable"] == 1
    assert found["hemero_errors_total endpoint=pages.search"] == 1


def test_not_being_ready_is_no_error(client: FlaskClient) -> None:
    get_context(client.application).services.embedder.name = "another"
    assert client.get("/readyz").status_code == 503
    found = read(client)
    assert found["hemero_http_requests_total endpoint=observing.readyz method=GET status=5xx"] == 1
    assert "hemero_errors_total endpoint=observing.readyz" not in found


def test_articles_by_outcome(client: FlaskClient) -> None:
    for text in ("Something new.", "Something new.", ""):
        client.post("/api/v1/articles", json={"text": text, "title": "New"})
    found = read(client)
    outcomes = {k: v for k, v in found.items() if k.startswith("hemero_articles_sent_total")}
    assert outcomes["hemero_articles_sent_total outcome=added"] == 1
    assert sum(outcomes.values()) == 3
    assert (found["hemero_articles"], found["hemero_indexed_articles"]) == (4, 4)


def test_items_of_jobs_are_counted_once(client: FlaskClient) -> None:
    for number in (1, 2):
        sent = (io.BytesIO(b"Title\n\nText number %d." % number), f"{number}.txt")
        answer = client.post("/api/v1/jobs", data={"file": sent})
        assert answer.status_code == 202
        for _ in range(2):
            found = read(client)
            assert found["hemero_job_items_total outcome=added"] == number
    assert found["hemero_jobs state=done"] == 2
    assert found["hemero_jobs state=failed"] == 0


def test_changes_that_wait_for_the_index(services: Services, client: FlaskClient) -> None:
    assert read(client)["hemero_waiting_changes"] == 0
    list(ingest([make_item("late", "A late text.")], services.store))
    with sqlite3.connect(services.settings.store_path) as connection:
        connection.execute("UPDATE change SET seq = seq + 3600000")
    connection.close()
    found = read(client)
    assert found["hemero_waiting_changes"] == 4
    assert found["hemero_index_lag_seconds"] == 0, "a clock set back is no lag below nothing"
    assert (found["hemero_articles"], found["hemero_indexed_articles"]) == (4, 3)


def test_the_oldest_change_tells_the_lag(filled: Services, make_app: MakeApp) -> None:
    filled.engine.clear()
    with sqlite3.connect(filled.settings.store_path) as connection:
        connection.execute(
            "UPDATE change SET seq = ? + article_id", (int(time.time() - 100) * 1000,)
        )
    connection.close()
    found = read(make_app().test_client())
    assert found["hemero_index_lag_seconds"] == pytest.approx(100, abs=30)
    assert found["hemero_indexed_passages"] == 0


def test_feeds_by_state(services: Services, client: FlaskClient) -> None:
    moment = datetime(2022, 1, 1, tzinfo=UTC)
    FeedStore(services.store.database).add("https://lefil.example/feed", moment)
    found = read(client)
    assert found["hemero_feeds state=active"] == 1
    assert found["hemero_feeds state=dead"] == 0


def test_saved_searches(client: FlaskClient) -> None:
    client.post("/api/v1/saved", json={"arguments": "q=missiles"})
    found = read(client)
    assert found["hemero_saved_searches state=well"] == 1
    assert found["hemero_saved_searches state=failing"] == 0


def test_an_application_has_figures_of_its_own(make_app: MakeApp) -> None:
    one, other = make_app().test_client(), make_app().test_client()
    one.get("/search?q=missiles")
    assert "hemero_searches_total mode=hybrid outcome=found" in read(one)
    assert "hemero_searches_total mode=hybrid outcome=found" not in read(other)


def test_a_damaged_index_leaves_the_other_figures(services: Services, client: FlaskClient) -> None:
    services.engine.close()
    (services.settings.index_folder / "manifest.json").write_text("{")
    found = read(client)
    assert (found["hemero_index_up"], found["hemero_store_up"]) == (0, 1)
    assert found["hemero_articles"] == 3
    assert "hemero_indexed_articles" not in found


def test_a_damaged_store_is_told_as_down(services: Services, client: FlaskClient) -> None:
    services.store.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{services.settings.store_path}{suffix}").unlink(missing_ok=True)
    services.settings.store_path.write_bytes(b"no database " * 1000)
    assert read(client)["hemero_store_up"] == 0


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_only_this_machine_reads_them(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics").status_code == 200
    for refused in (
        client.get("/metrics", environ_base=FAR),
        client.get("/metrics", headers={header: "127.0.0.1"}),
        client.get("/metrics", environ_base=FAR, headers={"Authorization": "Bearer "}),
    ):
        assert refused.status_code == 403
        assert "hemero_" not in refused.text
        assert refused.mimetype == "text/plain"


def test_the_token_reads_them_from_anywhere(make_app: MakeApp) -> None:
    client = make_app(token="open-sesame-1234").test_client()
    answers = [
        client.get("/metrics", environ_base=FAR, headers={"Authorization": given}).status_code
        for given in ("Bearer open-sesame-1234", "Bearer wrong", "Basic x", "")
    ]
    assert answers == [200, 403, 403, 403]
    assert client.get("/metrics").status_code == 200


def test_nothing_that_was_asked_or_sent_stands_in_them(make_app: MakeApp) -> None:
    client = make_app(token="open-sesame-1234").test_client()
    client.get("/search?q=zebrafish&source=quagga&mode=okapi")
    client.get("/zebrafish")
    client.open("/search?q=a", method="ZEBRAFISH")
    client.get("/similar?text=zebrafish", headers={"X-Request-ID": "quagga"})
    client.post(
        "/api/v1/articles",
        json={"text": "A zebrafish.", "title": "quagga", "source": "okapi"},
        headers={"Authorization": "Bearer open-sesame-1234"},
        environ_base=FAR,
    )
    text = client.get("/metrics").text
    assert 'hemero_articles_sent_total{outcome="added"} 1.0' in text
    for word in (
        "zebrafish",
        "ZEBRAFISH",
        "quagga",
        "okapi",
        "open-sesame-1234",
        "192.168",
        "Missiles",
    ):
        assert word not in text


def test_a_scrape_calls_no_model(client: FlaskClient, embedder: FakeEmbedder) -> None:
    calls = embedder.calls
    read(client)
    assert embedder.calls == calls
