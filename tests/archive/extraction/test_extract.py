"""`archive.extraction.extract`: a page's article and what the page says of itself."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import UnreadableInputError
from archive.extraction.extract import declared_charset, extract_article
from archive.extraction.page_metadata import PageMetadata, read_metadata
from archive.extraction.page_tree import parse_page
from archive.model import ArticleDraft
from archive.text.decode import decode_text

FIRST = "Le gouvernement a annoncé mardi une réforme des retraites qui sera débattue cet automne."
SECOND = "Les syndicats appellent à une journée de grève nationale contre ce projet contesté."
THIRD = "L'opposition demande de son côté un référendum avant la fin de l'année prochaine."
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "@graph", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
NEWS: dict[str, Any] = {
    "@type": "NewsArticle",
    "headline": "La réforme",
    "author": [{"name": "Ana Roy"}, {"name": ["Léo Blum", "http://a.org/leo"]}, "Zoé Petit"],
    "publisher": {"name": "Le Journal"},
    "datePublished": "2021-05-04",
    "inLanguage": "fr-FR",
}


def page(head: str = "", body: str = "") -> str:
    paragraphs = f"<p>{FIRST}</p>{body}<p>{SECOND}</p><p>{THIRD}</p>"
    return f"<html><head>{head}</head><body><article>{paragraphs}</article></body></html>"


def linked(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def metadata(markup: str) -> PageMetadata:
    return read_metadata(parse_page(markup))


def fields(draft: ArticleDraft) -> tuple[Any, ...]:
    return draft.title, draft.source, draft.authors, draft.published, draft.language


@pytest.mark.parametrize(
    "data",
    [
        NEWS,
        [{"@type": "Organization", "name": "x"}, NEWS],
        {"@graph": [{"@type": "WebSite"}, NEWS]},
        {"@type": "WebPage", "mainEntity": NEWS},
        NEWS | {"@type": ["Thing", "ReportageNewsArticle"]},
    ],
)
def test_json_ld_wherever_the_article_stands_in_it(data: Any) -> None:
    draft = extract_article(page(linked(data) + '<meta property="og:title" content="Other">'))
    authors = ("Ana Roy", "Léo Blum", "Zoé Petit")
    assert fields(draft) == ("La réforme", "Le Journal", authors, "2021-05-04", "fr-FR")
    assert draft.paragraphs == (FIRST, SECOND, THIRD)


@pytest.mark.parametrize("broken", ["{", "", "[" * 100_000, '{"@type": "NewsArticle",}', "nul"])
def test_broken_json_ld_leaves_the_rest(broken: str) -> None:
    script = f'<script type="application/ld+json">{broken}</script>'
    assert metadata(page(script + linked(NEWS))).title == "La réforme"


def test_opengraph_then_meta_then_markup() -> None:
    head = """<meta property="og:title" content="Titre OG">
      <meta property="og:site_name" content="OG">
      <meta property="article:published_time" content="2020-01-02T03:04:05Z">
      <meta name="author" content="Ana Roy"><meta name="dc.title" content="Titre DC">
      <meta property="og:url" content="https://a.org/og">"""
    draft = extract_article(page(head))
    assert fields(draft) == ("Titre OG", "OG", ("Ana Roy",), "2020-01-02T03:04:05Z", None)
    assert draft.url == "https://a.org/og"
    assert metadata("<html lang=fr><h1>Un\n titre</h1>").title == "Un titre"
    assert metadata("<html lang=fr><h1>Un</h1><h1>Deux</h1>").title is None
    assert metadata("<html lang=fr>").language == "fr"


def test_the_canonical_address_wins_unless_it_is_relative() -> None:
    absolute = '<link rel="canonical" href="https://a.org/one">'
    assert extract_article(page(absolute), "https://a.org/?x=1").url == "https://a.org/one"
    relative = '<link rel="canonical" href="/one">'
    assert extract_article(page(relative), "https://a.org/?x=1").url == "https://a.org/?x=1"


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({name: JSON_VALUES for name in NEWS if name != "@type"}), JSON_VALUES)
def test_values_of_the_wrong_type_never_raise(values: dict[str, Any], beside: Any) -> None:
    found = metadata(page(linked([beside, {"@type": "NewsArticle", **values}])))
    assert all(isinstance(author, str) for author in found.authors)
    assert all(
        value is None or isinstance(value, str)
        for value in (found.title, found.published, found.source, found.url, found.language)
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters() | st.sampled_from("<>/=\"'!-&;?phead"), max_size=60))
def test_any_page_gives_a_draft_or_is_refused(html: str) -> None:
    with pytest.raises(UnreadableInputError):
        extract_article(html)
    assert FIRST in extract_article(page(html)).paragraphs or "<" in html


@pytest.mark.parametrize("html", ["", "\x00", "page.html", "http://a.org/page", "<p>Court.</p>"])
def test_a_page_without_an_article_is_refused(html: str) -> None:
    with pytest.raises(UnreadableInputError, match=r"no article found .*; paste its text instead"):
        extract_article(html)


def test_xhtml_with_its_declaration() -> None:
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    assert extract_article(declaration + page()).paragraphs == (FIRST, SECOND, THIRD)


def test_nested_blocks_are_said_once_and_lose_nothing() -> None:
    items = "<ul><li>Point un<ul><li>Point un bis</li></ul></li></ul>"
    quote = "<blockquote>Elle dit<p>une chose</p></blockquote>"
    paragraphs = extract_article(page(body=items + quote)).paragraphs
    assert paragraphs == (FIRST, "Point un", "Point un bis", "Elle dit", "une chose", SECOND, THIRD)


def test_a_line_break_parts_words() -> None:
    assert (
        "Un vers deux vers" in extract_article(page(body="<p>Un vers<br>deux vers</p>")).paragraphs
    )


def test_the_title_is_not_repeated_as_a_paragraph() -> None:
    draft = extract_article(page(linked(NEWS), "<h2>La réforme</h2><h2>La suite</h2>"))
    assert draft.paragraphs == (FIRST, "La suite", SECOND, THIRD)


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        (b'<meta charset="ISO-8859-1">', "ISO-8859-1"),
        (b"<meta http-equiv=content-type content='text/html; charset = koi8-r'>", "koi8-r"),
        (b'<?xml version="1.0"?><html>', None),
        (b" " * 3_000 + b"<meta charset=utf-8>", None),
    ],
)
def test_declared_charset(head: bytes, charset: str | None) -> None:
    assert declared_charset(head) == charset


def test_latin_1_means_windows_1252_on_the_web() -> None:
    assert decode_text("l’œuvre".encode("cp1252"), "ISO-8859-1") == "l’œuvre"


@pytest.mark.parametrize("name", ["undefined", "idna", "rot13", "hex", "no-such", "utf-8"])
def test_a_declared_encoding_that_explains_nothing_is_passed_over(name: str) -> None:
    text = "Le café de la gare a été fermé à l'été dernier, où l'on fêtait Noël et la Épiphanie."
    assert "caf" in decode_text(text.encode("latin-1"), name)
