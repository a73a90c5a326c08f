"""/suggest in the form browsers know, the box it fills, and "did you mean" on the page."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive.intake.ingest import ingest
from tests.support.fakes import make_item
from tests.support.web import open_app
from web.services import Services

FRENCH = {"Accept-Language": "fr"}


def ask(client: FlaskClient, q: str, **options: Any) -> TestResponse:
    return client.get("/suggest", query_string={"q": q}, **options)


def test_titles_lead_to_their_articles(client: FlaskClient) -> None:
    answer = ask(client, "missi")
    assert (answer.status_code, answer.mimetype) == (200, "application/x-suggestions+json")
    typed, texts, descriptions, urls = json.loads(answer.data)
    assert (typed, texts, urls) == ("missi", ["Missiles : un accord à Genève"], ["/articles/1"])
    assert descriptions == ["Le Fil, December 3, 2021"]
    assert client.get(urls[0]).status_code == 200


def test_names_lead_to_a_search_for_what_bears_them(client: FlaskClient) -> None:
    _, texts, descriptions, urls = json.loads(ask(client, "vass").data)
    assert (texts, descriptions) == (["Hélène Vasseur"], ["Author, 1 article"])
    found = client.get(urls[0]).text
    assert "Missiles : un accord à Genève" in found
    assert "Drones over the harbour" not in found
    _, _, descriptions, urls = json.loads(ask(client, "harbour po").data)
    assert descriptions == ["Source, 1 article"]
    assert "Drones over the harbour" in client.get(urls[0]).text


def test_names_with_signs_still_lead_there(filled: Services) -> None:
    odd = make_item("Un titre", "Un texte.", authors=('Jo "Le & Vif" <b>Roy</b> -(x',))
    list(ingest([odd], filled.store))
    filled.index()
    client = open_app(filled).test_client()
    _, texts, _, urls = json.loads(ask(client, "vif").data)
    assert texts == ['Jo "Le & Vif" <b>Roy</b> -(x']
    assert "Un titre" in client.get(urls[0]).text


def test_the_answer_may_be_kept_for_a_minute_by_one_reader(client: FlaskClient) -> None:
    headers = ask(client, "missi").headers
    assert set(headers["Cache-Control"].split(", ")) == {"private", "max-age=60"}
    assert {"Accept-Language", "Cookie"} <= set(headers["Vary"].split(", "))
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_descriptions_are_in_the_readers_language(client: FlaskClient) -> None:
    _, _, descriptions, _ = json.loads(ask(client, "missi", headers=FRENCH).data)
    assert descriptions == ["Le Fil, 3 décembre 2021"]


@pytest.mark.parametrize(
    "q", ["", "m", "<script>alert(1)</script>", '"]', "\ud800x", "é" * 1_000, "\0\0\0", "title:*"]
)
def test_any_input_is_answered_in_the_same_form(client: FlaskClient, q: str) -> None:
    answer = ask(client, q.encode("utf-8", "surrogatepass").decode("latin-1"))
    typed, *lists = json.loads(answer.data)
    assert answer.status_code == 200
    assert len(typed) <= 101
    assert lists == [[], [], []]


def test_head_and_no_query_are_fine_and_nothing_is_encoded(
    client: FlaskClient, filled: Services
) -> None:
    before = filled.embedder.calls  # type: ignore[attr-defined]
    assert client.head("/suggest?q=missi").status_code == 200
    assert json.loads(client.get("/suggest").data) == ["", [], [], []]
    assert client.post("/suggest").status_code == 405
    assert filled.embedder.calls == before  # type: ignore[attr-defined]


def test_the_box_names_its_suggestions_and_stays_plain_without_scripts(
    client: FlaskClient,
) -> None:
    page = client.get("/").text
    assert 'data-suggest="/suggest" data-suggestions="Suggestions"' in page
    assert "combobox" not in page
    with client.get("/static/suggest.js") as script:
        assert len(script.data) < 5_000
        assert b".style" not in script.data
        assert b"innerHTML" not in script.data


def test_a_slip_is_offered_put_right_under_the_same_filters(client: FlaskClient) -> None:
    page = client.get("/search?q=misisles&mode=keyword&language=fr").text
    assert "Did you mean" in page
    assert 'href="/search?q=missiles&amp;mode=keyword&amp;language=fr"' in page
    assert "<bdi>missiles</bdi></a>" in page
    assert "Did you mean" not in client.get("/search?q=missiles").text


def test_what_was_typed_stays_escaped(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "misisles <b>x</b>"}).text
    assert "<bdi>missiles &lt;b&gt;x&lt;/b&gt;</bdi>" in page
    assert "<b>x</b>" not in page


def test_the_api_says_it_too(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=misisles").get_json()
    assert found["did_you_mean"] == "missiles"
    assert client.get("/api/v1/search?q=missiles").get_json()["did_you_mean"] is None
