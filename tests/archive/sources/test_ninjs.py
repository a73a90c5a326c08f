"""IPTC ninjs 1.x, 2.x and 3.x: which name holds what, and what is no text."""

import json
from typing import Any

import pytest

from archive.model import ArticleDraft

V1 = {
    "uri": "http://a.org/news/1",
    "type": "text",
    "pubstatus": "usable",
    "versioncreated": "2021-03-02T10:00:00Z",
    "firstcreated": "2021-03-01T10:00:00Z",
    "byline": "By Ana Sol",
    "headline": "La réforme",
    "language": "fr",
    "copyrightholder": "Agence X",
    "subject": [{"name": "Politique", "rel": "about"}],
    "usageterms": "ignored",
    "body_text": "Un Deux",
    "body_xhtml": "<p>Un</p><ul><li>Deux</li></ul>",
}
V2 = {
    "uri": "http://a.org/news/1",
    "versioncreated": "2021-03-02T10:00:00Z",
    "firstcreated": "2021-03-01T10:00:00Z",
    "by": "Ana Sol",
    "headlines": [
        {"role": "short", "value": "Réforme"},
        {"role": "main", "value": "La réforme"},
    ],
    "language": "fr",
    "infosources": [{"name": "Agence X"}],
    "subjects": [{"name": "Politique"}],
    "bodies": [
        {"role": "main", "contenttype": "text/plain", "value": "Un Deux"},
        {
            "role": "rich",
            "contenttype": "text/html",
            "value": "<h1>La réforme</h1><p>Un<br>Deux</p>",
        },
    ],
}
V3 = {
    "uri": "http://a.org/news/1",
    "standard": {"name": "ninjs", "version": "3.0"},
    "versionCreated": "2021-03-02T10:00:00Z",
    "firstCreated": "2021-03-01T10:00:00Z",
    "by": "Ana Sol",
    "headlines": [{"value": "La réforme"}],
    "language": "fr",
    "infoSources": [{"name": "Agence X", "role": "is:origin"}],
    "subjects": [{"name": "Politique"}],
    "altIds": [{"role": "x", "value": "1"}],
    "embargoed": "2030-01-01T00:00:00Z",
    "bodies": [
        {"contentType": "application/xhtml+xml", "value": "<div><p>Un</p> <p>Deux</p></div>"}
    ],
}


@pytest.mark.parametrize("item", [V1, V2, V3])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a"])
@pytest.mark.parametrize("indent", [None, 1])
def test_every_version(draft: Any, item: dict[str, Any], name: str, indent: int | None) -> None:
    if name == "a.jsonl" and indent:
        return
    assert draft(name, json.dumps(item, indent=indent)) == ArticleDraft(
        title="La réforme",
        paragraphs=("Un", "Deux"),
        source="Agence X",
        authors=("Ana Sol",),
        url="http://a.org/news/1",
        language="fr",
        published="2021-03-01T10:00:00Z",
        modified="2021-03-02T10:00:00Z",
        section="Politique",
    )


def test_a_list_of_items(read: Any) -> None:
    first, second, third = read("a.json", json.dumps([V1, 7, {"title": "x", "text": "y"}]))
    assert first.name == "http://a.org/news/1"
    assert (second.name, str(second.problem)) == (
        "a.json:2",
        "not a JSON object with a title and a text",
    )
    assert third.draft.title == "x"


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_what_its_provider_took_back(problem: Any, status: str) -> None:
    text = json.dumps(V3 | {"pubStatus": status})
    assert problem("a.json", text) == f"{status} by its provider; not for publication"


def test_a_picture(problem: Any) -> None:
    item = {"uri": "urn:x", "type": "picture", "versioncreated": "2021", "headline": "x"}
    assert problem("a.json", json.dumps(item)) == (
        "a ninjs picture without a text; only texts are kept"
    )


def test_an_identifier_that_is_no_address(read: Any) -> None:
    (item,) = read("a.json", json.dumps(V1 | {"uri": "urn:newsml:a:1"}))
    assert (item.name, item.draft.url) == ("urn:newsml:a:1", None)


def test_markup_that_is_no_article_is_not_judged(draft: Any) -> None:
    """A page's boilerplate remover would drop a short body, or a list."""
    got = draft("a.json", json.dumps(V1 | {"body_xhtml": "<ul><li>A</li><li>B</li></ul>C"}))
    assert got.paragraphs == ("A", "B", "C")


def test_scripts_and_pictures_in_a_body_are_no_text(draft: Any) -> None:
    body = "<p>Un</p><script>x</script><figure><figcaption>x</figcaption></figure>Deux<!-- x -->"
    assert draft("a.json", json.dumps(V1 | {"body_xhtml": body})).paragraphs == ("Un", "Deux")


@pytest.mark.parametrize(
    "item",
    [
        {"headlines": 7, "bodies": "x", "uri": 3},
        {"bodies": [{"value": None}, 7, {"contentType": 3}], "headlines": [[]]},
        {"body_text": ["x"], "subject": "x", "byline": {}},
        {"body_xhtml": "<div>" * 5_000},
        {"body_xhtml": "\ud800<p>\x00</p>"},
    ],
)
def test_fields_of_the_wrong_kind(problem: Any, item: dict[str, Any]) -> None:
    assert problem("a.json", json.dumps(V1 | {"body_text": "", "body_xhtml": ""} | item))


@pytest.mark.parametrize("data", ["{", "[" * 100_000, '{"a":\n', "\n[NaN"])
def test_what_is_no_json(problem: Any, data: str) -> None:
    assert problem("a.json", data).startswith("not JSON")


def test_a_document_beyond_the_limit(problem: Any) -> None:
    assert problem("a.json", "[\n" + " " * 10_000_001).startswith("over 10 MB")
