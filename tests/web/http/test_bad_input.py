"""Whatever is typed: an answer or a clear refusal, never a failure of ours."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.support.web import RunHemero

INPUTS = {
    "long": "missiles " * 1_112,
    "one long word": "a" * 10_000,
    "stop words": "le la les de du the of",
    "punctuation": "?!… ,;:.",
    "spaces": "   \t  ",
    "empty": "",
    "unbalanced quotes": '"missiles «moyenne',
    "only quotes": '""""',
    "exclusion alone": "-missiles",
    "signs of query languages": "a:b AND (c OR *) ~2 ^3 [x TO y] {z}",
    "NUL": "missiles\x00drones",
    "expanding": "ﷺ" * 1_000,
    "emoji": "🚀👨‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "صواريخ متوسطة المدى \u202emissiles",
    "combining": "e" + "\u0301" * 500,
    "markup": "<script>alert(1)</script>",
}
MODES = ("hybrid", "keyword", "semantic")
inputs = pytest.mark.parametrize("text", INPUTS.values(), ids=INPUTS.keys())


@inputs
def test_pages(client: FlaskClient, text: str) -> None:
    for address in (f"/search?q={quote(text)}", f"/similar?text={quote(text)}"):
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code in (200, 400)
        assert "<script>alert" not in answer.text
    assert client.get(f"/articles/1?q={quote(text)}").status_code == 200
    for name in ("after", "before", "language", "source", "mode"):
        assert client.get(f"/search?q=a&{name}={quote(text)}").status_code == 200


@inputs
def test_api(client: FlaskClient, text: str) -> None:
    for mode in MODES:
        answer = client.get("/api/v1/search", query_string={"q": text, "mode": mode})
        assert answer.status_code in (200, 400)
    assert client.post("/api/v1/similar", json={"text": text}).status_code in (200, 400)
    added = client.post("/api/v1/articles", json={"title": text, "text": text})
    assert added.status_code in (200, 201, 422)
    for name in ("source", "language", "after", "before", "page"):
        answer = client.get("/api/v1/articles", query_string={name: text})
        assert answer.status_code in (200, 400, 422), name


@inputs
def test_command_line(run: RunHemero, article_file: str, text: str) -> None:
    assert run("add", article_file).exit_code == 0
    for arguments in (("search", "--", text), ("similar", "--text", text)):
        result = run(*arguments)
        assert result.exit_code in (0, 64), result.output
        assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "document",
    [
        '{"text": "\\ud800"}',
        '{"title": "\\ud800", "text": "un \\ud800 deux"}',
        '{"text": "a", "source": "\\ud800", "url": "\\ud800", "published": "\\ud800"}',
        '{"text": "a", "authors": ["\\ud800"]}',
        '{"text": "a", "authors": [null]}',
        '{"text": "a", "source": ["\\ud800"]}',
        '{"address": "http://["}',
        '{"address": "ftp://example.org"}',
        '{"text": 1e999}',
        '{"text": "<html>' + "<div>" * 3_000 + '"}',
        "[]",
        "null",
        '"text"',
        "{",
        "[" * 5_000,
        "",
    ],
)
def test_hostile_json(client: FlaskClient, document: str) -> None:
    for path in ("/api/v1/articles", "/api/v1/similar"):
        answer = client.post(path, data=document, content_type="application/json")
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "arguments",
    [
        "endpoint=x",
        "_anchor=a&_scheme=ftp&_external=1&_method=POST",
        "values=1&self=2&number=3&filename=4",
        "page=-1",
        "page=x",
        "mode=nothing",
        "after=2021-12",
        "after=2021-13",
        "after=0000",
        "before=9999",
        "%00=%00",
    ],
)
def test_odd_arguments(client: FlaskClient, arguments: str) -> None:
    for path in ("/", "/search?q=missiles", "/similar?article=1", "/articles/1", "/nowhere"):
        answer = client.get(f"{path}{'&' if '?' in path else '?'}{arguments}")
        assert answer.status_code < 500


@pytest.mark.parametrize("body", ["9" * 5_000, '{"text": ' + "9" * 5_000 + "}", "{", "[" * 100_000])
def test_json_that_cannot_be_read_is_the_clients_fault(client: FlaskClient, body: str) -> None:
    answer = client.post("/api/v1/articles", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
