"""NITF 3.x, and XML made to harm its reader."""

from typing import Any

import pytest

from archive.model import ArticleDraft
from tests.support.work import at_most

NITF = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/" xml:lang="fr">
  <head>
    <title>Titre de fichier</title>
    <tobject><tobject.subject tobject.subject.type="Politique"/></tobject>
    <docdata management-status="usable">
      <doc-id id-string="afp-1"/><urgency ed-urg="3"/>
      <date.issue norm="20210301T100000Z"/><doc.copyright holder="Holder"/>
    </docdata>
  </head>
  <body>
    <body.head>
      <hedline><hl1>La réforme</hl1><hl2>Un débat</hl2></hedline>
      <byline>Par Ana Sol, <byttl>envoyée spéciale</byttl></byline>
      <distributor><org>Agence X</org></distributor>
      <dateline><location>PARIS</location></dateline>
    </body.head>
    <body.content>
      <!-- a remark --><p>Le <em>gouvernement</em> a annoncé
        une réforme.</p>
      <hl2>Suite</hl2>
      <block><p>Deux</p><media><media-reference source="x"/><media-caption>No</media-caption>
      </media></block>
      <ul><li>Trois</li><li>Quatre</li></ul>
    </body.content>
    <body.end><tagline>Fin</tagline></body.end>
  </body>
</nitf>
"""


def test_everything_an_article_says(draft: Any) -> None:
    assert draft("a.xml", NITF) == ArticleDraft(
        title="La réforme",
        paragraphs=(
            *("Un débat", "PARIS", "Le gouvernement a annoncé une réforme.", "Suite"),
            *("Deux", "Trois", "Quatre", "Fin"),
        ),
        source="Agence X",
        authors=("Ana Sol",),
        language="fr",
        published="20210301T100000Z",
        section="Politique",
    )


@pytest.mark.parametrize("name", ["a.xml", "a.nitf", "a"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_names_and_encodings(read: Any, name: str, encoding: str) -> None:
    (item,) = read(name, NITF.replace(' encoding="UTF-8"', "").encode(encoding))
    assert (item.name, item.draft.title) == ("afp-1", "La réforme")


def test_a_wrong_encoding_control_characters_and_html_entities_are_mended(draft: Any) -> None:
    assert draft("a.xml", NITF.encode("cp1252")).title == "La réforme"
    assert draft("a.xml", NITF.replace("réforme", "r&eacute;forme")).title == "La réforme"
    assert draft("a.xml", NITF.replace("La r", "La\x07r")).title == "La réforme"
    cut = NITF.replace("Suite", "L&#39;&amp; &lt;p&gt;&nbsp;b")
    assert "L'& <p> b" in draft("a.xml", cut).paragraphs


def test_persons_in_bylines(draft: Any) -> None:
    byline = "<byline>By <person>Ana Sol</person> and <person>Luis Mar</person></byline>"
    got = draft("a.xml", NITF.replace("<distributor>", f"{byline}<distributor>"))
    assert got.authors == ("Ana Sol", "Luis Mar")


def test_what_its_provider_took_back(problem: Any) -> None:
    text = NITF.replace("usable", "canceled")
    assert problem("a.xml", text) == "canceled by its provider; not for publication"


def test_other_xml(problem: Any) -> None:
    assert problem("a.nitf", "<a><b/></a>") == (
        "XML of another kind, <a>; NITF and NewsML-G2 are read"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "empty"),
        (NITF[: len(NITF) // 2], "not well-formed XML: "),
        ("<nitf>" * 1_000, "not well-formed XML: "),
        ("<nitf>" + "a" * 10_000_001, "over 10 MB"),
    ],
)
def test_what_is_no_xml(problem: Any, data: str, reason: str) -> None:
    assert problem("a.nitf", data).startswith(reason)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))


@pytest.mark.parametrize(
    "declared",
    [
        LAUGHS,
        '<!ENTITY l9 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x; <!ENTITY l9 "x">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_at_once(problem: Any, declared: str, encoding: str) -> None:
    with at_most(10):
        body = "<body><body.content><p>&l9;</p></body.content></body>"
        data = f"<!DOCTYPE nitf [{declared}]><nitf>{body}</nitf>"
        assert problem("a.nitf", data.encode(encoding)) == (
            "XML that declares entities is not read; expand them first"
        )


def test_a_title_of_40_000_characters(draft: Any) -> None:
    assert len(draft("a.xml", NITF.replace("La réforme", "a" * 40_000)).title) == 40_000
