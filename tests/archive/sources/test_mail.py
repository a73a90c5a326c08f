"""Mails, and pages saved in the form of mails."""

from email.message import EmailMessage
from io import BufferedReader, BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sources import read_stream

TEXT = "Le conseil a voté lundi soir.\n\nLe chantier commence au printemps.\n"
SENTENCE = "Le conseil municipal a voté lundi soir la construction d'une passerelle sur la rivière."
PAGE = f"""<html><head><title>La passerelle</title></head><body><article>
<h1>La passerelle est votée</h1>{f"<p>{SENTENCE}</p>" * 4}</article></body></html>"""


def mail(**headers: str) -> EmailMessage:
    made = EmailMessage()
    given_headers = {"Subject": "La passerelle est votée", "From": "Le Fil <fil@a.example>"}
    for name, value in (given_headers | headers).items():
        made[name.replace("_", "-")] = value
    return made


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_a_mail_of_text(draft: Any, encoding: str) -> None:
    made = mail(Date="Fri, 03 Dec 2021 14:05:00 +0100")
    made.set_content(TEXT, cte=encoding)
    made.add_alternative(PAGE, subtype="html")
    read = draft("alerte.eml", made.as_bytes())
    assert read.title == "La passerelle est votée"
    assert read.paragraphs == (
        "Le conseil a voté lundi soir.",
        "Le chantier commence au printemps.",
    )
    assert (read.source, read.published) == ("Le Fil", "Fri, 03 Dec 2021 14:05:00 +0100")


def test_a_mail_of_html_alone(draft: Any) -> None:
    made = mail()
    made.set_content(PAGE, subtype="html")
    read = draft("alerte.eml", made.as_bytes())
    assert read.title == "La passerelle est votée"
    assert read.paragraphs[0].startswith("Le conseil municipal")
    assert "<p>" not in read.paragraphs[0]


def test_a_page_saved_by_a_browser(draft: Any) -> None:
    made = mail(Snapshot_Content_Location="https://a.example/p", From="<Saved by Blink>")
    made.set_content(PAGE, subtype="html", cte="quoted-printable")
    made.add_related(b"\xff\xd8\xff", "image", "jpeg", cid="<x>")
    read = draft("page.mhtml", made.as_bytes())
    assert read.title == "La passerelle est votée"
    assert read.url == "https://a.example/p"


def test_a_mail_is_one_under_any_name(draft: Any) -> None:
    made = mail(MIME_Version="1.0")
    made.set_content(TEXT)
    assert draft("alerte.txt", made.as_bytes()).title == "La passerelle est votée"


@pytest.mark.parametrize(
    "text",
    ["Titre: un\nSous-titre: deux\n\nUn texte.", "Note: rien\n\nContent-Type: vu en plein texte."],
)
def test_text_with_colons_is_no_mail(draft: Any, text: str) -> None:
    assert ":" in draft("a.txt", text).title


def test_a_mail_without_text_is_refused(read: Any) -> None:
    made = mail(MIME_Version="1.0")
    made.set_content(b"\x00\x01", "application", "octet-stream")
    (item,) = read("a.eml", made.as_bytes())
    assert str(item.problem) == "a mail without text"


@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    head = b"MIME-Version: 1.0\nContent-Type: "
    for item in read_stream(BufferedReader(BytesIO(head + data)), "a.eml"):
        resolved = item.resolve()
        assert (resolved.draft is None) != (resolved.problem is None)
