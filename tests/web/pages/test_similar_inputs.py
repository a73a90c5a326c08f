from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient


def read(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def named(page: BeautifulSoup, words: str) -> Tag:
    return next(a for a in page.select("a") if words in a.get_text())


def test_a_result_joins_what_more_is_sought_of(client: FlaskClient) -> None:
    first = read(client, "/similar?article=1")
    more = named(first, "More like this")["href"]
    assert isinstance(more, str)
    second = read(client, more)
    picked = second.select(".picks li")
    assert [each.b.text for each in picked if each.b] == ["like", "like"]
    shown = {a["href"] for a in second.select(".results h2 a")}
    assert not any("/articles/1?" in str(url) for url in shown)
    less = named(second, "Less like this")["href"]
    third = read(client, str(less))
    assert [each.b.text for each in third.select(".picks li") if each.b] == [
        "like",
        "like",
        "unlike",
    ]


def test_a_pick_can_be_taken_back(client: FlaskClient) -> None:
    page = read(client, "/similar?article=1&article=2&not_article=3")
    remove = page.select(".picks li .on")
    assert len(remove) == 3
    assert "not_article" not in urlsplit(str(remove[2]["href"])).query
    alone = read(client, str(remove[1]["href"]))
    assert "/articles/1" in str(alone.select(".picks span a")[0]["href"])
    assert len(alone.select(".picks li")) == 2


def test_bad_picks_are_answered(client: FlaskClient) -> None:
    assert client.get("/similar?article=99999").status_code == 404
    assert client.get("/similar?article=1&not_article=99999").status_code == 404
    many = "&".join(f"text={n}" for n in range(50))
    assert client.get(f"/similar?{many}").status_code == 200
    assert client.get("/similar?article=abc").status_code == 200


def test_the_api_takes_several(client: FlaskClient) -> None:
    page = client.get("/api/v1/similar?article=1&article=2&not_article=3&facets=true").json
    assert page is not None
    assert not {1, 2, 3} & {result["article"]["id"] for result in page["results"]}
    assert page["facets"] is not None
    assert client.get("/api/v1/similar?not_article=1").status_code == 400
