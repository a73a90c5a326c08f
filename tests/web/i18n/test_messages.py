"""Messages of the other layers, known again with the values in them."""

import re

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from tests.support.paths import ROOT
from web.i18n import locale as i18n
from web.i18n.messages import MESSAGES, STATUS_DETAILS, STATUS_TITLES, translate_message

CATALOGUE = ROOT / "web" / "i18n" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"


@pytest.fixture
def app() -> Flask:
    made = Flask("web")
    i18n.translate(made)
    return made


def say(app: Flask, text: str) -> str:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        return translate_message(text)


@pytest.mark.parametrize("template", [*MESSAGES, *STATUS_TITLES.values(), *STATUS_DETAILS.values()])
def test_every_message_is_known_again(app: Flask, template: str) -> None:
    values = {name: f"<{name}>" for name in re.findall(r"%\((\w+)\)s", template)}
    message = template % values if values else template
    said = say(app, message)
    assert said != message or template == "version %(number)s"
    assert all(value in said for value in values.values())


def test_several_reasons_are_translated_each(app: Flask) -> None:
    reasons = "version 2; not a web address: 'x'; kept without it; not a date: 'z'; kept without it"
    said = say(app, reasons).replace("\u202f", " ").replace("\u00a0", " ")
    assert said == (
        "version 2; pas une adresse Web : 'x' ; conservé sans elle; "
        "pas une date : 'z' ; conservé sans elle"
    )


def test_no_line_of_french_begins_with_punctuation() -> None:
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="fr"):
            said = message.string if message.id else ""
            joined = said if isinstance(said, str) else " ".join(said)
            assert not re.search(r" [:;?!»]|« ", joined), message.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2021", "2021"),
        ("2021-12", "décembre 2021"),
        ("2021-12-03", "3 décembre 2021"),
        ("hier", "hier"),
        ("2021-13", "2021-13"),
        ("1-2-3-4", "1-2-3-4"),
        ("9" * 30, "9" * 30),
    ],
)
def test_periods_in_words(app: Flask, text: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert i18n.show_period(text) == said
