"""What comes in through pages and API: jobs with their outcomes, versions and what changed."""

import json
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from archive.intake.jobs import JobSource
from web.jobs.job_runner import MAX_STARTS
from web.services import Services

LINES = b'{"title": "Un", "text": "Le premier."}\n{broken\n{"title": "Deux", "text": "Suite."}\n'


def read(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "lxml")


def upload(client: FlaskClient, *files: tuple[bytes, str], path: str = "/api/v1/jobs"):  # type: ignore[no-untyped-def]
    streams = [(BytesIO(data), name) for data, name in files]
    return client.post(path, data={"file": streams, "way": "file"})


def test_files_through_the_api(client: FlaskClient) -> None:
    sent = upload(client, (LINES, "dump.jsonl"), (b"\x00", "photo.jpg"))
    assert sent.status_code == 202
    report = client.get(f"/api/v1/jobs/{sent.json['id']}").json
    assert (report["state"], report["done"]) == ("done", 4)
    assert report["counts"] == {"added": 2, "rejected": 2}
    assert [item["item"] for item in report["items"]] == [
        "dump.jsonl:1", "dump.jsonl:2", "dump.jsonl:3", "photo.jpg",
    ]  # fmt: skip
    assert report["items"][1]["reason"].startswith("not JSON")
    later = client.get(f"/api/v1/jobs/{sent.json['id']}?first=3").json["items"]
    assert [item["item"] for item in later] == ["photo.jpg"]
    assert [job["id"] for job in client.get("/api/v1/jobs").json["jobs"]] == [sent.json["id"]]
    assert client.get("/api/v1/search?q=suite&mode=keyword").json["total"] == 1


def test_what_the_api_refuses(client: FlaskClient) -> None:
    assert client.post("/api/v1/jobs", data={}).status_code == 422
    assert client.get("/api/v1/jobs/99").status_code == 404
    refused = client.post("/api/v1/jobs/addresses", json={"addresses": ["file:///etc/passwd"]})
    assert (refused.status_code, refused.json["detail"]) == (
        422, "not a web address; it begins with http:// or https://",
    )  # fmt: skip
    assert client.post("/api/v1/jobs/addresses", json={"addresses": []}).status_code == 422


def test_an_address_of_this_machine_is_refused_item_by_item(client: FlaskClient) -> None:
    sent = client.post("/api/v1/jobs/addresses", json={"addresses": ["http://127.0.0.1:1/"]})
    report = client.get(f"/api/v1/jobs/{sent.json['id']}").json
    assert report["counts"] == {"rejected": 1}
    assert "not a public address" in report["items"][0]["reason"]


def test_no_upload_is_left_behind(client: FlaskClient, filled: Services) -> None:
    upload(client, (LINES, "dump.jsonl"))
    left = [path.name for path in filled.settings.jobs_folder.iterdir()]
    assert left == ["jobs.lock"]


def test_a_job_that_ended_the_server_twice_is_set_aside(
    client: FlaskClient, filled: Services
) -> None:
    folder = filled.settings.jobs_folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "upload-1").write_bytes(LINES)
    poisoned = filled.jobs.create("dump.jsonl", [JobSource("dump.jsonl", "file", "upload-1")])
    filled.jobs.note_starts(poisoned.id, MAX_STARTS)
    sent = upload(client, (LINES, "other.jsonl"))
    report = client.get(f"/api/v1/jobs/{poisoned.id}").json
    assert (report["state"], report["done"]) == ("failed", 0)
    assert "set aside" in report["message"]
    assert (folder / "upload-1").exists()
    assert client.get(f"/api/v1/jobs/{sent.json['id']}").json["state"] == "done"


@pytest.mark.parametrize(
    "name", ["../../../x.txt", "C:\\x.txt", "<b>x.txt", "a\u202eb.txt", "x" * 500]
)
def test_hostile_file_names_are_only_shown(client: FlaskClient, name: str) -> None:
    sent = upload(client, (b"Titre\nUn texte.", name))
    page = read(client, f"/jobs/{sent.json['id']}")
    assert page.select_one(".outcomes li")["class"] == ["added"]
    assert not page.select("main b b")
    assert len(page.h1.text) < 300


def test_files_through_the_page(client: FlaskClient) -> None:
    sent = upload(client, (LINES, "dump.jsonl"), path="/add")
    assert sent.status_code == 303
    page = read(client, sent.location)
    assert page.h1.text == "dump.jsonl"
    assert "2 added, 1 rejected" in page.main.text
    listed = read(client, "/jobs")
    assert listed.select_one("main .reading a")["href"] == sent.location


def test_a_long_job_is_shown_in_parts(client: FlaskClient) -> None:
    rows = (json.dumps({"title": f"T {n}", "text": f"Texte {n}."}) + "\n" for n in range(150))
    sent = upload(client, ("".join(rows).encode(), "dump.jsonl"))
    page = read(client, f"/jobs/{sent.json['id']}")
    assert len(page.select(".outcomes li")) == 100
    rest = read(client, page.select_one("a[rel=next]")["href"])
    assert len(rest.select(".outcomes li")) == 50
    assert not rest.select("a[rel=next]")


def revise(client: FlaskClient, text: str, title: str = "Crue") -> None:
    fields = {"title": title, "text": text, "url": "https://a.example/crue"}
    assert client.post("/api/v1/articles", json=fields).status_code in (200, 201)


def test_versions_and_what_changed(client: FlaskClient) -> None:
    revise(client, "Le pont est fermé.\nRien d'autre.")
    revise(client, "Le pont est rouvert.\nRien d'autre.")
    revise(client, "Le pont est rouvert.\nRien d'autre.\nFin.")
    versions = client.get("/api/v1/articles/4/versions").json["versions"]
    assert [version["version"] for version in versions] == [3, 2, 1]
    assert versions[-1]["text"].startswith("Le pont est fermé.")
    first = client.get("/api/v1/articles/4/versions/1").json
    assert first == versions[-1]
    changed = client.get("/api/v1/articles/4/diff?old=1&new=2").json["paragraphs"]
    assert {"kind": "removed", "text": "fermé."} in changed[1]
    newest = client.get("/api/v1/articles/4/diff").json
    assert (newest["old"], newest["new"]) == (2, 3)
    page = read(client, "/articles/4/versions?old=1&new=2")
    assert (page.select_one("del").text, page.select_one("ins").text) == ("fermé.", "rouvert.")
    assert "fermé" in read(client, "/articles/4/versions?version=1").select_one(".text").text
    assert read(client, "/articles/4").select_one("a[href$=versions]")


@pytest.mark.parametrize(
    "path", ["versions?version=9", "versions?old=7", "versions/9", "diff?new=5", "diff"]
)
def test_versions_that_there_are_not(client: FlaskClient, path: str) -> None:
    prefix = "" if "?v" in path or "?o" in path else "/api/v1"
    assert client.get(f"{prefix}/articles/1/{path}").status_code == 404


def test_an_article_of_one_version(client: FlaskClient) -> None:
    assert "has not changed" in read(client, "/articles/1/versions").main.text


def test_a_passage_link_outlives_a_revision(client: FlaskClient) -> None:
    revise(client, "Le pont est fermé.\nRien d'autre.")
    address = read(client, "/articles/4").select(".signs a")[1]["href"]
    assert address == "/articles/4?v=1&char=0,33#char=0,33"
    page = read(client, address.partition("#")[0])
    assert page.select_one(".piece.current")["id"] == "char=0,33"
    inside = read(client, "/articles/4?v=1&char=5,9")
    assert inside.select_one(".piece.current")["id"] == "char=5,9"
    revise(client, "Le pont est rouvert.\nRien d'autre.")
    later = read(client, address.partition("#")[0])
    assert not later.select(".piece.current")
    assert "version 1" in later.select_one(".notice").text
    for odd in ("char=9,5", "char=x", "char=1,2,3", f"char={'9' * 40},1", "v=7", "v=-1"):
        read(client, f"/articles/4?{odd}")
