"""What a page says of its article: title, authors, dates, section, paywall."""

import json
from typing import Any

import pytest

from archive.extraction.extract import extract_article
from archive.extraction.page_authors import split_names
from archive.extraction.page_metadata import PageMetadata, read_metadata
from archive.extraction.page_tree import parse_page

NEWS = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "La réforme passe"}
TEXT = "<p>Le gouvernement a annoncé mardi une réforme des retraites, débattue dès cet été.</p>"


def page(head: str, body: str = "") -> str:
    return f"<html><head>{head}</head><body><article>{body}{TEXT}</article></body></html>"


def linked(**fields: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(NEWS | fields)}</script>'


def metadata(head: str, body: str = "") -> PageMetadata:
    return read_metadata(parse_page(page(head, body)), "https://www.journal.fr/x")


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


@pytest.mark.parametrize(
    "title",
    [
        "La réforme passe | Le Journal",
        "La réforme passe - Le Journal - Politique",
        "La réforme passe — journal.fr",
        "Le Journal : La réforme passe",
        "La réforme passe｜Le Journal",
        "La réforme passe",
    ],
)
def test_the_outlet_is_cut_off_a_title(title: str) -> None:
    head = f"<title>{title}</title>" + meta("og:site_name", "Le Journal")
    assert metadata(head).title == "La réforme passe"


def test_a_dash_within_a_headline_stays() -> None:
    assert metadata(meta("og:title", "Budget - le bras de fer")).title == "Budget - le bras de fer"


def test_a_headline_the_page_shows_cuts_what_is_added_to_it() -> None:
    shown = "<h1>La réforme passe</h1>"
    head = meta("og:title", "La réforme passe - Politique - Actualités")
    assert metadata(head, shown).title == "La réforme passe"


def test_the_article_under_the_headline_shown_goes_before_others() -> None:
    others = linked(headline="Autre chose", datePublished="2001-01-01")
    head = others + linked(datePublished="2020-02-02")
    found = metadata(head, "<h1>La réforme passe</h1>")
    assert (found.title, found.published) == ("La réforme passe", "2020-02-02")


def test_an_author_given_by_reference_is_found_in_the_graph() -> None:
    graph = [NEWS | {"author": {"@id": "#ana"}}, {"@type": "Person", "@id": "#ana", "name": "Ana"}]
    data = json.dumps({"@graph": graph})
    assert metadata(f'<script type="application/ld+json">{data}</script>').authors == ("Ana",)


@pytest.mark.parametrize("wrapping", ["<!--{}-->", "//<![CDATA[\n{}\n//]]>", "{};", "[{},]"])
def test_wrapped_and_nearly_right_json_is_read(wrapping: str) -> None:
    data = wrapping.replace("{}", json.dumps(NEWS))
    found = metadata(f'<script type="application/ld+json">{data}</script>')
    assert found.title == "La réforme passe"


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Von Ana Roy und Léo Blum", ("Ana Roy", "Léo Blum")),
        ("By Ana Roy, Léo Blum and Zoé Petit", ("Ana Roy", "Léo Blum", "Zoé Petit")),
        ("Par Ana Roy, envoyée spéciale à Metz", ("Ana Roy",)),
        ("Le Figaro et AFP", ("Le Figaro et AFP",)),
        ("Ana Roy, ana@journal.fr, https://a.org", ("Ana Roy",)),
        ("María de la Cruz", ("María de la Cruz",)),
        ("https://facebook.com/journal", ()),
        ("", ()),
    ],
)
def test_names_in_a_byline(said: str, names: tuple[str, ...]) -> None:
    assert split_names([said]) == names


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (linked(author="Ana Roy"), "<p class=byline>Von Léo Blum</p>", ("Ana Roy",)),
        (linked(author="Journal") + meta("author", "Ana Roy"), "", ("Ana Roy",)),
        (linked(author="ana-roy") + meta("article:author", "Ana Roy"), "", ("Ana Roy",)),
        (
            meta("article:author", "https://facebook.com/x"),
            "<a rel=author>Ana Roy</a>",
            ("Ana Roy",),
        ),
        (
            meta("citation_author", "Ana Roy") + meta("citation_author", "Zoé"),
            "",
            ("Ana Roy", "Zoé"),
        ),
        (meta("twitter:creator", "@ana"), "<p class=byline>By Ana Roy</p>", ("Ana Roy",)),
        ("", "<div class=author-box>Tous nos articles sur le sujet</div>", ()),
        (linked(author="Journal"), "", ("Journal",)),
    ],
)
def test_who_wrote_it(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert metadata(head, body).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        (linked(datePublished="2021-05-04T10:00:00+02:00"), "", "2021-05-04T10:00:00+02:00"),
        (meta("dcterms.issued", "2021-05-04"), "", "2021-05-04"),
        ("", "<meta itemprop=datePublished content=2021-05-04>", "2021-05-04"),
        ("", "<h1>Titre</h1><time datetime=2021-05-04T08:00Z>mardi</time>", "2021-05-04T08:00Z"),
        ("", "<p>Published on 4 May 2021</p>", "2021-05-04"),
    ],
)
def test_when_it_came_out(head: str, body: str, published: str) -> None:
    assert extract_article(page(head, body)).published == published


def test_the_day_in_an_address_is_the_last_but_one_resort() -> None:
    draft = extract_article(page(""), "https://a.org/2021/5/4/titre.html")
    assert draft.published == "2021-05-04"


def test_modified_section_and_paywall() -> None:
    head = linked(dateModified="2021-05-05", articleSection=["Politique"], isAccessibleForFree=True)
    draft = extract_article(page(head))
    assert (draft.modified, draft.section, draft.paywalled) == ("2021-05-05", "Politique", False)
    draft = extract_article(
        page(meta("article:modified_time", "2021-06-07") + meta("article:section", "X"))
    )
    assert (draft.modified, draft.section, draft.paywalled) == ("2021-06-07", "X", None)


@pytest.mark.parametrize(
    ("head", "paywalled"),
    [
        (linked(isAccessibleForFree="False"), True),
        (linked(isAccessibleForFree="http://schema.org/True"), False),
        (linked(hasPart={"isAccessibleForFree": False, "cssSelector": ".paid"}), True),
        (linked(isAccessibleForFree=["odd", {}]), None),
        (meta("article:content_tier", "locked"), True),
        (meta("article:content_tier", "free"), False),
    ],
)
def test_the_paywall_flag(head: str, paywalled: bool | None) -> None:
    assert metadata(head).paywalled is paywalled


def test_the_host_names_a_page_without_an_outlet() -> None:
    assert extract_article(page(""), "https://www.journal.fr/x").source == "journal.fr"
