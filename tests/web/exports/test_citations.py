"""Citations: what each form says, read back by the parsers of others, whatever articles hold."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from archive.intake.ingest import ingest
from archive.model import Article, ArticleDraft, SourceItem, headline_of
from archive.sources.shared.ninjs_object import read_ninjs
from archive.text.normalize import clean_line
from tests.support.fakes import make_item
from tests.support.web import open_app
from web.exports.bylines import PersonName, split_name
from web.exports.citations import (
    cite,
    csl_record,
    format_bibtex,
    format_markdown,
    format_plain,
    format_ris,
)
from web.exports.ninjs import ninjs_record
from web.services import Services

HERE = "http://archive.example/articles/7?v=1&char=0,9#char=0,9"
ARTICLE = Article(
    id=7,
    version=1,
    title="L’accord & le reste : 100 % {sic}",
    paragraphs=("Les missiles seront détruits.", "Puis on verra."),
    source="Le Fil",
    authors=("Hélène de Vasseur", "Agence Rive Gauche"),
    url="https://lefil.example/a_b?c=%7E",
    language="fr",
    published="2021-12-02T23:30:00Z",
    added="2022-01-01T00:00:00Z",
    content_hash="",
    published_offset=60,
    section="Monde",
)
NASTY = (
    "</script><b>", "\r\nER  - \r\nTY  - BOOK", "TI  - x", "\\", "{", "}", "$^~%#&_@", "--", "``''",
    "\x00", "\x1b", "\u202e", "\ud800", "\ufffe", "\u2028", "=1+1", "javascript:alert(1)", '"',
    "![x](y)", "> # 1. - +", "*_~|", "&amp;", " and ", ", ", "صواريخ", "é", "\n\n", "]]>", "http://x",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=8).map("".join)
ARTICLES = st.builds(
    replace,
    st.just(ARTICLE),
    title=TEXTS,
    paragraphs=st.lists(TEXTS.filter(clean_line), min_size=1, max_size=3).map(tuple),
    source=st.none() | TEXTS,
    authors=st.lists(TEXTS, max_size=3).map(tuple),
    url=st.none() | TEXTS | TEXTS.map("https://a.example/".__add__),
    language=st.sampled_from(("fr", "und", "zh", "\ud800")),
    published=st.sampled_from((None, "2021-12-02T23:30:00Z", "1788-05-01")),
    published_offset=st.none(),
    section=st.none() | TEXTS,
)


def parse_ris(text: str) -> list[dict[str, Any]]:
    return list(rispy.loads(text))


def make_decoder() -> LatexNodes2Text:
    """What TeX sets; three signs are LaTeX's own and not among those that pylatexenc knows."""
    signs = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    macros = [MacroTextSpec(name, sign) for name, sign in signs.items()]
    known = get_default_latex_context_db()
    known.add_context_category("kernel", macros=macros, prepend=True)
    return LatexNodes2Text(known, strict_latex_spaces=True)


def parse_bibtex(text: str) -> Any:
    """The only entry, its TeX turned into the text it sets."""
    decoding = LatexDecodingMiddleware(decoder=make_decoder())
    library = bibtexparser.parse_string(text, append_middleware=[decoding])
    assert not library.failed_blocks
    [entry] = library.entries
    assert library.blocks == [entry]
    return entry


def parse_markdown(text: str) -> list[Token]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(text)


def inline_text(tokens: list[Token]) -> Iterator[str]:
    """The text of each block."""
    for token in tokens:
        if token.children is not None:
            yield "".join(child.content for child in token.children)


def title_of(article: Article) -> str:
    """Its title, or the beginning of its first paragraph that says anything."""
    lines = [clean_line(text) for text in (article.title, *article.paragraphs)]
    return lines[0] or headline_of("", filter(None, lines))


def test_bibtex() -> None:
    text = format_bibtex([cite(ARTICLE, HERE, "Les missiles\n\nseront")])
    assert text.startswith("@article{devasseur2021-7,\n")
    assert (
        "title = {{L’accord \\& le reste : 100 \\% \\textbraceleft{}sic\\textbraceright{}}}" in text
    )
    assert "author = {de Vasseur, Hélène and {Agence Rive Gauche}}" in text
    fields = parse_bibtex(text).fields_dict
    assert fields["title"].value == "L’accord & le reste : 100 % {sic}"
    assert fields["journal"].value == "Le Fil"
    assert (fields["date"].value, fields["month"].value) == ("2021-12-03", "dec")
    assert fields["abstract"].value == "Les missiles seront"
    assert f"url = {{{HERE}}}" in text


def test_ris() -> None:
    text = format_ris([cite(ARTICLE, HERE, "Les missiles\n\nseront")] * 2)
    assert text.count("\r\n") == text.count("\n") == 28
    first, second = parse_ris(text)
    assert first == second
    assert first["type_of_reference"] == "NEWS"
    assert first["authors"] == ["de Vasseur, Hélène", "Agence Rive Gauche"]
    assert (first["title"], first["secondary_title"]) == (ARTICLE.title, "Le Fil")
    assert (first["year"], first["date"], first["language"]) == ("2021", "2021/12/03", "fr")
    assert first["abstract"] == "Les missiles seront"
    assert first["urls"] == [HERE, ARTICLE.url]


def test_csl() -> None:
    assert csl_record(cite(ARTICLE, "http://archive.example/articles/7")) == {
        "id": "devasseur2021-7",
        "type": "article-newspaper",
        "title": ARTICLE.title,
        "author": [
            {"family": "de Vasseur", "given": "Hélène"},
            {"literal": "Agence Rive Gauche"},
        ],
        "container-title": "Le Fil",
        "section": "Monde",
        "issued": {"date-parts": [[2021, 12, 3]]},
        "language": "fr",
        "URL": ARTICLE.url,
        "note": "http://archive.example/articles/7",
    }


def test_markdown_and_plain_text() -> None:
    plain = "Hélène de Vasseur, Agence Rive Gauche, “L’accord & le reste : 100 % {sic}”, Le Fil, "
    assert format_plain(cite(ARTICLE, HERE)) == f"{plain}2021-12-03. {ARTICLE.url}\n"
    assert format_plain(cite(ARTICLE, HERE, "Puis")) == f"{plain}2021-12-03. {HERE}\n\n“Puis”\n"
    html = MarkdownIt().render(format_markdown(cite(ARTICLE, HERE, "Puis *on* verra.")))
    assert f'<a href="{HERE.replace("&", "&amp;")}">L’accord &amp; le reste' in html
    assert "<em>Le Fil</em>, 2021-12-03</p>\n<blockquote>\n<p>Puis *on* verra.</p>" in html


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Camille Orsenne", ("Orsenne", "Camille")),
        ("J. R. R. Tolkien", ("Tolkien", "J. R. R.")),
        ("Vincent van der Berg", ("van der Berg", "Vincent")),
        ("Orsenne, Camille", ("Orsenne", "Camille")),
        ("Martin Luther King Jr.", ("King", "Martin Luther", "Jr.")),
        ("Sammy Davis, Jr.", ("Davis", "Sammy", "Jr.")),
        ("JEAN DUPONT", ("DUPONT", "JEAN")),
        ("AFP", None),
        ("Le Monde avec AFP", None),
        ("AFP Paris", None),
        ("The Associated Press", None),
        ("Agence Rive Gauche", None),
        ("Ana Sol and Bo Ek", None),
        ("redaction@lefil.example", None),
        ("Un Nom Bien Trop Long Pour Être Coupé", None),
        ("莫言", None),
        ("", None),
    ],
)
def test_people_are_parted_and_others_kept_whole(name: str, parts: tuple[str, ...] | None) -> None:
    assert split_name(name) == (PersonName(*parts) if parts else None)


def test_where_the_family_comes_first_names_are_kept_whole() -> None:
    assert split_name("Nguyễn Du", "vi") is None


@given(ARTICLES, TEXTS)
def test_any_article_is_one_bibtex_entry(article: Article, passage: str) -> None:
    citation = cite(article, HERE, passage)
    fields = parse_bibtex(format_bibtex([citation])).fields_dict
    assert " ".join(fields["title"].value.split()) == title_of(article)
    assert fields.keys() <= {"author", "title", "journal", "date", "year", "month", "language",
                             "url", "annote", "abstract"}  # fmt: skip
    if citation.quotation:
        assert " ".join(fields["abstract"].value.split()) == clean_line(passage)


@given(st.lists(ARTICLES, max_size=3), TEXTS)
def test_any_articles_are_as_many_ris_records(articles: list[Article], passage: str) -> None:
    text = format_ris(cite(article, HERE, passage) for article in articles)
    assert len(text.splitlines()) == text.count("\r\n") == text.count("\n")
    records = parse_ris(text)
    assert [record["title"] for record in records] == [title_of(a) for a in articles]
    for record, article in zip(records, articles, strict=True):
        assert record["type_of_reference"] == "NEWS"
        assert record.get("abstract", "") == clean_line(passage)
        assert len(record.get("authors", [])) == len([a for a in article.authors if clean_line(a)])
        assert not [url for url in record["urls"] if not url.startswith("http")]


@given(ARTICLES, TEXTS)
def test_any_article_is_one_line_of_markdown_and_a_quotation(
    article: Article, passage: str
) -> None:
    citation = cite(article, HERE, passage)
    tokens = parse_markdown(format_markdown(citation))
    line, *quoted = inline_text(tokens)
    assert title_of(article) in line
    assert quoted == ([citation.quotation] if citation.quotation else [])
    links = [child.attrGet("href") for token in tokens for child in token.children or ()
             if child.type == "link_open"]  # fmt: skip
    assert len(links) == 1
    assert str(links[0]).startswith(("http://", "https://"))
    assert not [token for token in tokens if token.type.startswith(("html", "heading", "list"))]


@given(ARTICLES, TEXTS)
def test_any_article_is_csl_of_its_own_words(article: Article, passage: str) -> None:
    record = json.loads(json.dumps(csl_record(cite(article, HERE, passage))))
    assert record["title"] == title_of(article)
    assert record.get("abstract", "") == clean_line(passage)
    assert record["URL"].startswith(("http://", "https://"))


@given(ARTICLES, TEXTS)
def test_any_article_is_plain_text(article: Article, passage: str) -> None:
    lines = format_plain(cite(article, HERE, passage)).splitlines()
    assert title_of(article) in lines[0]
    assert lines[1:] == (["", f"“{clean_line(passage)}”"] if clean_line(passage) else [])


def draft_of(article: Article) -> ArticleDraft | None:
    sent = json.loads(json.dumps(ninjs_record(article, article.url or "tag:a.example,2021:7")))
    return read_ninjs(sent, "a").draft


def test_ninjs_comes_back_as_it_went() -> None:
    assert draft_of(replace(ARTICLE, modified="2022-02-01T00:00:00Z")) == ArticleDraft(
        title=ARTICLE.title,
        paragraphs=ARTICLE.paragraphs,
        source="Le Fil",
        authors=ARTICLE.authors,
        url=ARTICLE.url,
        language="fr",
        published="2021-12-03T00:30:00+01:00",
        modified="2022-02-01T00:00:00Z",
        section="Monde",
    )


def test_ninjs_of_little_and_of_names_like_bylines() -> None:
    bare = replace(ARTICLE, title="", url=None, source=None, section=None, published="2021-12-03")
    draft = draft_of(replace(bare, published_offset=None, authors=("von Trapp; Co", "B")))
    assert draft is not None
    assert draft.authors == ("von Trapp, Co", "B")
    assert (draft.title, draft.url, draft.source, draft.section) == ("", None, "", None)
    assert draft.published == "2021-12-03"


LINES = TEXTS.map(clean_line)


@given(
    st.builds(
        replace,
        st.just(ARTICLE),
        title=LINES,
        paragraphs=st.lists(LINES.filter(bool), min_size=1, max_size=3).map(tuple),
        authors=st.lists(LINES.filter(bool), max_size=3).map(tuple),
        source=LINES.filter(bool),
        section=LINES.filter(bool),
    )
)
def test_any_held_article_comes_back_from_ninjs(article: Article) -> None:
    draft = draft_of(article)
    assert draft is not None
    assert (draft.title, draft.paragraphs) == (article.title, article.paragraphs)
    assert (draft.source, draft.section) == (article.source, article.section)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("bib", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("csl.json", "application/vnd.citationstyles.csl+json"),
        ("md", "text/markdown"),
        ("txt", "text/plain"),
        ("ninjs.json", "application/json"),
    ],
)
def test_each_form_is_served(client: FlaskClient, kind: str, media_type: str) -> None:
    answer = client.get(f"/articles/1.{kind}")
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Genève" in answer.text
    assert "https://lefil.example/missiles" in answer.text


def test_a_passage_is_quoted_at_its_permanent_address(client: FlaskClient) -> None:
    [record] = parse_ris(client.get("/articles/1.ris?v=1&char=4,12").text)
    assert record["abstract"] == "missiles"
    assert record["urls"][0] == "http://localhost/articles/1?v=1&char=4,12#char=4,12"
    assert client.get(record["urls"][0]).status_code == 200
    assert "\n> missiles\n" in client.get("/articles/1.md?char=4,12").text
    whole = client.get("/articles/1.ris").text
    assert "AB  - " not in whole


def test_an_earlier_version_is_quoted_as_it_was(filled: Services) -> None:
    url = "https://lefil.example/missiles"
    list(ingest([make_item("Autre titre", "Tout a changé.", url=url)], filled.store))
    client = open_app(filled).test_client()
    [old] = client.get("/articles/1.csl.json?v=1&char=4,12").get_json(force=True)
    assert (old["title"], old["abstract"]) == ("Missiles : un accord à Genève", "missiles")
    assert "?v=1&" in old["URL"]
    [new] = client.get("/articles/1.csl.json?char=0,4").get_json(force=True)
    assert (new["title"], new["abstract"]) == ("Autre titre", "Tout")
    assert client.get("/articles/1.bib?v=9").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [("/articles/99.bib", 404), ("/articles/99.ninjs.json", 404),
     ("/articles/1.ris?char=9000,9001", 400), ("/articles/1.ris?char=9,4", 400)],
)  # fmt: skip
def test_problems_are_said_to_programs(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/articles/1.pdf", "/articles/1.", "/articles/x.bib"])
def test_there_are_no_other_forms(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_what_is_held_already_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/articles/1.bib").headers["ETag"]
    assert client.get("/articles/1.bib", headers={"If-None-Match": tag}).status_code == 304


def test_hostile_articles_are_served_as_text(filled: Services) -> None:
    hostile = SourceItem("x", ArticleDraft("".join(NASTY), ("".join(NASTY),), authors=NASTY[:4]))
    list(ingest([hostile], filled.store))
    client = open_app(filled).test_client()
    title = filled.store.get(4).title
    [record] = parse_ris(client.get("/articles/4.ris").text)
    assert record["title"] == title
    assert parse_bibtex(client.get("/articles/4.bib").text)["title"] == title
    [csl] = json.loads(client.get("/articles/4.csl.json").data)
    assert csl["title"] == title
    assert json.loads(client.get("/articles/4.ninjs.json").data)["headlines"][0]["value"] == title


def test_the_day_is_the_publishers_own() -> None:
    assert cite(ARTICLE, HERE).day == "2021-12-03"
    assert cite(replace(ARTICLE, published_offset=None), HERE).day == "2021-12-02"


@pytest.mark.parametrize(
    ("published", "bibtex", "ris", "parts"),
    [
        ("2021-12", "date = {2021-12}", "DA  - 2021/12", [2021, 12]),
        ("2021", "date = {2021}", "DA  - 2021", [2021]),
    ],
)
def test_a_month_and_a_year_are_cited_as_such(
    published: str, bibtex: str, ris: str, parts: list[int]
) -> None:
    cited = cite(replace(ARTICLE, published=published, published_offset=None), HERE)
    assert bibtex in format_bibtex([cited])
    assert f"{ris}\r\n" in format_ris([cited])
    assert csl_record(cited)["issued"] == {"date-parts": [parts]}
