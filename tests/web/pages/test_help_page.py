"""The help page: every example on it is a query that is understood."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from archive.model import Article
from indexer.query import parse_query
from web.pages.help import DEFAULT, find_material

LINK = re.compile(r'<a href="([^"]*)" dir="auto"><kbd>')


def examples(page: str) -> list[str]:
    links = (html.unescape(link) for link in LINK.findall(page))
    return [parse_qs(urlsplit(link).query)["q"][0] for link in links]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_example_is_understood_and_runs(client: FlaskClient, language: str) -> None:
    answer = client.get("/help", headers={"Accept-Language": language})
    found = examples(answer.text)
    assert len(found) >= 16
    for query in found:
        assert parse_query(query).notices == ()
        assert client.get("/search", query_string={"q": query}).status_code == 200


def test_operators_are_those_of_the_readers_language(client: FlaskClient) -> None:
    page = client.get("/help", headers={"Accept-Language": "fr"}).text
    assert any(" SAUF " in query for query in examples(page))


def make_article(title: str) -> Article:
    return Article(1, 1, title, ("Texte",), "Le Fil", ("Paul Roy",), None, "fr", "2020-05", "", "")


def test_examples_are_made_of_what_the_archive_holds() -> None:
    made = find_material([make_article("Crue"), make_article("Un séisme a secoué la Sarvelle")])
    assert made.words == ("séisme", "secoué", "Sarvelle")
    assert (made.phrase, made.author, made.year) == ("séisme a", "Roy", 2020)
    assert find_material([make_article("Crue")]) is DEFAULT
