"""JSON of other programs: scrapers, services, content systems and schema.org."""

import json
from typing import Any

import pytest

from archive.intake.ingest import ingest
from archive.model import SourceItem
from archive.sources.export import article_record
from archive.store.articles import ArticleStore
from tests.support.work import at_most

BODY = "Le conseil a voté lundi la construction d'une passerelle."
MORE = "Le chantier doit durer dix-huit mois, selon la ville."
ARTICLE = {
    "title": "La passerelle",
    "paragraphs": (BODY, MORE),
    "source": "Le Jour",
    "authors": ("Ana Sol",),
    "url": "https://a.example/1",
    "published": "2021-12-03",
}
OBJECTS: dict[str, dict[str, Any]] = {
    "schema.org": {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "La passerelle",
        "articleBody": f"{BODY}\n\n{MORE}",
        "author": [{"@type": "Person", "name": "Ana Sol"}],
        "publisher": {"@type": "Organization", "name": "Le Jour", "logo": {"url": "x"}},
        "mainEntityOfPage": {"@type": "WebPage", "@id": "https://a.example/1"},
        "datePublished": "2021-12-03",
    },
    "newspaper": {
        "title": "La passerelle",
        "text": f"{BODY}\n\n{MORE}",
        "authors": ["Ana Sol"],
        "publish_date": "2021-12-03",
        "source_url": "https://a.example",
        "url": "https://a.example/1",
        "site_name": "Le Jour",
    },
    "news-please": {
        "maintext": f"{BODY}\n{MORE}",
        "title": "La passerelle",
        "authors": ["Ana Sol"],
        "date_download": "2022-01-01",
        "date_publish": "2021-12-03",
        "source_domain": "a.example",
        "publication": "Le Jour",
        "url": "https://a.example/1",
    },
    "trafilatura": {
        "title": "La passerelle",
        "author": "Ana Sol",
        "hostname": "a.example",
        "date": "2021-12-03",
        "text": f"{BODY}\n{MORE}",
        "raw_text": f"{BODY} {MORE}",
        "source": "https://a.example/1",
        "sitename": "Le Jour",
        "url": "https://a.example/1",
    },
    "readability": {
        "title": "La passerelle",
        "byline": "Par Ana Sol",
        "content": f"<div id='r'><p>{BODY}</p><p>{MORE}</p></div>",
        "textContent": f"{BODY} {MORE}",
        "siteName": "Le Jour",
        "publishedTime": "2021-12-03",
        "url": "https://a.example/1",
    },
    "content system": {
        "id": 5,
        "date": "2021-12-03",
        "link": "https://a.example/1",
        "title": {"rendered": "La&nbsp;passerelle"},
        "content": {"rendered": f"<p>{BODY}</p>\n<p>{MORE}</p>", "protected": False},
        "author": {"name": "Ana Sol"},
        "site": {"title": "Le Jour"},
    },
    "citation": {
        "title": "La passerelle",
        "container-title": "Le Jour",
        "author": [{"family": "Sol", "given": "Ana"}],
        "issued": {"date-parts": [[2021, 12, 3]]},
        "URL": "https://a.example/1",
        "full text": f"{BODY}\n{MORE}",
    },
    "editor": {
        "post_title": "La passerelle",
        "source": "Le Jour",
        "by": "Ana Sol",
        "post_date": "2021-12-03",
        "permalink": "https://a.example/1",
        "content": {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": BODY}]},
                {
                    "type": "paragraph",
                    "content": [{"type": "text", "text": MORE[:9]},
                                {"type": "text", "marks": [{"type": "bold"}], "text": MORE[9:]}],
                },
            ],
        },
    },
    "blocks": {
        "title": "La passerelle",
        "source": ["Le Jour"],
        "authors": {"firstName": "Ana", "lastName": "Sol"},
        "date": "2021-12-03",
        "url": {"href": "https://a.example/1"},
        "body": [
            {"type": "paragraph", "children": [{"text": BODY}]},
            {"type": "paragraph", "children": [{"text": MORE[:9]}, {"text": MORE[9:]}]},
        ],
    },
    "two levels": {
        "webTitle": "La passerelle",
        "webUrl": "https://a.example/1",
        "webPublicationDate": "2021-12-03",
        "fields": {"body": f"<p>{BODY}</p><p>{MORE}</p>", "byline": "Ana Sol",
                   "publication": "Le Jour"},
    },
}  # fmt: skip


def said(item: SourceItem) -> dict[str, Any]:
    assert item.draft is not None, str(item.problem)
    assert not item.draft.remarks
    return {name: getattr(item.draft, name) for name in ARTICLE} | {
        "title": item.draft.title.replace("\xa0", " ")
    }


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_of_other_programs(read: Any, name: str) -> None:
    (item,) = read("a.jsonl", json.dumps(OBJECTS[name]))
    assert said(item) == ARTICLE


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda two: {"status": "ok", "totalResults": 2, "articles": two},
        lambda two: {"took": 3, "hits": {"total": 2, "hits": [{"_source": each} for each in two]}},
        lambda two: {"data": [{"type": "x", "attributes": each} for each in two], "meta": {}},
        lambda two: {"title": "Revue", "feed": {"items": two}},
        lambda two: two,
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_lists_and_answers_that_wrap_them(
    read: Any, name: str, wrap: Any, indent: int | None
) -> None:
    items = read("a.json", json.dumps(wrap([OBJECTS[name], OBJECTS[name]]), indent=indent))
    assert [said(item) for item in items] == [ARTICLE, ARTICLE]


def test_a_graph_gives_its_articles_with_what_they_refer_to(read: Any) -> None:
    article = OBJECTS["schema.org"] | {
        "author": [{"@id": "#ana"}],
        "publisher": {"@id": "#jour"},
        "url": "https://a.example/1",
    }
    graph = [
        {"@type": "Person", "@id": "#ana", "name": "Ana Sol"},
        {"@type": "Organization", "@id": "#jour", "name": "Le Jour"},
        article,
        {"@type": "WebSite", "name": "Le Jour", "url": "https://a.example/"},
    ]
    (item,) = read("a.json", json.dumps({"@graph": graph}))
    assert said(item) == ARTICLE


@pytest.mark.parametrize(
    ("given", "published"),
    [
        (1638536700, "2021-12-03T13:05:00Z"),
        (1638536700.5, "2021-12-03T13:05:00Z"),
        ("1638536700", "2021-12-03T13:05:00Z"),
        (1638536700000, "2021-12-03T13:05:00Z"),
        ("1638536700000", "2021-12-03T13:05:00Z"),
        (1638536700000000, "2021-12-03T13:05:00Z"),
        ({"$date": "2021-12-03T13:05:00Z"}, "2021-12-03T13:05:00Z"),
        ({"$date": {"$numberLong": "1638536700000"}}, "2021-12-03T13:05:00Z"),
        (20211203, "20211203"),
        ("20211203140500", "20211203T140500"),
        (202112031405, "20211203T1405"),
        ({"date-parts": [["2021", 12]]}, "2021-12"),
        ("3 décembre 2021", "3 décembre 2021"),
        (None, None),
        ("", None),
    ],
)
def test_dates(draft: Any, given: object, published: str | None) -> None:
    record = json.dumps({"title": "x", "text": BODY, "published": given})
    assert draft("a.json", record).published == published


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (f"<p>{BODY}</p><p>{MORE}</p>", (BODY, MORE)),
        (f"<div>{BODY}<br/>{MORE}</div>", (BODY, MORE)),
        (f"{BODY}\n\n<blockquote>{MORE}</blockquote>\n\nFin.", (BODY, MORE, "Fin.")),
        (f"<b>{BODY}</b>\n<i>{MORE}</i>", (BODY, MORE)),
        ("L&rsquo;&eacute;t&eacute; &amp; la suite\nFin &#38; fin", ("L’été & la suite",
                                                                   "Fin & fin")),
        ("AT&T &c et R&D;\nx < y > z", ("AT&T &c et R&D;", "x < y > z")),
        ("La balise <p> ouvre un paragraphe.", ("La balise <p> ouvre un paragraphe.",)),
        ([BODY, f"<p>{MORE}</p>"], (BODY, MORE)),
        ("<script>x\n\ny</script><p>Un.</p>", ("Un.",)),
    ],
)  # fmt: skip
def test_markup_in_texts(draft: Any, text: object, paragraphs: tuple[str, ...]) -> None:
    for name in ("text", "content", "body_html"):
        record = {"title": "Un <em>titre</em> &amp; rien", name: text}
        assert draft("a.json", json.dumps(record)).paragraphs == paragraphs
    assert draft("a.json", json.dumps(record)).title == "Un titre & rien"


def test_a_whole_page_in_a_field_is_read_as_a_page(draft: Any) -> None:
    article = f"<article><h1>x</h1><p>{BODY} {MORE}</p></article>"
    page = f"<!doctype html><title>x</title><nav>Menu</nav>{article}"
    record = {"url": "https://a.example/1", "html": page, "date": "2021-12-03", "title": "Autre"}
    got = draft("a.jsonl", json.dumps(record))
    assert (got.title, got.paragraphs, got.url) == (
        "Autre",
        (f"{BODY} {MORE}",),
        "https://a.example/1",
    )
    assert got.published == "2021-12-03"


def test_what_holds_no_text_is_refused_by_the_fields_that_it_has(problem: Any) -> None:
    reason = problem("a.json", json.dumps({"title": "x", "kop": "y", "inhoud": BODY}))
    assert reason.startswith("no text among the fields: title, kop, inhoud; ")
    assert "--columns text=FIELD" in reason
    assert "no text" in problem("b.json", json.dumps({"articles": [], "totalResults": 0}))
    assert problem("c.json", "[]") == "a JSON list without articles"
    assert len(problem("d.json", json.dumps({f"{n}" * 99: n for n in range(999)}))) < 1_500


def test_the_user_names_the_fields(draft: Any) -> None:
    record = json.dumps({"kop": "Titel", "inhoud": BODY, "author": "Ana Sol"})
    got = draft("a.json", record, columns={"title": "Kop", "text": "inhoud"})
    assert (got.title, got.paragraphs, got.authors) == ("Titel", (BODY,), ("Ana Sol",))


def test_an_article_of_sections_is_one_article(read: Any) -> None:
    sections = [{"heading": "Un", "text": BODY}, {"heading": "Deux", "text": MORE}]
    (item,) = read("a.json", json.dumps({"title": "T", "author": "A", "body": sections}))
    assert item.draft.paragraphs == (BODY, MORE)
    related = [{"title": "Autre", "text": "Autre texte.", "url": "https://a.example/2"}]
    (item,) = read("b.json", json.dumps({"title": "T", "text": BODY, "related": related}))
    assert (item.draft.title, item.draft.paragraphs) == ("T", (BODY,))


def test_what_is_not_understood_is_remarked(draft: Any) -> None:
    record = {
        "kop": "y",
        "text": BODY,
        "author": 5,
        "published": [[1], [2]],
        "source": {"id": None},
    }
    remarks = " / ".join(map(str, draft("a.json", json.dumps(record)).remarks))
    for name in ("'author'", "'published'", "'source'"):
        assert f"field {name} has a form that is not understood" in remarks
    assert "no title among the fields: kop" in remarks


@pytest.mark.parametrize(
    "shape",
    [
        '{"a":' * 900 + "1" + "}" * 900,
        '{"text":' * 900 + "1" + "}" * 900,
        '{"title":"x","text":' + "[" * 900 + "]" * 900 + "}",
        '{"title":"x","url":"y","text":[' * 300 + "]}" * 300,
    ],
)
def test_deep_values_are_refused(problem: Any, shape: str) -> None:
    assert problem("a.json", shape)


def test_deep_values_are_read_as_far_as_sensible(read: Any) -> None:
    for opening, end in (('{"title":"x","url":"y","text":["z",', "]}"), ('{"a":1,"b":', "}")):
        with at_most(5):
            assert read("a.json", opening * 400 + '{"title":"x","text":"y"}' + end * 400)


def test_our_own_export_is_read_as_it_is_written(store: ArticleStore, read: Any) -> None:
    text = "<p>ouvre, </p> ferme, &amp; est un signe, <b>gras</b>"
    (item,) = read("a.txt", f"{text}\n\n{text}\n")
    (outcome,) = ingest([item], store)
    assert outcome.id
    exported = json.dumps(article_record(store.get(outcome.id)))
    (again,) = read("b.jsonl", exported)
    assert (again.draft.title, again.draft.paragraphs) == (text, (text,))
