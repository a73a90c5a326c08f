"""Feeds through pages and API, on a site of our own on loopback."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.support.feed_site import Site, article_page, item, rss
from tests.support.web import MakeApp

RSS = "application/rss+xml"
OPML = '<opml version="2.0"><body>{}<outline type="rss" text="sans adresse"/></body></opml>'


@pytest.fixture
def client(make_app: MakeApp, quick_polls: None) -> FlaskClient:
    return make_app(allowed_networks=("127.0.0.0/8",)).test_client()


@pytest.fixture
def feed_url(site: Site) -> str:
    link = site.serve("/crue", article_page("Crue de la Sarvelle"))
    return site.serve("/feed", rss(item(link), item(site.origin + "/none", "Perdu")), RSS)


def read(answer) -> BeautifulSoup:  # type: ignore[no-untyped-def]
    return BeautifulSoup(answer.text, "lxml")


def test_a_feed_is_followed_and_its_items_come(client: FlaskClient, feed_url: str) -> None:
    answer = client.post("/feeds", data={"address": feed_url}, follow_redirects=True)
    outcomes = read(answer).select(".outcomes li")
    assert [each["class"] for each in outcomes] == [["added"], ["rejected"]]
    page = read(client.get("/feeds"))
    assert "Le Fanal" in page.main.text
    assert "2 items" in page.main.text
    assert client.get("/api/v1/search?q=Sarvelle+mairie&mode=keyword").json["total"] >= 1
    exported = client.get("/feeds.opml").text
    assert f'xmlUrl="{feed_url}"' in exported


def test_a_list_of_feeds(client: FlaskClient, site: Site, feed_url: str) -> None:
    other = site.serve("/other", rss(item(title="Seul", text="Un texte. " * 30)), RSS)
    outlines = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in (feed_url, other))
    data = {"opml": (BytesIO(OPML.format(outlines).encode()), "list.opml")}
    answer = client.post("/feeds", data=data, follow_redirects=True)
    assert "2 added, 1 rejected" in read(answer).main.text
    assert len(client.get("/api/v1/feeds").json["feeds"]) == 2


def test_a_feed_of_a_list_that_does_not_answer_today_is_kept(
    client: FlaskClient, site: Site, feed_url: str
) -> None:
    silent = site.origin + "/silent"
    outlines = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in (silent, feed_url))
    data = {"opml": (BytesIO(OPML.format(outlines).encode()), "list.opml")}
    client.post("/feeds", data=data, follow_redirects=True)
    feeds = {each["url"]: each for each in client.get("/api/v1/feeds").json["feeds"]}
    assert feeds.keys() == {silent, feed_url}
    assert "404" in str(feeds[silent]["outcome"])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"address": "ftp://a.org"}, "not a web address"),
        ({"address": ""}, "not a web address"),
        ({"opml": (BytesIO(b"no xml"), "x.opml")}, "not OPML"),
        ({"opml": (BytesIO(OPML.format("").encode()), "x.opml")}, "no feed in this list"),
    ],
)
def test_what_is_no_feed_says_so(client: FlaskClient, sent: dict, said: str) -> None:  # type: ignore[type-arg]
    answer = client.post("/feeds", data=sent)
    assert said in read(answer).select_one("[role=alert]").text


def test_a_page_without_a_feed_is_an_outcome(client: FlaskClient, site: Site) -> None:
    address = site.serve("/page", article_page("Une page"))
    answer = client.post("/feeds", data={"address": address}, follow_redirects=True)
    assert read(answer).select_one(".outcomes li")["class"] == ["rejected"]
    assert client.get("/api/v1/feeds").json == {"feeds": []}


def test_poll_again_and_follow_no_longer(client: FlaskClient, site: Site, feed_url: str) -> None:
    sent = client.post("/api/v1/feeds", json={"addresses": [feed_url]})
    assert sent.status_code == 202
    (feed,) = client.get("/api/v1/feeds").json["feeds"]
    assert (feed["url"], feed["state"], feed["items"]) == (
        feed_url, "active", {"added": 1, "rejected": 1},
    )  # fmt: skip
    link = site.serve("/suite", article_page("La décrue", "trouble"))
    site.serve("/feed", rss(item(link)), RSS)
    answer = client.post(f"/feeds/{feed['id']}/poll", follow_redirects=True)
    assert "1 added" in read(answer).main.text
    assert client.delete(f"/api/v1/feeds/{feed['id']}").status_code == 204
    assert client.delete(f"/api/v1/feeds/{feed['id']}").status_code == 404
    assert client.get("/api/v1/feeds").json == {"feeds": []}
    assert client.get("/api/v1/articles").json["total"] == 5


def test_removing_through_the_page(client: FlaskClient, feed_url: str) -> None:
    client.post("/feeds", data={"address": feed_url})
    answer = client.post("/feeds/1/remove", follow_redirects=True)
    assert "No feed is followed yet." in read(answer).main.text
