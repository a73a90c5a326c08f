"""What pages tell Zotero and crawlers: meta elements, JSON-LD, COinS; from any article."""

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from archive.intake.ingest import ingest
from archive.model import Article
from archive.text.normalize import clean_line
from tests.support.fakes import make_item
from tests.support.web import MakeApp, open_app
from web.exports.citations import cite
from web.exports.metadata import coins_title, meta_tags, news_article_record, script_json
from web.services import Services

ARTICLE = Article(
    id=1,
    version=1,
    title="Un titre",
    paragraphs=("Un texte.",),
    source="Le Fil",
    authors=("Hélène Vasseur", "AFP"),
    url=None,
    language="fr",
    published="2021-12-03T23:30:00Z",
    added="2022-01-01T00:00:00Z",
    content_hash="",
    published_offset=60,
    modified="2021-12-05T00:00:00Z",
    section="Monde",
    paywalled=True,
)
HERE = "http://archive.example/articles/1"
HOSTILE = (
    """</script><script>alert('x')</script>"><img src=x onerror=alert(1)>{{ 7*7 }}]]>&amp;\\"""
)
TEXTS = st.lists(
    st.sampled_from(["</script>", "<!--", "]]>", "\u2028", "\ud800", "\x00", "\u202e", '"', "'",
                     "&", ">", "\r\n", "{{ 7 }}", "é", "javascript:x"]) | st.text(max_size=6),
    min_size=1, max_size=6,
).map("".join)  # fmt: skip


def read_page(client: FlaskClient, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "lxml")


def json_ld(page: BeautifulSoup) -> dict[str, object]:
    [script] = page.select('head script[type="application/ld+json"]')
    found = json.loads(str(script.string))
    assert isinstance(found, dict)
    return found


def test_highwire_dublin_core_and_open_graph() -> None:
    tags = meta_tags(cite(ARTICLE, HERE))
    told = {name: content for _, name, content in tags}
    assert told["citation_title"] == told["DC.title"] == told["og:title"] == "Un titre"
    assert told["citation_publication_date"] == "2021/12/04"
    assert told["DC.date"] == "2021-12-04"
    assert told["DC.type"] == "newspaperArticle"
    assert told["prism.publicationName"] == told["og:site_name"] == "Le Fil"
    assert told["citation_public_url"] == told["og:url"] == HERE
    assert told["article:published_time"] == "2021-12-04T00:30:00+01:00"
    authors = [content for _, name, content in tags if name == "citation_author"]
    assert authors == ["Hélène Vasseur", "AFP"]
    assert "citation_journal_title" not in told


def test_json_ld() -> None:
    assert news_article_record(cite(ARTICLE, HERE)) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Un titre",
        "url": HERE,
        "mainEntityOfPage": HERE,
        "datePublished": "2021-12-04T00:30:00+01:00",
        "dateModified": "2021-12-05T00:00:00Z",
        "inLanguage": "fr",
        "author": [
            {"@type": "Person", "name": "Hélène Vasseur"},
            {"@type": "Organization", "name": "AFP"},
        ],
        "publisher": {"@type": "Organization", "name": "Le Fil"},
        "articleSection": "Monde",
        "isAccessibleForFree": False,
    }


def test_what_is_not_known_is_not_told() -> None:
    bare = replace(ARTICLE, source=None, authors=(), language="und", published=None, modified=None,
                   section=None, paywalled=None)  # fmt: skip
    record = news_article_record(cite(bare, HERE))
    assert set(record) == {"@context", "@type", "headline", "url", "mainEntityOfPage"}
    assert all(content for _, _, content in meta_tags(cite(bare, HERE)))
    assert set(parse_qs(coins_title(cite(bare, HERE)))) == {
        "url_ver", "ctx_ver", "rfr_id", "rft_val_fmt", "rft.type", "rft.title", "rft.identifier",
    }  # fmt: skip


def test_coins() -> None:
    told = parse_qs(coins_title(cite(ARTICLE, HERE)))
    assert told["ctx_ver"] == ["Z39.88-2004"]
    assert told["rft.type"] == ["newspaperArticle"]
    assert told["rft.creator"] == ["Hélène Vasseur", "AFP"]
    assert (told["rft.title"], told["rft.source"]) == (["Un titre"], ["Le Fil"])
    assert (told["rft.date"], told["rft.identifier"]) == (["2021-12-04"], [HERE])


@given(TEXTS)
def test_any_text_is_safe_in_a_script_element(text: str) -> None:
    article = replace(ARTICLE, title=text, source=text, authors=(text,), section=text, url=text)
    record = news_article_record(cite(article, HERE))
    written = str(script_json(record))
    assert not set("<>&'\u2028\u2029") & set(written)
    assert written.isascii()
    assert json.loads(written) == record
    assert record["url"] == HERE
    assert record.get("articleSection", "") == clean_line(text)


@given(TEXTS)
def test_any_text_comes_through_coins(text: str) -> None:
    told = parse_qs(coins_title(cite(replace(ARTICLE, title=f"a{text}", authors=(text,)), HERE)))
    assert told["rft.title"] == [clean_line(f"a{text}")]
    assert told.get("rft.creator", [""]) == [clean_line(text)]


def test_the_article_page_names_its_publishers_page_as_the_one_to_index(
    client: FlaskClient,
) -> None:
    page = read_page(client, "/articles/1?q=missiles")
    assert [link["href"] for link in page.select("link[rel=canonical]")] == [
        "https://lefil.example/missiles"
    ]
    assert page.select_one('meta[name=robots][content="noindex"]')
    assert json_ld(page)["url"] == "https://lefil.example/missiles"
    types = [link["type"] for link in page.select("head link[rel=alternate]")]
    assert "application/x-bibtex" in types
    for link in page.select("head link[rel=alternate]"):
        assert client.get(str(link["href"])).mimetype == link["type"]


def test_an_own_text_is_its_own_canonical_page(make_app: MakeApp) -> None:
    page = read_page(make_app(public=True).test_client(), "/articles/3?q=vallée&v=1&char=0,4")
    canonical = page.select_one("link[rel=canonical]")
    assert canonical is not None
    assert canonical["href"] == "http://localhost/articles/3"
    assert not page.select("meta[name=robots]")


@pytest.mark.parametrize("path", ["/search?q=missiles", "/similar?article=1"])
def test_each_result_has_its_context_object(client: FlaskClient, path: str) -> None:
    results = read_page(client, path).select("ol.results article")
    assert results
    for result in results:
        [span] = result.select("span.Z3988")
        assert span.get_text() == ""
        title = result.select_one("h2")
        assert title is not None
        assert parse_qs(str(span["title"]))["rft.title"] == [title.get_text()]


def test_hostile_metadata_stays_text(filled: Services) -> None:
    hostile = make_item(HOSTILE, f"Zeppelin {HOSTILE}", source=HOSTILE, authors=(HOSTILE,),
                        section=HOSTILE, url="javascript:alert(1)")  # fmt: skip
    list(ingest([hostile], filled.store))
    filled.index()
    client = open_app(filled).test_client()
    article = read_page(client, "/articles/4")
    assert json_ld(article)["headline"] == filled.store.get(4).title
    told = article.select_one('meta[name="citation_author"]')
    assert told is not None
    assert told["content"] == filled.store.get(4).authors[0]
    for page in (article, read_page(client, "/search?q=zeppelin")):
        assert not page.select("img, [onerror]")
        assert not [script for script in page.select("script:not([src])")
                    if script.get("type") != "application/ld+json"]  # fmt: skip
        assert not page.select('[href^="javascript:"]')
