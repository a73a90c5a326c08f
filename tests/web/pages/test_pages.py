"""The pages, as a browser without scripts gets them."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from web.services import Services

HOSTILE = "<script>alert('x')</script>"


def read(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "lxml")


def link(tag: Tag | None) -> str:
    assert tag is not None
    return str(tag["href"])


def test_from_search_to_passage_to_similar(client: FlaskClient) -> None:
    results = read(client, "/search?q=missiles+portée")
    assert "article for" in results.h1.text
    first = results.select_one("ol.results li")
    assert [mark.text for mark in first.select("mark")] == ["missiles", "portée"]
    assert " ".join(first.select_one("summary").text.split()).startswith(
        "all words · keyword 1, meaning 1, 0."
    )
    address = link(first.select_one("h2 a"))
    assert address.startswith("/articles/1?")
    article = read(client, address)
    assert article.find(id=address.partition("#")[2]) is not None
    assert {mark.text for mark in article.select(".text mark")} == {"missiles", "portée"}
    similar = read(client, link(article.select_one(".signs a")))
    assert "/articles/2" in link(similar.select_one("ol.results h2 a"))
    assert not similar.select('ol.results a[href^="/articles/1?"]')


def test_the_quiet_line_gives_the_cosine(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=missiles").json["results"][0]
    page = read(client, "/search?q=missiles")
    shown = " ".join(page.select_one("ol.results summary").text.split())
    assert shown == f"all words · keyword 1, meaning 1, {found['semantic']['cosine']:.2f}"
    by_words = read(client, "/search?q=missiles&mode=keyword").select_one("ol.results summary")
    assert " ".join(by_words.text.split()) == "all words · keyword 1"


def test_links_leave_out_what_says_nothing(client: FlaskClient) -> None:
    page = read(client, "/search?q=missiles&mode=hybrid&after=&before=&source=&page=1")
    for each in page.select("a:not(svg a)"):
        for silent in ("mode", "after=&", "after%3D%26", "before", "source", "page="):
            assert silent not in each["href"] or each["href"].startswith("/articles"), each


def test_filters(client: FlaskClient) -> None:
    page = read(client, "/search?q=missiles&language=fr&after=2021-12")
    assert len(page.select("ol.results > li")) == 1
    assert "December 2021" in page.select_one(".chips").text
    assert page.select_one("#after")["value"] == "2021-12-01"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/search?q=zeppelin&mode=keyword", "Nothing in the archive for"),
        ("/search?q=...", "nothing to search for"),
        ("/search?q=missiles&after=soon", "not a date: 'soon'"),
        ("/similar", "Compare a text"),
    ],
)
def test_states_with_nothing_to_show(client: FlaskClient, address: str, said: str) -> None:
    assert said in read(client, address).main.text


@pytest.fixture
def own_acronyms(services: Services) -> Services:
    """The services, with an acronym in the archive's home that Hemero does not come with."""
    home = services.settings.home
    home.mkdir(parents=True, exist_ok=True)
    (home / "acronyms.toml").write_text('ZVH = ["Two drones"]\n', "utf-8")
    return services


def test_the_article_marks_the_words_of_the_archives_own_acronyms(
    own_acronyms: Services, client: FlaskClient
) -> None:
    marks = read(client, "/articles/2?q=ZVH").select("mark[id]")
    assert [mark.text for mark in marks] == ["Two drones"]


def test_an_article_stays_readable_when_the_search_cannot_be_made(
    own_acronyms: Services, client: FlaskClient
) -> None:
    (own_acronyms.settings.home / "acronyms.toml").write_text("no list", "utf-8")
    assert "harbour" in read(client, "/articles/2?q=drones").main.text


def test_the_way_back_keeps_filters_and_page(client: FlaskClient) -> None:
    page = read(client, "/search?q=missiles&language=fr&language=en&sort=newest&page=1")
    inside = read(client, page.select_one("ol.results h2 a")["href"])
    back = inside.select_one(".back a")["href"]
    assert back == "/search?q=missiles&language=fr&language=en&sort=newest"
    inside = read(client, "/articles/2?q=missiles&page=3&source=Le+Fil&_anchor=x&char=0,5")
    assert inside.select_one(".back a")["href"] == "/search?q=missiles&source=Le+Fil&page=3"
    similar = read(client, "/similar?article=1&q=missiles").select_one("ol.results h2 a")["href"]
    assert "q=" not in similar


def test_an_empty_archive(client: FlaskClient, services: Services) -> None:
    for article_id in (1, 2, 3):
        client.post(f"/articles/{article_id}/delete")
    page = read(client, "/")
    assert "The archive is empty." in page.main.text
    assert not page.select(".examples")


@pytest.mark.parametrize("address", ["/nowhere", "/articles/99", "/similar?article=99"])
def test_not_found(client: FlaskClient, address: str) -> None:
    assert "Not found" in read(client, address, 404).h1.text


def test_add_by_paste(client: FlaskClient) -> None:
    fields = {
        "way": "paste",
        "title": "Zeppelin",
        "text": "Ein Zeppelin.",
        "published": "2020-01-02",
    }
    answer = client.post("/add", data=fields)
    assert "added" in BeautifulSoup(answer.text, "lxml").select_one(".outcomes").text
    assert "Zeppelin" in read(client, "/search?q=zeppelin").select_one("ol.results h2").text
    again = BeautifulSoup(client.post("/add", data=fields).text, "lxml")
    assert again.select_one(".outcomes li")["class"] != ["added"]


def test_add_by_file(client: FlaskClient) -> None:
    files = [(BytesIO(b"Eins\n\nText von eins."), "a.txt"), (BytesIO(b"\x00\x01\xff"), "b.bin")]
    answer = client.post("/add", data={"way": "file", "file": files}, follow_redirects=True)
    outcomes = BeautifulSoup(answer.text, "lxml").select(".outcomes li")
    assert [each["class"] for each in outcomes] == [["added"], ["rejected"]]


def test_nothing_chosen(client: FlaskClient) -> None:
    assert "nothing was chosen" in client.post("/add", data={"way": "file"}).text


def test_what_was_typed_is_kept_after_a_refusal(client: FlaskClient) -> None:
    answer = client.post("/add", data={"way": "paste", "title": "Only a title", "text": " "})
    assert 'value="Only a title"' in answer.text


def test_hostile_articles_are_text(client: FlaskClient) -> None:
    fields = dict.fromkeys(("title", "source", "authors"), HOSTILE)
    fields |= {"text": f"Zeppelin {HOSTILE}", "url": "javascript:alert(1)"}
    shown = [client.post("/add", data=fields | {"way": "paste"}).text]
    addresses = ("/", "/articles/4", "/search?q=zeppelin", f"/search?q={HOSTILE}",
                 "/similar?article=4", f"/similar?text={HOSTILE}",
                 f"/search?q=zeppelin&source={HOSTILE}")  # fmt: skip
    shown += [client.get(address).text for address in addresses]
    for page in shown:
        assert "alert('x')</script>" not in page
        assert 'href="javascript:' not in page


def test_delete(client: FlaskClient) -> None:
    assert client.post("/articles/1/delete").status_code == 302
    read(client, "/articles/1", 404)
    assert not read(client, "/search?q=genève&mode=keyword").select("ol.results")
