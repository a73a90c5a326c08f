"""Collections and tags through pages, API and command line."""

import csv
import io
import json
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from tests.support.web import MakeApp
from web.cli.commands.collecting import FORMS
from web.exports.collection_export import EXPORTS

API = "/api/v1"
HOSTILE = ("a\x00b", "\u202egnp.exe", "\ud800", "x" * 10_000, "", " ", "\u200b")
MARKUP = "<script>alert(1)</script> & \"quoted\" 'so'"


def read(answer: Any) -> Tag:
    main = BeautifulSoup(answer.text, "lxml").main
    assert main is not None
    return main


def collect(client: FlaskClient, **fields: Any) -> Any:
    return client.post("/collections/add", data=fields)


def download(client: FlaskClient, path: str) -> str:
    with client.get(path) as answer:
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def dossier(client: FlaskClient) -> int:
    """A collection of the articles 2 and 1, in this order."""
    made = client.post(f"{API}/collections", json={"name": "Dossier", "note": "for May"})
    assert made.status_code == 201
    key = int(made.json["id"])
    client.post(f"{API}/collections/{key}/articles", json={"articles": [2, 1], "note": "read"})
    return key


def test_results_are_collected_and_tagged_at_once(client: FlaskClient) -> None:
    page = read(client.get("/search?q=missiles"))
    boxes = page.select("input[name=article][form=collecting]")
    assert {box["value"] for box in boxes} >= {"1", "2"}
    form = page.select_one("form#collecting")
    assert form is not None
    assert form["action"] == "/collections/add"
    answer = collect(client, article=["1", "2"], new_collection="Missiles", tag="climat, à lire,")
    assert (answer.status_code, answer.location) == (303, "/collections/1")
    headings = [each.text for each in read(client.get("/collections/1")).select("ol h2")]
    assert headings == ["Missiles : un accord à Genève", "Drones over the harbour"]
    assert client.get(f"{API}/articles/2/tags").json == {"id": 2, "tags": ["climat", "à lire"]}
    tags = read(client.get("/search?q=missiles")).select(".results a[rel=tag]")
    assert [tag.text for tag in tags[:2]] == ["climat", "à lire"]
    found = read(client.get(str(tags[0]["href"]))).select(".results li > article")
    assert len(found) == 2


def test_a_form_brings_the_reader_back(client: FlaskClient, dossier: int) -> None:
    back = "/search?q=missiles&page=2"
    assert collect(client, article="1", tag="a", back=back).location == back
    sent = {"article": "3", "collection": str(dossier), "back": "/articles/3", "stay": "1"}
    assert collect(client, **sent).location == "/articles/3"
    assert "Dossier" in read(client.get("/articles/3")).select_one("aside").text  # type: ignore[union-attr]
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil"):
        assert collect(client, article="1", tag="a", back=elsewhere).location == "/"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tag": "a"}, "no article was chosen"),
        ({"article": "x", "tag": "a"}, "no article was chosen"),
        ({"article": "1"}, "neither a collection nor a tag"),
        ({"article": "1", "tag": " , "}, "neither a collection nor a tag"),
        ({"article": "1", "tag": "x" * 61}, "over 60 characters"),
        ({"article": "1", "new_collection": "x" * 201}, "over 200 characters"),
        ({"article": "1", "new_collection": "dossier"}, "choose another name"),
        ({"article": "1", "collection": "77"}, "no collection"),
    ],
)
def test_what_cannot_be_collected_says_why(
    client: FlaskClient, dossier: int, fields: dict[str, str], said: str
) -> None:
    answer = collect(client, **fields)
    assert answer.status_code in (404, 422)
    assert said in read(answer).text
    assert client.get(f"{API}/tags").json == {"tags": []}


def test_a_collection_is_looked_after_on_its_page(client: FlaskClient, dossier: int) -> None:
    path = f"/collections/{dossier}"
    assert client.post(f"{path}/articles/1", data={"note": "the accord"}).status_code == 303
    assert client.post(path, data={"name": "Mai", "note": ""}).status_code == 303
    page = read(client.get(path))
    assert [note.text for note in page.select(".note")] == ["read", "the accord"]
    assert (page.h1.text, page.select_one(".lead")) == ("Mai", None)  # type: ignore[union-attr]
    assert client.post(f"{path}/remove", data={"article": ["2", "9"]}).location == path
    assert len(read(client.get(path)).select("ol h2")) == 1
    assert client.post(f"{path}/delete").location == "/collections"
    assert client.get(path).status_code == 404
    assert "No collection yet" in read(client.get("/collections")).text


def test_pages_of_a_collection(client: FlaskClient, dossier: int) -> None:
    assert client.get(f"/collections/{dossier}?page=7").location == f"/collections/{dossier}"
    for missing in ("/collections/77", "/collections/77.csv", f"/collections/{dossier}.exe"):
        assert client.get(missing).status_code == 404


def test_an_article_that_is_removed_leaves_its_collection(
    client: FlaskClient, dossier: int
) -> None:
    client.post("/articles/2/delete")
    assert len(read(client.get(f"/collections/{dossier}")).select("ol h2")) == 1


def test_tags_are_taken_away_and_renamed(client: FlaskClient) -> None:
    collect(client, article=["1", "2"], tag="Climat,eau")
    sent = {"article": "1", "tag": ["CLIMAT"], "back": "/articles/1"}
    assert client.post("/tags/remove", data=sent).location == "/articles/1"
    client.post("/tags/rename", data={"tag": "eau", "name": "Rivières"})
    tags = client.get(f"{API}/tags").json["tags"]
    assert tags == [{"tag": "Rivières", "articles": 2}, {"tag": "Climat", "articles": 1}]
    assert "Rivières" in read(client.get("/collections")).text
    assert client.post("/tags/rename", data={"tag": "feu", "name": "a"}).status_code == 404


def test_exports(client: FlaskClient, dossier: int) -> None:
    base = f"/collections/{dossier}"
    lines = [json.loads(line) for line in download(client, f"{base}.jsonl").splitlines()]
    assert [line["id"] for line in lines] == [2, 1]
    assert lines[1]["text"].startswith("Les missiles à moyenne portée seront détruits.\n\n")
    table = list(csv.DictReader(io.StringIO(download(client, f"{base}.csv"), newline="")))
    assert [row["title"] for row in table] == [line["title"] for line in lines]
    assert download(client, f"{base}.bib").count("@article{") == 2
    assert download(client, f"{base}.ris").count("TY  - NEWS\r\n") == 2
    items = json.loads(download(client, f"{base}.csl.json"))
    assert [item["type"] for item in items] == ["article-newspaper"] * 2
    assert "harbour.example/drones" in download(client, f"{base}.md")
    with client.get(f"{base}.bib") as answer:
        said = answer.headers["Content-Disposition"]
        assert said == f"attachment; filename=collection-{dossier}.bib"
        assert answer.mimetype == "application/x-bibtex"


def test_exports_carry_notes_and_tags(client: FlaskClient, dossier: int) -> None:
    client.put(f"{API}/articles/2/tags", json={"tags": ["à lire", "paix, guerre"]})
    client.post(f"/collections/{dossier}/articles/2", data={"note": "=à vérifier auprès du maire"})
    base, note = f"/collections/{dossier}", "=à vérifier auprès du maire"
    first, second = [json.loads(line) for line in download(client, f"{base}.jsonl").splitlines()]
    assert (first["note"], first["tags"]) == (note, ["paix, guerre", "à lire"])
    assert (second["note"], second["tags"]) == ("read", [])
    assert (first["collection"], first["collection_note"]) == ("Dossier", "for May")
    row = next(csv.DictReader(io.StringIO(download(client, f"{base}.csv"), newline="")))
    assert (row["note"], row["tags"]) == ("'" + note, "paix, guerre; à lire")
    assert (row["collection"], row["collection_note"]) == ("Dossier", "for May")
    entry = download(client, f"{base}.bib").split("@")[1]
    assert f"annote = {{{note}; Dossier: for May" in entry
    assert "keywords = {{paix, guerre}, à lire}" in entry
    fields = download(client, f"{base}.ris").split("\r\n")
    assert [field for field in fields if field[:2] in ("KW", "N1")][:4] == [
        *("KW  - paix, guerre", "KW  - à lire"),
        *(f"N1  - {note}", "N1  - Dossier: for May"),
    ]
    item = json.loads(download(client, f"{base}.csl.json"))[0]
    assert item["keyword"] == "paix, guerre, à lire"
    assert item["note"].startswith(f"{note}; Dossier: for May")
    page = download(client, f"{base}.md")
    assert page.startswith("# Dossier\n\nfor May\n\n")
    assert "\n\n\\=à vérifier auprès du maire\n\n*paix, guerre*, *à lire*\n" in page


def test_an_article_without_a_publisher_is_cited_by_its_address_here(client: FlaskClient) -> None:
    collect(client, article="3", new_collection="Crues")
    assert "http://localhost/articles/3?v=1" in download(client, "/collections/1.ris")


def test_an_empty_collection_exports_nothing_but_well_formed(client: FlaskClient) -> None:
    client.post("/collections", data={"name": "Vide", "note": ""})
    assert json.loads(download(client, "/collections/1.csl.json")) == []
    assert download(client, "/collections/1.jsonl") == ""
    assert len(download(client, "/collections/1.csv").splitlines()) == 1


def test_names_are_shown_as_text(client: FlaskClient) -> None:
    client.post("/collections", data={"name": MARKUP, "note": MARKUP})
    tag = MARKUP.replace(",", "")
    collect(client, article="1", collection="1", tag=tag)
    client.post("/collections/1/articles/1", data={"note": MARKUP})
    for path in ("/collections", "/collections/1", "/articles/1", "/search?q=missiles"):
        page = client.get(path)
        assert "<script>alert" not in page.text
        assert MARKUP in BeautifulSoup(page.text, "lxml").text
    link = read(client.get("/articles/1")).select_one("a[rel=tag]")
    assert link is not None
    found = read(client.get(str(link["href"])))
    assert len(found.select(".results li > article")) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_answered(client: FlaskClient, dossier: int, name: str) -> None:
    sent = name.encode("utf-8", "replace").decode()
    page = client.post("/collections", data={"name": sent})
    if name != "\ud800":
        assert page.status_code == 422
        assert read(page).select_one("[role=alert]") is not None
    answers = [
        client.post(f"{API}/collections", json={"name": name}),
        client.patch(f"{API}/collections/{dossier}", json={"name": name}),
        client.put(f"{API}/articles/1/tags", json={"tags": ["a", name]}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
    assert client.get(f"{API}/tags").json == {"tags": []}
    for path in (f"{API}/search", "/search"):
        found = client.get(path, query_string={"q": "missiles", "tag": sent})
        assert found.status_code == 200


def test_the_api_of_collections(client: FlaskClient, dossier: int) -> None:
    path = f"{API}/collections/{dossier}"
    assert client.get(f"{API}/collections").json["collections"][0]["articles"] == 2
    page = client.get(f"{path}?page_size=1&page=2").json
    assert [each["id"] for each in page["articles"]] == [1]
    assert (page["articles"][0]["note"], page["total"]) == ("read", 2)
    added = client.post(f"{path}/articles", json={"articles": [3, 1, 99]}).json
    assert (added["changed"], added["articles"]) == (1, 3)
    gone = client.delete(f"{path}/articles?article=2&article=99").json
    assert (gone["changed"], gone["articles"]) == (1, 2)
    changed = client.patch(path, json={"name": "Mai"}).json
    assert (changed["name"], changed["note"]) == ("Mai", "for May")
    assert client.patch(path, json={"note": None}).json["note"] is None
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_the_api_of_tags(client: FlaskClient) -> None:
    put = client.put(f"{API}/articles/1/tags", json={"tags": ["Climat", "climat", "eau"]})
    assert put.json == {"id": 1, "tags": ["Climat", "eau"]}
    assert client.put(f"{API}/articles/2/tags", json={"tags": ["CLIMAT"]}).json["tags"] == [
        "Climat"
    ]
    assert client.get(f"{API}/search?q=missiles&tag=eau").json["total"] == 1
    assert client.get(f"{API}/articles?tag=climat").json["total"] == 2
    assert client.put(f"{API}/articles/99/tags", json={"tags": ["a"]}).status_code == 404
    assert client.get(f"{API}/articles/99/tags").status_code == 404
    assert client.put(f"{API}/articles/1/tags", json={"tags": ["a"] * 101}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "collections"), ("PATCH", "collections/1"), ("PUT", "articles/1/tags")],
)
def test_the_api_reads_json_alone(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(f"{API}/{path}", method=method, data={"name": "A", "tags": "a"})
    assert answer.status_code == 415


def test_filters_by_tag_and_collection(client: FlaskClient, dossier: int) -> None:
    collect(client, article="2", tag="Ports")
    page = read(client.get(f"/search?q=missiles&tag=ports&collection={dossier}"))
    assert len(page.select(".results li > article")) == 1
    assert [
        chip.bdi.text for chip in page.select("ul[aria-label='Filters in use'] li") if chip.bdi
    ] == [
        "ports",
        "Dossier",
    ]
    kept = page.select("input[type=hidden][form=search]")
    assert [(each["name"], each["value"]) for each in kept] == [
        ("tag", "ports"),
        ("collection", str(dossier)),
    ]
    assert (
        client.get("/search?q=missiles&collection=x&collection=99999999999999999999").status_code
        == 200
    )
    assert client.get(f"{API}/search?q=missiles&collection={dossier}").json["total"] == 2


WRITES = (
    ("POST", "/collections"),
    ("POST", "/collections/1"),
    ("POST", "/collections/1/delete"),
    ("POST", "/collections/1/remove"),
    ("POST", "/collections/1/articles/1"),
    ("POST", "/collections/add"),
    ("POST", "/tags/remove"),
    ("POST", "/tags/rename"),
    ("POST", f"{API}/collections"),
    ("PATCH", f"{API}/collections/1"),
    ("DELETE", f"{API}/collections/1"),
    ("POST", f"{API}/collections/1/articles"),
    ("DELETE", f"{API}/collections/1/articles?article=1"),
    ("PUT", f"{API}/articles/1/tags"),
)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_who_may_not_write(make_app: MakeApp, method: str, path: str) -> None:
    body: dict[str, Any] = {"json": {}} if path.startswith(API) else {"data": {"name": "A"}}
    for settings, headers, status in (
        ({"read_only": True}, {}, 403),
        ({"token": "a secret of sixteen"}, {}, 401),
        ({}, {"Origin": "https://evil.example"}, 403),
    ):
        client = make_app(**settings).test_client()
        answer = client.open(path, method=method, headers=headers, **body)
        assert answer.status_code == status


def test_forms_are_there_for_those_who_may_write(make_app: MakeApp) -> None:
    paths = ("/collections", "/collections/1", "/search?q=missiles", "/articles/1")
    writer = make_app(token="a secret of sixteen").test_client()
    sent = {"article": "1", "new_collection": "A", "tag": "a", "token": "a secret of sixteen"}
    assert collect(writer, **sent).status_code == 303
    for path in paths:
        forms = read(writer.get(path)).select("form[method=post]")
        assert forms
        assert all(form.select_one("input[name=token]") for form in forms), path
    reader = make_app(read_only=True).test_client()
    for path in paths:
        page = read(reader.get(path))
        assert not page.select("form[method=post]"), path
        assert not page.select("[form=collecting]"), path
    assert read(reader.get("/articles/1")).select_one("a[rel=tag]") is not None


def test_every_form_is_known_to_the_command_line() -> None:
    assert tuple(EXPORTS) == FORMS


def test_pages_in_french(client: FlaskClient, dossier: int) -> None:
    for path in ("/collections", f"/collections/{dossier}"):
        assert client.get(path, headers={"Accept-Language": "fr"}).status_code == 200
