"""What tells browsers and search engines the way: OpenSearch, robots.txt, the sitemap."""

import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from lxml import etree

from tests.support.web import MakeApp
from web.exports import discovery

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read_description(client: FlaskClient, language: str = "en") -> etree._Element:
    answer = client.get("/opensearch.xml", headers={"Accept-Language": language})
    assert (answer.status_code, answer.mimetype) == (200, discovery.DESCRIPTION_TYPE)
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
    return etree.fromstring(answer.data)


def locations(client: FlaskClient, path: str) -> list[str]:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return [str(place.text) for place in etree.fromstring(answer.data).iter(SITEMAP + "loc")]


def test_a_browser_can_search_by_each_template(client: FlaskClient) -> None:
    urls = read_description(client).findall(OPENSEARCH + "Url")
    templates = {url.get("type"): str(url.get("template")) for url in urls}
    assert set(templates) == {"text/html", "application/atom+xml",
                              "application/x-suggestions+json",
                              "application/opensearchdescription+xml"}  # fmt: skip
    for media_type, template in templates.items():
        assert template.startswith("http://localhost/")
        address = template.replace("{searchTerms}", "missiles%20%C3%A0")
        for filled in (address, re.sub(r"\{\w+\?\}", "", address)):
            answer = client.get(re.sub(r"\{\w+\?\}", "1", filled).partition("localhost")[2])
            assert (answer.status_code, answer.mimetype) == (200, media_type)


def test_the_description_keeps_to_the_bounds_of_its_format(client: FlaskClient) -> None:
    for language in ("en", "fr"):
        root = read_description(client, language)
        assert len(root.findtext(OPENSEARCH + "ShortName") or "") in range(1, 17)
        assert len(root.findtext(OPENSEARCH + "LongName") or "") in range(1, 49)
        assert len(root.findtext(OPENSEARCH + "Description") or "") in range(1, 1025)
        assert root.findtext(OPENSEARCH + "Language") == language
        image = str(root.findtext(OPENSEARCH + "Image")).partition("localhost")[2]
        with client.get(image) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/search?q=missiles", "/articles/1", "/add"])
def test_every_page_names_the_description(client: FlaskClient, path: str) -> None:
    link = BeautifulSoup(client.get(path).text, "lxml").select_one("head link[rel=search]")
    assert link is not None
    assert (link["href"], link["type"]) == ("/opensearch.xml", discovery.DESCRIPTION_TYPE)


def test_a_private_archive_is_closed_to_crawlers(client: FlaskClient) -> None:
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    for path in ("/sitemap.xml", "/sitemap-1.xml"):
        assert client.get(path).status_code == 404
    for number in (1, 3):
        assert '<meta name="robots" content="noindex">' in client.get(f"/articles/{number}").text


def test_a_public_archive_shows_its_own_texts_alone(make_app: MakeApp) -> None:
    client = make_app(public=True).test_client()
    lines = client.get("/robots.txt").text.splitlines()
    assert "Disallow: /" not in lines
    assert {"Disallow: /search", "Disallow: /api/"} <= set(lines)
    assert not [line for line in lines if line.startswith("Disallow: /articles")]
    assert lines[-1] == "Sitemap: http://localhost/sitemap.xml"
    assert locations(client, "/sitemap.xml") == ["http://localhost/sitemap-1.xml"]
    own = ["http://localhost/", "http://localhost/articles/3"]
    assert locations(client, "/sitemap-1.xml") == own
    assert "noindex" in client.get("/articles/1").text
    assert "noindex" not in client.get("/articles/3").text


def test_a_sitemap_tells_when_a_text_changed(make_app: MakeApp) -> None:
    root = etree.fromstring(make_app(public=True).test_client().get("/sitemap-1.xml").data)
    changed = [place.findtext(SITEMAP + "lastmod") for place in root]
    assert changed[0] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(changed[1]))


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_large_archive_has_several_sitemaps(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(discovery, "MAX_PER_SITEMAP", most)
    app = make_app(public=True)
    client = app.test_client()
    for text in ("Un zeppelin.", "Une montgolfière.", "Un ballon."):
        client.post("/add", data={"way": "paste", "title": "", "text": text})
    files = [address.partition("localhost")[2] for address in locations(client, "/sitemap.xml")]
    listed = [locations(client, file) for file in files]
    assert {len(each) for each in listed[:-1]} <= {most}
    assert len(listed[-1]) in range(1, most + 1)
    numbers = [f"http://localhost/articles/{number}" for number in (3, 4, 5, 6)]
    assert [place for each in listed for place in each] == ["http://localhost/", *numbers]
    assert client.get(f"/sitemap-{len(files) + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404
