"""The JSON API: its shapes, and one shape for every error."""

import pytest
from flask.testing import FlaskClient

HEADING = {
    "id": 1,
    "title": "Missiles : un accord à Genève",
    "source": "Le Fil",
    "published": "2021-12-03",
    "language": "fr",
    "url": "https://lefil.example/missiles",
}
HUGE = "9" * 30


def test_search(client: FlaskClient) -> None:
    page = client.get("/api/v1/search", query_string={"q": "missiles genève"}).json
    names = ["results", "total", "listed", "with_all_words", "with_some_words",
             "page", "page_size", "notices", "facets", "histogram"]  # fmt: skip
    assert list(page) == [*names, "did_you_mean"]
    result = page["results"][0]
    assert list(result) == [
        "article",
        "match",
        "score",
        "keyword",
        "semantic",
        "passages",
        "copies",
    ]
    assert result["article"] == HEADING
    assert list(result["article"]) == list(HEADING), "in this order"
    assert list(result["keyword"]) == ["rank", "score", "share", "held"]
    assert list(result["semantic"]) == ["rank", "cosine", "deviations"]
    text = client.get("/api/v1/articles/1").json["text"]
    for passage in result["passages"]:
        assert list(passage) == ["id", "text", "start", "end", "cosine", "marks", "sentence"]
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_order_and_facets(client: FlaskClient) -> None:
    page = client.get("/api/v1/search?q=missiles&sort=oldest&facets=true&page_size=1").json
    assert page["results"][0]["article"]["id"] == 1
    counted = sum(value["articles"] for value in page["facets"]["languages"])
    assert counted == page["total"]
    assert {"value": "2022-02", "articles": 1} in page["facets"]["months"]
    assert client.get("/api/v1/search?q=missiles&sort=best").status_code == 422
    assert client.get("/api/v1/search?q=missiles&per_outlet=0").status_code == 422


@pytest.mark.parametrize(("mode", "silent"), [("keyword", "semantic"), ("semantic", "keyword")])
def test_a_list_not_asked_is_null(client: FlaskClient, mode: str, silent: str) -> None:
    page = client.get(f"/api/v1/search?q=missiles&mode={mode}").json
    assert all(result[silent] is None for result in page["results"])


def test_similar(client: FlaskClient) -> None:
    passage = client.get("/api/v1/search?q=genève").json["results"][0]["passages"][0]["id"]
    for query in ("article=1", f"passage={passage}"):
        ids = [r["article"]["id"] for r in client.get(f"/api/v1/similar?{query}").json["results"]]
        assert ids
        assert 1 not in ids
    by_text = {"text": "drones over the harbour"}
    for answer in (
        client.get("/api/v1/similar", query_string=by_text),
        client.post("/api/v1/similar", json=by_text),
    ):
        assert answer.json["results"][0]["article"]["id"] == 2
        assert answer.json["results"][0]["semantic"]["rank"] == 1


def test_articles(client: FlaskClient) -> None:
    page = client.get("/api/v1/articles?language=fr&page_size=1&page=2").json
    assert page == {"articles": [HEADING], "total": 2, "page": 2, "page_size": 1}
    article = client.get("/api/v1/articles/1").json
    assert article.pop("added").endswith("Z")
    assert article == HEADING | {
        "version": 1,
        "authors": ["Hélène Vasseur"],
        "section": None,
        "modified": None,
        "paywalled": None,
        "text": "Les missiles à moyenne portée seront détruits.\n\n"
        "Des inspecteurs iront sur place.",
        "copies": [],
    }


def test_add_and_delete(client: FlaskClient) -> None:
    fields = {"title": "Zeppelin", "text": "Ein Zeppelin über dem See."}
    added = client.post("/api/v1/articles", json=fields)
    assert added.status_code == 201
    assert added.json == {"item": "Zeppelin", "outcome": "added", "id": 4, "reason": None}
    assert client.post("/api/v1/articles", json=fields).status_code == 200
    refused = client.post("/api/v1/articles", json={"title": "Nothing"})
    assert (refused.status_code, refused.json["outcome"]) == (422, "rejected")
    assert client.delete("/api/v1/articles/4").status_code == 204
    assert client.get("/api/v1/articles/4").status_code == 404


@pytest.mark.parametrize(
    "authors", [["Dupont, Jean"], ["Dupont, Jean", "Exemple, Anne"], ["Eva Mar"], []]
)
def test_an_author_may_be_named_family_name_first(client: FlaskClient, authors: list[str]) -> None:
    added = client.post("/api/v1/articles", json={"text": "Un zeppelin.", "authors": authors})
    assert client.get(f"/api/v1/articles/{added.json['id']}").json["authors"] == authors


def test_health(client: FlaskClient) -> None:
    expected = {"ok": True, "articles": 3, "indexed": 3, "waiting": 0, "problems": []}
    assert client.get("/api/v1/health").json == expected


def test_openapi(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/api/v1/search", "/api/v1/similar", "/api/v1/articles", "/api/v1/articles/{article_id}",
        "/api/v1/health", "/api/v1/jobs", "/api/v1/jobs/addresses", "/api/v1/jobs/{job_id}",
        "/api/v1/feeds", "/api/v1/saved", "/api/v1/saved/{saved_id}",
        "/api/v1/feeds/{feed_id}", "/api/v1/admin", "/api/v1/timeline",
        "/api/v1/collections", "/api/v1/collections/{collection_id}", "/api/v1/tags",
        "/api/v1/collections/{collection_id}/articles", "/api/v1/articles/{article_id}/tags",
        "/api/v1/articles/{article_id}/versions", "/api/v1/articles/{article_id}/diff",
        "/api/v1/articles/{article_id}/versions/{number}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nowhere", 404),
        ("GET", "articles/99", 404),
        ("DELETE", "articles/99", 404),
        ("GET", f"articles/{HUGE}", 404),
        ("GET", "articles/-1", 404),
        ("GET", "similar?article=99", 404),
        ("PUT", "search", 405),
        ("POST", "search", 405),
        ("GET", "search", 422),
        ("GET", f"search?q=a&page={HUGE}", 422),
        ("GET", "search?q=a&page=0", 422),
        ("GET", "search?q=a&page_size=101", 422),
        ("GET", "search?q=a&mode=other", 422),
        ("GET", f"similar?passage={HUGE}", 422),
        ("GET", f"similar?article={HUGE}", 422),
        ("GET", f"articles?page={HUGE}", 422),
        ("GET", "search?q=...", 400),
        ("GET", "search?q=a&after=soon", 400),
        ("GET", "similar", 400),
        ("GET", "similar?text=", 400),
    ],
)
def test_errors(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(f"/api/v1/{path}", method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert list(answer.json) == ["type", "title", "status", "detail", "code"]
    assert answer.json["detail"]


def test_malformed_json(client: FlaskClient) -> None:
    answer = client.post("/api/v1/articles", data="{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_the_last_of_many_pages_is_empty(client: FlaskClient) -> None:
    assert client.get("/api/v1/search?q=missiles&page=1000000").json["results"] == []
