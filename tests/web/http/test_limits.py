"""The edges of what is asked: pages past the last, foreign hosts, bodies too large, failures."""

import pytest
from flask.testing import FlaskClient

from web.http import security
from web.http.security import HEADERS
from web.services import Services

API = "/api/v1"


@pytest.mark.parametrize("page", ["2", "999", "99999999999999999999"])
def test_a_page_past_the_last_leads_to_the_last(client: FlaskClient, page: str) -> None:
    for path in ("/search?q=missiles", "/similar?article=1"):
        answer = client.get(f"{path}&page={page}")
        assert (answer.status_code, answer.location) == (302, path)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/articles/{'9' * 5000}", 404),
        (f"/similar?article={'9' * 40}", 404),
        ("/similar?passage=9223372036854775807", 404),
        ("/similar?passage=65599", 400),
        ("/similar?article=1&after=hier", 400),
    ],
)
def test_numbers_beyond_the_archive(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize("host", ["[::1]:8000", "[::1]", "LOCALHOST"])
def test_every_name_of_this_machine_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/static/style.css", f"{API}/nowhere", "/healthz"])
@pytest.mark.parametrize("host", ["evil.example", "[::2]", "127.0.0.1@evil.example", "a b", "["])
def test_a_foreign_host_is_refused_everywhere(client: FlaskClient, path: str, host: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_the_api_takes_only_json(client: FlaskClient, content_type: str | None) -> None:
    answer = client.post(f"{API}/articles", data=b"text=a", content_type=content_type)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_a_body_too_large(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "MAX_UPLOAD_BYTES", 1000)
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post(f"{API}/articles", json={"text": "a" * 2000})
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    page = client.post("/add", data={"text": "a" * 2000}, headers={"Accept-Language": "fr"})
    assert page.status_code == 413
    assert "Trop volumineux" in page.text


def test_a_method_not_taken_names_those_that_are(client: FlaskClient) -> None:
    assert {"GET", "POST"} <= set(client.put(f"{API}/articles").headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/search?q=missiles", f"{API}/search?q=missiles"])
def test_an_unforeseen_failure_tells_nothing_of_the_inside(
    filled: Services, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled.store, "get_many", _fail)
    answer = client.get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_failing_store_still_gets_a_page(filled: Services, client: FlaskClient) -> None:
    filled.store.close()
    for file in filled.settings.home.glob("archive.sqlite*"):
        file.write_bytes(b"no database at all" * 1000)
    answer = client.get("/articles/1")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text


def test_the_archive_is_counted_again_only_when_it_changed(
    filled: Services, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    summarize = filled.store.summarize
    monkeypatch.setattr(filled.store, "summarize", lambda: (counted.append(1), summarize())[1])
    for _ in range(3):
        client.get("/")
    assert len(counted) == 1
    client.post("/articles/1/delete")
    assert "2 articles" in client.get("/").text
    assert len(counted) == 2


def test_the_openapi_document_names_the_media_type_of_errors(client: FlaskClient) -> None:
    document = client.get(f"{API}/openapi.json").json
    for answer in document["components"]["responses"].values():  # type: ignore[index]
        assert list(answer["content"]) == ["application/problem+json"]


def test_answers_have_the_documented_fields(client: FlaskClient) -> None:
    schemas = client.get(f"{API}/openapi.json").json["components"]["schemas"]  # type: ignore[index]
    page = client.get(f"{API}/search?q=missiles&explain=true&facets=true").json
    for name, record in (
        ("ResultPage", page),
        ("Result", page["results"][0]),  # type: ignore[index]
        ("Explanation", page["results"][0]["explanation"]),  # type: ignore[index]
        ("HistogramRecord", page["histogram"]),  # type: ignore[index]
        ("ArticleRecord", client.get(f"{API}/articles/1").json),
        ("ArticleList", client.get(f"{API}/articles").json),
        ("HealthRecord", client.get(f"{API}/health").json),
    ):
        assert set(record) == set(schemas[name]["properties"])  # type: ignore[arg-type]


def _fail(_: object) -> None:
    raise RuntimeError("secret")
