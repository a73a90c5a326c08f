"""The page, the table and the command that count articles over time."""

import csv
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from tests.support.fakes import make_item
from web.services import Services

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def client(client: FlaskClient, filled: Services) -> FlaskClient:
    """Over five articles more, published from January to May 2021."""
    items = [
        make_item(
            f"Olives {n}",
            f"La récolte des olives, numéro {n}.{' Des drones.' if n > 3 else ''}",
            source="Le Fanal" if n % 2 else "Le Fil",
            language="fr",
            published=f"2021-{n:02}-03",
        )
        for n in range(1, 6)
    ]
    list(ingest(items, filled.store))
    filled.index()
    return client


def read(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def rows(page: BeautifulSoup) -> list[list[str]]:
    return [[" ".join(c.text.split()) for c in tr.select("th, td")] for tr in page.select("tr")]


def table(client: FlaskClient, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_without_words_the_page_asks(client: FlaskClient) -> None:
    page = read(client, "/timeline")
    assert page.select_one("form[action='/timeline'] input[name=q]")["value"] == ""
    assert not page.select("svg[role=group]")


def test_counts_and_shares_in_picture_and_table(client: FlaskClient) -> None:
    page = read(client, "/timeline?q=olive&with=drone&unit=month")
    assert [row[:5] for row in rows(page)[1:6]] == [
        ["January 2021", "1", "100%", "0", "0%"],
        ["February 2021", "1", "100%", "0", "0%"],
        ["March 2021", "1", "100%", "0", "0%"],
        ["April 2021", "1", "100%", "1", "100%"],
        ["May 2021", "1", "100%", "1", "100%"],
    ]
    assert rows(page)[-1] == ["without a date", "0", "–", "0", "–", "1"]
    bars = page.select("svg[role=group] a")
    assert len(bars) == 5 + 3  # drones in February 2022 as well
    assert bars[0]["aria-label"] == "January 2021, olive: 1 article, 100%"
    assert not page.select("[style], style")


def test_a_bar_leads_to_the_search_of_its_time_and_filters(client: FlaskClient) -> None:
    page = read(client, "/timeline?q=olive&unit=month&source=Le+Fanal&after=2021-01-02")
    bars = page.select("svg[role=group] a")
    assert len(bars) == 3
    asked = parse_qs(urlsplit(bars[0]["href"]).query)
    assert asked == {
        "q": ["olive"],
        "source": ["Le Fanal"],
        "after": ["2021-01-02"],
        "before": ["2021-01-31"],
    }
    found = read(client, bars[0]["href"])
    assert [h.text for h in found.select("ol.results h2 a")] == ["Olives 1"]


def test_units_measures_and_questions_keep_the_rest(client: FlaskClient) -> None:
    page = read(client, "/timeline?q=olive&with=drone&by=share&language=fr&unit=month")
    hrefs = {a.text: parse_qs(urlsplit(a["href"]).query) for a in page.select(".choices a")}
    rest = {"q": ["olive"], "with": ["drone"], "language": ["fr"]}
    assert hrefs["Year"] == rest | {"by": ["share"], "unit": ["year"]}
    assert hrefs["Articles"] == rest | {"unit": ["month"]}
    hidden = {i["name"]: i["value"] for i in page.select("main form input[type=hidden]")}
    assert hidden == {"by": "share", "language": "fr", "unit": "month"}
    chosen = [a.text for a in page.select(".choices [aria-current]")]
    assert chosen == ["Month", "Share of all"]


def test_a_share_of_few_articles_sets_no_scale(client: FlaskClient, filled: Services) -> None:
    many = [
        make_item(f"Vignes {n}", f"Des vignes, numéro {n}.", language="fr", published="2021-06-01")
        for n in range(30)
    ]
    own = make_item("Olives 6", "Des olives encore.", language="fr", published="2021-06-01")
    list(ingest([*many, own], filled.store))
    filled.index()
    page = read(client, "/timeline?q=olive&by=share&unit=month")
    assert "highest: 3.23%" in page.main.text
    assert "cut off" in page.main.text
    heights = {rect["height"] for rect in page.select("svg a rect:not(.hit)")}
    assert heights == {"30.0"}
    assert "cut off" not in read(client, "/timeline?q=olive&unit=month").main.text


def test_a_unit_that_is_none_and_one_too_small(client: FlaskClient, filled: Services) -> None:
    assert read(client, "/timeline?q=olive&unit=hour&by=nothing").select("svg[role=group]")
    list(ingest([make_item("Olives", "Vieilles olives.", published="1950-01-01")], filled.store))
    filled.index()
    page = read(client, "/timeline?q=olive&unit=day")
    assert "a larger unit is shown" in page.select_one(".notice").text
    assert page.select_one(".choices [aria-current]").text == "Year"
    assert len(table(client, "/timeline.csv?q=olive&unit=month")) > 800


def test_the_table_of_the_same_url(client: FlaskClient) -> None:
    page = read(client, "/timeline?q=olive&with=%3D1%2Bdrone&unit=year&by=share")
    link = page.select_one("a[download]")["href"]
    assert table(client, link) == [
        [
            "first_day",
            "last_day",
            "articles",
            "olive",
            "olive (share)",
            "'=1+drone",
            "'=1+drone (share)",
        ],
        ["2021-01-01", "2021-12-31", "6", "5", "0.833333", "0", "0.000000"],
        ["", "", "1", "0", "", "0", ""],
    ]


@pytest.mark.parametrize("query", ["-olive", "...", "%20"])
def test_what_cannot_be_counted_is_told(client: FlaskClient, query: str) -> None:
    assert client.get(f"/timeline.csv?q={query}").status_code == 400
    if query != "%20":
        page = read(client, f"/timeline?q={query}")
        assert page.select_one("[role=alert]").text
        assert not page.select("svg[role=group]")


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    assert "Try fewer" in read(client, "/timeline?q=zzz").main.text
    assert "has a date" in read(client, "/timeline?q=vallée").main.text


def test_what_was_asked_is_escaped(client: FlaskClient) -> None:
    for address in (f"q=olive&with={HOSTILE}", f"q={HOSTILE}&source={HOSTILE}&after={HOSTILE}"):
        assert HOSTILE not in client.get(f"/timeline?{address}").text
    assert client.get("/timeline?q=olive&after=hier").status_code == 200
    assert client.get("/timeline.csv?q=olive&after=hier").status_code == 400


def test_the_api_counts_alike(client: FlaskClient) -> None:
    answer = client.get("/api/v1/timeline?q=missiles&unit=year&language=fr").json
    assert answer is not None
    rows = client.get("/timeline.csv?q=missiles&unit=year&language=fr").text.splitlines()
    assert len(rows) == len(answer["bars"]) + 2
    counted = sum(sum(bar["counts"]) for bar in answer["bars"])
    assert counted + answer["queries"][0]["undated"] == answer["queries"][0]["articles"] > 0
    assert client.get("/api/v1/timeline?q=").status_code == 400
    assert client.get("/api/v1/timeline?q=a&unit=hour").status_code == 422
