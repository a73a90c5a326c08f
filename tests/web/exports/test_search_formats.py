"""The twins of a search: the articles of /search, in its order, as a feed, a table or citations."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import bibtexparser
import feedparser
import pytest
import rispy
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.intake.ingest import ingest
from archive.model import Article
from archive.sources.export import restore_cell
from tests.support.fakes import make_item
from tests.support.web import MakeApp, open_app
from web.exports.feed_formats import (
    Feed,
    FeedItem,
    FeedLinks,
    ListPlace,
    format_atom,
    json_feed_record,
)
from web.services import Services

NAMES = {
    "atom": "{http://www.w3.org/2005/Atom}",
    "opensearch": "{http://a9.com/-/spec/opensearch/1.1/}",
}
MEDIA_TYPES = {
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "csv": "text/csv",
    "ris": "application/x-research-info-systems",
    "bib": "application/x-bibtex",
}
ARGUMENTS = (
    "q=missiles",
    "q=missiles&mode=keyword",
    "q=missiles&sort=newest",
    "q=missiles&sort=oldest&language=fr",
    "q=missiles&source=Harbour+Post",
    "q=missiles&author=Vasseur",
    "q=missiles&after=2022&before=2022-03",
    "q=missiles&per_outlet=1&balance=80",
    "q=zeppelin&mode=keyword",
    "q=Num%C3%A9ro&mode=keyword",
    "q=Num%C3%A9ro&mode=keyword&page=2",
    "q=Num%C3%A9ro&mode=keyword&page=2&sort=oldest",
)


def atom_titles(body: str) -> list[str]:
    return [entry.title for entry in feedparser.parse(body).entries]


def json_titles(body: str) -> list[str]:
    return [item["title"] for item in json.loads(body)["items"]]


def csv_rows(body: str) -> list[dict[str, str]]:
    assert body.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"), newline="")))


def bibtex_titles(body: str) -> list[str]:
    library = bibtexparser.parse_string(body)
    assert not library.failed_blocks
    return [entry["title"].strip("{}") for entry in library.entries]


READERS: dict[str, Callable[[str], list[str]]] = {
    "atom": atom_titles,
    "json": json_titles,
    "csv": lambda body: [row["title"] for row in csv_rows(body)],
    "ris": lambda body: [record["title"] for record in rispy.loads(body)],
    "bib": bibtex_titles,
}


@pytest.fixture
def client(filled: Services) -> FlaskClient:
    """Over the three articles and twelve more."""
    more = [make_item(f"Numéro {n}", f"Le numéro {n} de la revue.", published=f"2020-03-{n:02}")
            for n in range(1, 13)]  # fmt: skip
    list(ingest(more, filled.store))
    filled.index()
    return open_app(filled).test_client()


def page_titles(client: FlaskClient, arguments: str) -> list[str]:
    page = BeautifulSoup(client.get(f"/search?{arguments}").text, "lxml")
    return [heading.get_text() for heading in page.select("ol.results article h2")]


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_each_twin_answers_what_the_page_shows(client: FlaskClient, arguments: str) -> None:
    shown = page_titles(client, arguments)
    for kind, read_titles in READERS.items():
        answer = client.get(f"/search.{kind}?{arguments}")
        assert (answer.status_code, answer.mimetype) == (200, MEDIA_TYPES[kind])
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert read_titles(answer.text) == shown


def test_the_arguments_do_tell_pages_apart(client: FlaskClient) -> None:
    pages = [page_titles(client, arguments) for arguments in ARGUMENTS]
    assert [len(page) for page in pages[-4:]] == [0, 10, 2, 2]
    assert len({tuple(page) for page in pages}) > 6


@pytest.mark.parametrize("kind", READERS)
def test_more_to_a_page(client: FlaskClient, kind: str) -> None:
    def titles(size: str) -> list[str]:
        return READERS[kind](client.get(f"/search.{kind}?q=Numéro&mode=keyword&size={size}").text)

    assert len(titles("100")) == len(titles("1000")) == 12
    assert len(titles("3")) == 3
    assert len(titles("0")) == len(titles("-5")) == 1
    assert len(titles("many")) == 10


@pytest.mark.parametrize("kind", READERS)
def test_nothing_asked_nothing_answered(client: FlaskClient, kind: str) -> None:
    for arguments in ("", "q=", "q=+++", "page=3"):
        answer = client.get(f"/search.{kind}?{arguments}")
        assert answer.status_code == 200
        assert READERS[kind](answer.text) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [("q=...", "nothing to search for"), ("q=missiles&after=soon", "not a date: 'soon'"),
     ("q=a&per_outlet=0", "at least one result per outlet"), ("q=a&language=xx!", "language")],
)  # fmt: skip
def test_a_wrong_query_is_a_problem(client: FlaskClient, arguments: str, said: str) -> None:
    for kind in READERS:
        answer = client.get(f"/search.{kind}?{arguments}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert answer.get_json()["status"] == 400
        assert said in answer.get_json()["detail"]


def test_there_are_no_other_twins(client: FlaskClient) -> None:
    assert client.get("/search.pdf?q=a").status_code == 404
    assert client.post("/search.atom?q=a").status_code == 405
    assert client.head("/search.atom?q=a").status_code == 200


def test_past_the_last_page_is_the_last(client: FlaskClient) -> None:
    answer = client.get("/search.ris?q=Numéro&mode=keyword&size=5&page=9")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/search.ris?q=Num%C3%A9ro&mode=keyword&size=5&page=3"
    assert len(rispy.loads(client.get(answer.headers["Location"]).text)) == 2


def follow(client: FlaskClient, url: str, next_of: Callable[[Any], str | None]) -> list[str]:
    seen = []
    address: str | None = url
    while address:
        parts = urlsplit(address)
        answer = client.get(f"{parts.path}?{parts.query}")
        kind = parts.path.rpartition(".")[2]
        seen += READERS[kind](answer.text)
        address = next_of(answer)
    return seen


def atom_link(answer: Any, rel: str) -> str | None:
    links = feedparser.parse(answer.text).feed.links
    return next((link.href for link in links if link.rel == rel), None)


def header_link(answer: Any) -> str | None:
    links = answer.headers.getlist("Link")
    return next((link[1 : link.index(">")] for link in links if 'rel="next"' in link), None)


@pytest.mark.parametrize(
    ("kind", "next_of"),
    [("atom", lambda answer: atom_link(answer, "next")),
     ("json", lambda answer: json.loads(answer.text).get("next_url")),
     ("csv", header_link), ("ris", header_link), ("bib", header_link)],
)  # fmt: skip
def test_the_next_page_can_be_followed_to_the_end(
    client: FlaskClient, kind: str, next_of: Callable[[Any], str | None]
) -> None:
    titles = follow(client, f"/search.{kind}?q=Numéro&mode=keyword&size=5", next_of)
    assert len(titles) == len(set(titles)) == 12


def test_atom(client: FlaskClient) -> None:
    answer = client.get("/search.atom?q=missiles+portée&language=fr&size=100")
    feed = feedparser.parse(answer.text)
    assert not feed.bozo
    assert feed.feed.id == "http://localhost/search.atom?q=missiles+port%C3%A9e&language=fr"
    assert feed.feed.title == "missiles portée – Hemero"
    assert atom_link(answer, "self") == f"{feed.feed.id}&size=100"
    assert atom_link(answer, "alternate") == feed.feed.id.replace("/search.atom?", "/search?")
    assert atom_link(answer, "search") == "http://localhost/opensearch.xml"
    assert atom_link(answer, "next") is atom_link(answer, "previous") is None
    entry = feed.entries[0]
    assert entry.id == "http://localhost/articles/1"
    assert (entry.updated, entry.author) == ("2021-12-03T00:00:00Z", "Hélène Vasseur")
    assert entry.link.startswith("http://localhost/articles/1?v=1&char=0,")
    assert entry.content[0].type == "text/plain"
    assert "moyenne portée" in entry.content[0].value
    assert entry.content[0].language == "fr"
    assert {link.rel: link.href for link in entry.links}["via"] == "https://lefil.example/missiles"
    assert client.get(entry.link.partition("localhost")[2]).status_code == 200


def test_opensearch_response_elements(client: FlaskClient) -> None:
    root = etree.fromstring(client.get("/search.atom?q=Numéro un&mode=keyword&page=2&size=1").data)
    said = {name: root.findtext(NAMES["opensearch"] + name)
            for name in ("totalResults", "startIndex", "itemsPerPage")}  # fmt: skip
    assert said == {"totalResults": said["totalResults"], "startIndex": "2", "itemsPerPage": "1"}
    query = root.find(NAMES["opensearch"] + "Query")
    assert dict(query.attrib) == {
        "role": "request",
        "searchTerms": "Num%C3%A9ro%20un",
        "startPage": "2",
    }
    assert int(said["totalResults"] or 0) >= 2


def test_every_page_of_a_feed_has_the_feeds_id(client: FlaskClient) -> None:
    for arguments in ("", "&page=2", "&page=2&size=5"):
        feed = feedparser.parse(client.get(f"/search.atom?q=Numéro{arguments}").text).feed
        assert feed.id == "http://localhost/search.atom?q=Num%C3%A9ro"
    assert atom_link(client.get("/search.atom?q=Numéro&page=2"), "previous") == feed.id


def test_json_feed(client: FlaskClient) -> None:
    feed = json.loads(client.get("/search.json?q=missiles").data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://localhost/search?q=missiles"
    assert feed["feed_url"] == "http://localhost/search.json?q=missiles"
    first = feed["items"][0]
    assert first["id"] == "http://localhost/articles/1"
    assert first["external_url"] == "https://lefil.example/missiles"
    assert first["authors"] == [{"name": "Hélène Vasseur"}]
    assert first["date_published"] == "2021-12-03T00:00:00Z"
    assert first["language"] == "fr"
    assert feed["_hemero"] == {"total": 12, "page": 1, "size": 10}


def test_a_table_counts_on_and_runs_no_formula(client: FlaskClient, filled: Services) -> None:
    formulas = [make_item(f"{sign}zeppelin{n}", f"{sign}zeppelin {n}", authors=(f"{sign}A",))
                for n, sign in enumerate(("=", "+", "-", "@"))]  # fmt: skip
    list(ingest(formulas, filled.store))
    filled.index()
    answer = client.get("/search.csv?q=zeppelin*&mode=keyword&size=3&page=2")
    [row] = csv_rows(answer.data.decode())
    assert row["rank"] == "4"
    for column in ("title", "authors", "passages"):
        assert row[column].startswith("'")
        assert restore_cell(row[column])[0] in "=+-@"
    assert answer.headers["Content-Disposition"] == "attachment; filename=search.csv"


def test_a_file_holds_everything_that_matches(client: FlaskClient, filled: Services) -> None:
    more = [make_item(f"Gravure {n}", f"Gravure {n}, estampe.", published=f"19{n % 90 + 10}-05-03")
            for n in range(230)]  # fmt: skip
    list(ingest(more, filled.store))
    filled.index()
    shown = page_titles(client, "q=gravure") + page_titles(client, "q=gravure&page=2")
    for kind in ("csv", "ris", "bib"):
        titles = READERS[kind](client.get(f"/search.{kind}?q=gravure&size=10000").text)
        assert len(titles) == len(set(titles)) >= 230
        assert titles[: len(shown)] == shown


def test_a_citation_in_a_list_quotes_the_passage(client: FlaskClient) -> None:
    first = rispy.loads(client.get("/search.ris?q=missiles").text)[0]
    assert "Les missiles" in first["abstract"]
    assert first["urls"][0].startswith("http://localhost/articles/1?v=1&char=")
    assert first["urls"][1] == "https://lefil.example/missiles"


def test_what_is_held_already_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/search.atom?q=missiles").headers["ETag"]
    again = client.get("/search.atom?q=missiles", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/search.atom?q=drones", headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_addresses_begin_where_readers_find_the_archive(make_app: MakeApp) -> None:
    client = make_app(base_url="https://archive.example/news/", read_only=True).test_client()
    feed = json.loads(client.get("/search.json?q=missiles").data)
    assert feed["feed_url"] == "https://archive.example/news/search.json?q=missiles"
    assert feed["items"][0]["id"] == "https://archive.example/news/articles/1"


def test_the_page_names_its_twins(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/search?q=Numéro&mode=keyword&page=2&explain=").text, "lxml")
    feeds = {link["type"]: link["href"] for link in page.select("head link[rel=alternate]")}
    arguments = "?q=Num%C3%A9ro&mode=keyword&page=2"
    whole = "?q=Num%C3%A9ro&mode=keyword&size=10000"
    assert feeds == {
        "application/atom+xml": f"/search.atom{arguments}",
        "application/feed+json": f"/search.json{arguments}",
    }
    assert [link["href"] for link in page.select(".exports a")] == [
        f"/search.{kind}{arguments if kind in ('atom', 'json') else whole}" for kind in MEDIA_TYPES
    ]


HARD = st.lists(
    st.one_of(
        st.sampled_from(["]]>", "</entry>", "\x00", "\x0b", "\ud800", "\ufffe", "\u2028", "\u202e",
                         "\r\n", "&lt;", "<![CDATA[", '"', "=1", "\t"]),
        st.text(max_size=6),
    ),
    max_size=6,
).map("".join)  # fmt: skip
LINKS = FeedLinks(*[f"http://a.example/{n}?q=%22&b" for n in range(6)])


def allowed(text: str) -> str:
    """What of it XML can hold (XML 1.0, 2.2)."""
    return "".join(
        c for c in text
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )  # fmt: skip


@st.composite
def pages(draw: st.DrawFn) -> Feed:
    article = Article(
        id=1, version=1, title=draw(HARD), paragraphs=("Un texte.",), source=draw(HARD),
        authors=(draw(HARD),), url=draw(HARD), language=draw(st.sampled_from(("fr", "und"))),
        published="2021-12-03", added="2022-01-01T00:00:00Z", content_hash="", section=draw(HARD),
    )  # fmt: skip
    passages = tuple(draw(st.lists(HARD, max_size=2)))
    item = FeedItem(article, "http://a.example/1", "http://a.example/1?v=1&char=0,1", passages)
    query = draw(HARD)
    items = [item, replace(item, passages=())]
    return Feed(query, items, LINKS, ListPlace(query, 2, 1, 10))


@given(pages())
def test_any_page_is_well_formed_atom_of_the_same_text(page: Feed) -> None:
    root = etree.fromstring(format_atom(page), etree.XMLParser(resolve_entities=False))
    assert root.findtext(NAMES["atom"] + "title") == allowed(page.title)
    entries = root.findall(NAMES["atom"] + "entry")
    assert len(entries) == 2
    assert entries[0].findtext(NAMES["atom"] + "content") == allowed(page.items[0].content)
    assert {child.tag for child in entries[0]} <= {
        NAMES["atom"] + name for name in ("id", "title", "updated", "author", "link", "category",
                                          "published", "content")
    }  # fmt: skip
    for link in root.iter(NAMES["atom"] + "link"):
        assert str(link.get("href")).startswith(("http://", "https://"))


@given(pages())
def test_any_page_is_json_of_the_same_text(page: Feed) -> None:
    feed = json.loads(json.dumps(json_feed_record(page)))
    assert feed["title"] == page.title
    assert feed["items"][0].get("content_text", "") == page.items[0].content
    assert "content_text" in feed["items"][1]
