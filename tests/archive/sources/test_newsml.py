"""NewsML-G2: news items, messages of many, and items that are no text."""

from typing import Any

import pytest

from archive.model import ArticleDraft

XHTML = """<inlineXML contenttype="application/xhtml+xml">
  <html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>
  <body><h1>La réforme</h1><p>Un</p><ul><li>Deux</li></ul></body></html></inlineXML>"""
NITF = """<inlineXML contenttype="application/nitf+xml">
  <nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>
  <body.head><hedline><hl1>Autre titre</hl1></hedline></body.head>
  <body.content><p>Un</p><p>Deux</p></body.content></body></nitf></inlineXML>"""
PLAIN = '<inlineData contenttype="text/plain">Un\n\nDeux</inlineData>'
PICTURE = '<remoteContent href="http://a.org/a.jpg" contenttype="image/jpeg"/>'


def item(content: str = XHTML, status: str = "stat:usable", guid: str = "urn:newsml:a:1") -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="2"
      standard="NewsML-G2" standardversion="2.33" xml:lang="fr">
      <rightsInfo><copyrightHolder><name>Holder</name></copyrightHolder></rightsInfo>
      <itemMeta><itemClass qcode="ninat:text"/>
        <provider qcode="p:x"><name>Agence X</name></provider>
        <versionCreated>2021-03-02T10:00:00Z</versionCreated>
        <pubStatus qcode="{status}"/></itemMeta>
      <contentMeta><contentCreated>2021-03-01T10:00:00Z</contentCreated>
        <creator><name>x</name></creator><language tag="fr-FR"/>
        <subject qcode="medtop:11000000"><name>Politique</name></subject>
        <headline>La réforme</headline><by>Par Ana Sol</by><creditline>c</creditline></contentMeta>
      <contentSet>{content}</contentSet></newsItem>"""


def message(*items: str) -> str:
    head = "<header><sent>2021-03-02T10:00:00Z</sent></header>"
    inside = "".join(items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- remark -->\n'
        f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">{head}'
        f"<itemSet>{inside}</itemSet></newsMessage>"
    )


@pytest.mark.parametrize("content", [XHTML, NITF, PLAIN, PICTURE + XHTML])
@pytest.mark.parametrize("name", ["a.xml", "a.newsml", "a"])
def test_everything_an_item_says(draft: Any, content: str, name: str) -> None:
    assert draft(name, item(content)) == ArticleDraft(
        title="La réforme",
        paragraphs=("Un", "Deux"),
        source="Agence X",
        authors=("Ana Sol",),
        language="fr-FR",
        published="2021-03-01T10:00:00Z",
        modified="2021-03-02T10:00:00Z",
        section="Politique",
    )


def test_a_message_of_many(read: Any) -> None:
    package = '<packageItem guid="urn:p"><groupSet/></packageItem>'
    first, second, third, fourth = read(
        "a.xml", message(item(guid="urn:1"), package, item(PICTURE, guid="urn:3"), item(guid=""))
    )
    assert (first.name, first.draft.title) == ("urn:1", "La réforme")
    assert str(second.problem) == "a packageItem, which has no text of its own"
    assert str(third.problem) == "a text without a text; only texts are kept"
    assert (fourth.name, fourth.draft.title) == ("a.xml:4", "La réforme")


@pytest.mark.parametrize(
    "status",
    ["stat:canceled", "stat:withheld", "http://cv.iptc.org/newscodes/pubstatusg2/canceled"],
)
def test_what_its_provider_took_back(problem: Any, status: str) -> None:
    last = status.replace("/", ":").split(":")[-1]
    text = item(status=status)
    assert problem("a.xml", text) == f"{last} by its provider; not for publication"


def test_a_picture(problem: Any) -> None:
    text = item(PICTURE).replace("ninat:text", "ninat:picture")
    assert problem("a.xml", text) == "a picture without a text; only texts are kept"


def test_an_empty_message(problem: Any) -> None:
    assert problem("a.xml", message()) == "a news message without an item"


def test_an_address_as_guid(draft: Any) -> None:
    assert draft("a.xml", item(guid="http://a.org/1")).url == "http://a.org/1"


def test_the_fields_of_the_content_fill_in(draft: Any) -> None:
    text = item(NITF).replace("<headline>La réforme</headline>", "")
    assert draft("a.xml", text).title == "Autre titre"
