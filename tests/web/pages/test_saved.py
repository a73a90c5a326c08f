"""Saved searches through pages, feeds, API and command line."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from tests.support.fakes import make_item
from tests.support.web import MakeApp
from web.actions.saved_checks import check_all
from web.context import get_context

MISSILES = "q=missiles&mode=keyword&language=fr"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def arrive(app: Flask) -> Callable[..., int]:
    """Adds an article, indexes it and checks the searches; its number."""

    def add(title: str, text: str, **fields: str) -> int:
        services = get_context(app).services
        (outcome,) = ingest([make_item(title, text, **fields)], services.store)
        services.index()
        list(check_all(services))
        return int(outcome.id or 0)

    return add


def read(answer) -> BeautifulSoup:  # type: ignore[no-untyped-def]
    return BeautifulSoup(answer.text, "lxml")


def save(client: FlaskClient, **more: str) -> dict:  # type: ignore[type-arg]
    made = client.post("/api/v1/saved", json={"name": "M", "arguments": MISSILES} | more)
    assert made.status_code == 201, made.text
    return dict(made.json or {})


def test_a_search_is_saved_from_its_own_page(client: FlaskClient, arrive) -> None:  # type: ignore[no-untyped-def]
    page = read(client.get(f"/search?{MISSILES}&page=1&sort=newest"))
    form = page.select_one('form[action="/saved"]')
    fields = {each["name"]: each.get("value", "") for each in form.select("input")}
    assert fields["name"] == "missiles"
    listed = read(client.post("/saved", data=fields, follow_redirects=True))
    assert "Nothing new" in listed.main.text
    new = arrive("Essai", "Des missiles en mer.", language="fr")
    arrive("Soupe", "Des carottes.", language="fr")
    arrive("Trial", "Missiles at sea.", language="en")
    listed = read(client.get("/saved"))
    assert "1 new" in listed.main.text
    assert listed.select_one("h2.new")
    matches = read(client.get("/saved/1")).select(".results li")
    assert [each.h2.text for each in matches] == ["Essai", "Missiles : un accord à Genève"]
    assert [each.get("class") for each in matches] == [["new"], None]
    assert matches[0].h2.a["href"].startswith(f"/articles/{new}?v=1")


def test_the_saved_address_searches_again(client: FlaskClient) -> None:
    save(client)
    link = read(client.get("/saved")).find("a", string="Search again")["href"]
    assert parse_qs(urlsplit(link).query) == parse_qs(MISSILES)
    assert "1 article" in client.get(link).text


def test_what_was_seen_is_read_and_what_came_since_stays_new(
    client: FlaskClient, arrive: Callable[..., int]
) -> None:
    save(client)
    arrive("Un", "Des missiles à Paris.", language="fr")
    form = read(client.get("/saved")).select_one('form[action="/saved/1/read"]')
    seq = form.select_one("[name=seq]")["value"]
    arrive("Deux", "Des missiles à Rome.", language="fr")
    listed = read(client.post("/saved/1/read", data={"seq": seq}, follow_redirects=True))
    assert "1 new" in listed.main.text
    assert client.post("/saved/1/read", data={"seq": "x"}).status_code == 303


def test_a_query_by_meaning_alone(client: FlaskClient, arrive: Callable[..., int]) -> None:
    for filler in range(60):
        arrive(f"Sujet {filler}", f"Une chose {filler}, puis une autre.", language="fr")
    save(client, arguments="q=missiles+détruits&mode=semantic")
    number = arrive("Nouveau", "missiles détruits", language="fr")
    found = client.get("/api/v1/saved/1").json["found"]
    assert number in [each["article"]["id"] for each in found]


def test_atom_is_valid_and_its_ids_stay(client: FlaskClient, arrive: Callable[..., int]) -> None:
    save(client)
    number = arrive(
        "<b>Essai</b> & suite", "Des missiles\x0b en mer.", language="fr",
        published="2022-05-01T10:00:00Z",
    )  # fmt: skip
    answer = client.get("/saved/1.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = feedparser.parse(answer.data)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "M"
    assert feed.feed.id
    assert feed.feed.updated
    first = feed.entries[0]
    assert first.title == "<b>Essai</b> & suite"
    assert first.link == f"http://localhost/articles/{number}?v=1"
    assert first.published == "2022-05-01T10:00:00+00:00"
    assert {link.rel for link in feed.feed.links} == {"self", "alternate"}
    assert client.get(feed.feed.links[0].href).data == answer.data
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == 2
    arrive("Autre", "Encore des missiles.", language="fr")
    assert [e.id for e in feedparser.parse(client.get("/saved/1.atom").data).entries][1:] == ids
    tag = client.get("/saved/1.atom").headers["ETag"]
    assert client.get("/saved/1.atom", headers={"If-None-Match": tag}).status_code == 304


def test_json_feed(make_app: MakeApp) -> None:
    settings = {"base_url": "https://archive.example/press", "token": "open-sesame-1234"}
    client = make_app(**settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer open-sesame-1234"
    save(client)
    answer = client.get("/saved/1.json")
    assert answer.mimetype == "application/feed+json"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://archive.example/press/saved/1.json"
    (item,) = feed["items"]
    assert item["url"] == "https://archive.example/press/articles/1?v=1"
    assert item["content_text"].startswith("Les missiles")
    assert item["date_published"] == "2021-12-03T00:00:00Z", "a day begins at midnight"
    assert all(isinstance(value, str) for value in (item["id"], item["title"]))


def test_an_empty_feed_is_valid(client: FlaskClient) -> None:
    save(client, arguments="q=zeppelin&mode=keyword")
    assert not feedparser.parse(client.get("/saved/1.atom").data).bozo


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"arguments": "q="}, "nothing to search for"),
        ({"arguments": ""}, "nothing to search for"),
        ({"arguments": "q=a&after=demain"}, "not a date"),
        ({"arguments": "q=" + "a" * 9_000}, "too long to be saved"),
        ({"arguments": "&".join(["q=a"] * 300)}, "too long to be saved"),
    ],
)
def test_what_cannot_be_saved_says_so(client: FlaskClient, sent: dict, said: str) -> None:  # type: ignore[type-arg]
    answer = client.post("/saved", data=sent)
    assert (answer.status_code, said in read(answer).select_one("[role=alert]").text) == (422, True)
    assert client.post("/api/v1/saved", json=sent).status_code in (400, 422)
    assert client.get("/api/v1/saved").json == {"saved": []}


def test_addresses_through_the_page(client: FlaskClient) -> None:
    save(client)
    data = {"email": "desk@journal.example", "webhook": "https://hook.example/x"}
    page = read(client.post("/saved/1/send", data=data, follow_redirects=True))
    assert page.select_one("[name=email]")["value"] == data["email"]
    assert len(page.code.text) == 64
    bad = client.post("/saved/1/send", data={"email": "a@b.example\nBcc: c@d.example"})
    assert bad.status_code == 422
    assert client.get("/api/v1/saved/1").json["email"] == data["email"]
    client.post("/saved/1/send", data={"email": "", "webhook": ""})
    assert client.get("/api/v1/saved/1").json["webhook"] is None


def test_rename_and_remove_through_the_page(client: FlaskClient) -> None:
    save(client)
    assert client.post("/saved/1/rename", data={"name": " "}).status_code == 422
    page = client.post("/saved/1/rename", data={"name": "<i>Crues</i>"}, follow_redirects=True)
    assert read(page).select_one("#saved-1").text == "<i>Crues</i>"
    assert "No search is saved yet." in client.post("/saved/1/remove", follow_redirects=True).text
    for path in ("/saved/1", "/saved/1.atom", "/saved/1.json", "/api/v1/saved/1"):
        assert client.get(path).status_code == 404


def test_the_api(client: FlaskClient, arrive: Callable[..., int]) -> None:
    made = save(client, webhook="https://hook.example/x")
    assert (made["new"], made["matches"], len(made["secret"])) == (0, 1, 64)
    number = arrive("Essai", "Des missiles en mer.", language="fr")
    (listed,) = client.get("/api/v1/saved").json["saved"]
    assert (listed["new"], listed["matches"]) == (1, 2)
    shown = client.get("/api/v1/saved/1?size=1").json
    (match,) = shown["found"]
    assert (match["article"]["id"], match["new"]) == (number, True)
    changed = client.patch("/api/v1/saved/1", json={"name": "Neuf", "read": shown["seq"]}).json
    assert (changed["name"], changed["new"], changed["webhook"]) == ("Neuf", 0, made["webhook"])
    assert client.patch("/api/v1/saved/1", json={"webhook": None}).json["webhook"] is None
    assert client.patch("/api/v1/saved/1", json={"email": "x", "name": "No"}).status_code == 422
    assert client.get("/api/v1/saved/1").json["name"] == "Neuf"
    assert client.patch("/api/v1/saved/1", data="name=x").status_code == 415
    assert client.patch("/api/v1/saved/9", json={}).status_code == 404
    assert client.delete("/api/v1/saved/1").status_code == 204
    assert client.delete("/api/v1/saved/1").status_code == 404


WRITES = (("POST", "/saved"), ("POST", "/saved/1/remove"), ("POST", "/saved/1/send"),
          ("POST", "/saved/1/rename"), ("POST", "/saved/1/read"), ("POST", "/api/v1/saved"),
          ("PATCH", "/api/v1/saved/1"), ("DELETE", "/api/v1/saved/1"))  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_who_may_not_write_changes_nothing(make_app: MakeApp, method: str, path: str) -> None:
    app = make_app(token="open-sesame-1234")
    client, bearer = app.test_client(), {"Authorization": "Bearer open-sesame-1234"}
    json_body = {"arguments": "q=a", "email": "x@y.example"}
    client.post("/api/v1/saved", json=json_body, headers=bearer)
    before = client.get("/api/v1/saved").json
    body = {"json": {"arguments": "q=a"}} if "/api/" in path else {"data": {"arguments": "q=a"}}
    assert client.open(path, method=method, **body).status_code == 401
    foreign = bearer | {"Origin": "https://evil.example"}
    assert client.open(path, method=method, headers=foreign, **body).status_code == 403
    assert client.get("/api/v1/saved").json == before


def test_addresses_and_secret_are_for_who_may_write(make_app: MakeApp) -> None:
    client = make_app(token="open-sesame-1234").test_client()
    bearer = {"Authorization": "Bearer open-sesame-1234"}
    sent = {"arguments": "q=a", "email": "x@y.example", "webhook": "https://hook.example/key"}
    secret = client.post("/api/v1/saved", json=sent, headers=bearer).json["secret"]
    for path in ("/saved", "/saved/1", "/api/v1/saved", "/api/v1/saved/1", "/saved/1.atom"):
        text = client.get(path).text
        assert secret not in text
        assert "x@y.example" not in text
        assert "hook.example" not in text
    data = {"webhook": sent["webhook"], "token": "open-sesame-1234"}
    assert secret in client.post("/saved/1/send", data=data).text


def test_read_only_shows_no_forms(make_app: MakeApp) -> None:
    client = make_app(read_only=True).test_client()
    for path in ("/saved", f"/search?{MISSILES}"):
        assert 'method="post"' not in client.get(path).text
