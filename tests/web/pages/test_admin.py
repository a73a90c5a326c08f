"""The page of whoever keeps the archive: figures, what failed, and trying it again."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from archive.intake.jobs import JobSource
from archive.messages import verbatim
from tests.support.feed_site import Site, article_page, item, rss
from tests.support.web import MakeApp
from web.context import get_context
from web.services import Services

API = "/api/v1/admin"
RSS = "application/rss+xml"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def client(make_app: MakeApp, quick_polls: None) -> FlaskClient:
    return make_app(allowed_networks=("127.0.0.0/8",)).test_client()


def read(client: FlaskClient, address: str = "/admin") -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def facts(page: BeautifulSoup) -> dict[str, str]:
    pairs = [tr.select("th, td") for tr in page.select("tbody tr") if len(tr.select("th, td")) == 2]
    return {name.text: value.text for name, value in pairs}


def failing(client: FlaskClient) -> list[str]:
    return [failure["item"] for failure in client.get(API).json["failures"]]


def test_figures_of_archive_and_index(client: FlaskClient) -> None:
    found = client.get(API).json
    assert found["archive"] | {"bytes": 0} == {
        "articles": 3,
        "versions": 3,
        "undated": 1,
        "first_day": "2021-12-03",
        "last_day": "2022-02-01",
        "languages": [{"name": "fr", "articles": 2}, {"name": "en", "articles": 1}],
        "sources": [{"name": "Harbour Post", "articles": 1}, {"name": "Le Fil", "articles": 1}],
        "bytes": 0,
    }
    assert found["index"]["passages"] >= 3
    assert found["archive"]["bytes"] > 10_000
    assert found["index"]["bytes"] > 1_000
    assert (found["index"]["model"], found["index"]["engine"]) == ("fake", "embedded")
    assert found["health"]["ok"]
    shown = facts(read(client))
    assert (shown["Articles"], shown["French"], shown["Le Fil"]) == ("3", "2", "1")
    assert shown["To"] == "February 1, 2022"


def test_a_revised_article_is_another_version(client: FlaskClient) -> None:
    changed = {"text": "Tout a changé.", "title": "Neu", "url": "https://lefil.example/missiles"}
    client.post("/api/v1/articles", json=changed)
    found = client.get(API).json["archive"]
    assert (found["articles"], found["versions"]) == (3, 4)


def test_drift_between_store_and_index_is_told(client: FlaskClient, filled: Services) -> None:
    with filled.store.transaction() as transaction:
        transaction.delete(3)
    assert "1 change waits" in read(client).select_one("#index").find_parent("section").text
    assert not client.get(API).json["health"]["ok"]


def test_a_failed_address_is_tried_again(client: FlaskClient, site: Site) -> None:
    address = f"{site.origin}/late"
    client.post("/add", data={"way": "address", "address": address})
    assert failing(client) == [address]
    again = client.post("/admin/retry", data={"item": address})
    assert again.status_code == 303
    assert failing(client) == [address]  # once, though it failed twice
    site.serve("/late", article_page("Enfin là"))
    retried = client.post("/admin/retry", data={"item": address}, follow_redirects=True)
    assert "1 added" in retried.text
    assert failing(client) == []
    assert "No recent failures" in read(client).text


def test_only_what_failed_is_tried_again(client: FlaskClient, site: Site) -> None:
    jobs = len(client.get("/api/v1/jobs").json["jobs"])
    assert client.post("/admin/retry", data={"item": f"{site.origin}/x"}).location == "/admin"
    assert client.post("/admin/retry", data={"which": "all"}).location == "/admin"
    assert len(client.get("/api/v1/jobs").json["jobs"]) == jobs


def test_all_are_tried_at_once_but_files(client: FlaskClient, site: Site) -> None:
    for name in ("/a", "/b"):
        client.post("/add", data={"way": "address", "address": site.origin + name})
    upload = {"way": "file", "file": (BytesIO(b"\x00\x01\x02" * 50), "bild.bin")}
    client.post("/add", data=upload)
    page = read(client)
    assert len(page.select(".failures li")) == 3
    assert len(page.select(".failures form")) == 2
    assert "Send the file again." in page.text
    for name in ("/a", "/b"):
        site.serve(name, article_page(f"Titre {name}"))
    done = client.post("/admin/retry", data={"which": "all"}, follow_redirects=True)
    assert "2 added" in done.text
    assert failing(client) == ["bild.bin"]


def test_items_of_feeds_and_feeds_that_fail(client: FlaskClient, site: Site) -> None:
    lost = f"{site.origin}/lost"
    feed = site.serve("/feed", rss(item(lost, "Perdu")), RSS)
    client.post("/feeds", data={"address": feed})
    assert failing(client) == [lost]
    found = client.get(API).json
    assert (found["feed_count"], found["feeds"][0]["url"]) == (1, feed)
    assert found["feeds"][0]["outcome"]
    site.serve("/lost", article_page("Retrouvé"))
    client.post("/admin/retry", data={"item": lost})
    assert failing(client) == []


def test_a_failed_job_of_a_feed_is_a_feed_again(
    client: FlaskClient, site: Site, make_app: MakeApp, filled: Services
) -> None:
    feed = site.serve("/feed", rss(item(title="Seul", text="Un texte. " * 30)), RSS)
    services = get_context(client.application).services
    failed = services.jobs.create("feed", [JobSource(feed, "feed")])
    services.jobs.finish(failed.id, "failed", verbatim("process 1 polls the feeds since then"))
    assert failing(client) == ["feed"]
    client.post("/admin/retry", data={"item": "feed"})
    assert client.get(API).json["feed_count"] == 1


def test_names_from_outside_are_escaped(client: FlaskClient) -> None:
    upload = {"way": "file", "file": (BytesIO(b"\x00\x01" * 50), f"{HOSTILE}.bin")}
    client.post("/add", data=upload)
    assert HOSTILE not in client.get("/admin").text


def test_readers_see_nothing_of_it(make_app: MakeApp) -> None:
    reader = make_app(read_only=True).test_client()
    assert reader.get("/admin").status_code == 403
    assert reader.get(API).status_code == 403
    assert "/admin" not in reader.get("/").text
    assert reader.post("/admin/retry", data={"which": "all"}).status_code == 403


def test_no_secret_is_shown(make_app: MakeApp, filled: Services) -> None:
    keeper = make_app(token="very-secret-indeed").test_client()
    home, bearer = str(filled.settings.home), {"Authorization": "Bearer very-secret-indeed"}
    for address in ("/admin", API):
        assert keeper.get(address).status_code == 401
        text = keeper.get(address, headers=bearer).text
        assert "very-secret-indeed" not in text
        assert home not in text
    assert keeper.post("/admin/retry", data={"which": "all"}).status_code == 401
