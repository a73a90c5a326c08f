"""Messages as pages, API and command line word them: a sample of each layer."""

import json
import re
from collections.abc import Callable

import pytest
from babel.messages.pofile import read_po
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from archive.errors import ArticleNotFoundError
from archive.messages import read_message
from archive.store.articles import ArticleStore
from archive.wordings import KEPT_WITHOUT, NEXT_VERSION, NOT_A_DATE, NOT_AN_ADDRESS
from indexer.errors import QueryError
from indexer.filters import make_filter
from indexer.query import parse_query
from tests.support.french import FOLDER, FRENCH
from web.i18n import locale as i18n
from web.i18n.messages import word_message

RunHemero = Callable[..., Result]


@pytest.fixture
def app() -> Flask:
    made = Flask("web")
    i18n.translate(made)
    return made


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_several_reasons_are_worded_each(app: Flask) -> None:
    from archive.messages import join_messages

    reasons = join_messages(
        NEXT_VERSION(number=2),
        None,
        KEPT_WITHOUT(reason=NOT_AN_ADDRESS(text="'x'")),
        KEPT_WITHOUT(reason=NOT_A_DATE(text="'z'")),
    )
    assert reasons is not None
    assert str(reasons) == (
        "version 2; not a web address: 'x'; kept without it; not a date: 'z'; kept without it"
    )
    with app.test_request_context(headers=FRENCH):
        assert plain(word_message(reasons)) == (
            "version 2 ; pas une adresse Web : 'x' ; article conservé sans cet élément ; "
            "pas une date : 'z' ; article conservé sans cet élément"
        )
    assert read_message(reasons.to_json()) == reasons


@pytest.mark.parametrize(
    ("raise_it", "french"),
    [
        (lambda: parse_query("..."), "rien à chercher"),
        (lambda: make_filter(after="tomorrow"), "pas une date : 'tomorrow'"),
    ],
)
def test_errors_of_queries_in_french(
    app: Flask, raise_it: Callable[[], object], french: str
) -> None:
    with pytest.raises(QueryError) as refused, app.test_request_context(headers=FRENCH):
        raise_it()
    with app.test_request_context(headers=FRENCH):
        assert french in plain(word_message(refused.value.message))


def test_an_error_of_the_store(store: ArticleStore, app: Flask) -> None:
    with pytest.raises(ArticleNotFoundError) as missing:
        store.get(12345)
    assert str(missing.value) == "no article 12345; it may have been removed"
    with app.test_request_context(headers=FRENCH):
        assert plain(word_message(missing.value.message)).startswith("pas d’article 12345 ;")


@pytest.mark.parametrize(
    ("address", "french"),
    [
        ("/articles/77", "pas d’article 77 ; il a pu être retiré"),  # archive
        ("/search?q=...", "rien à chercher"),  # indexer
        ("/account", "Cette page est"),  # web
        ("/nowhere", "Il n’y a pas de page à cette adresse"),  # a status
    ],
)
def test_pages_speak_french(client: FlaskClient, address: str, french: str) -> None:
    assert french in plain(client.get(address, headers=FRENCH).text)


def test_programs_are_told_in_english_with_a_code(client: FlaskClient) -> None:
    problem = client.get("/api/v1/articles/77", headers=FRENCH).json
    assert problem is not None
    assert problem["detail"] == "no article 77; it may have been removed"
    assert (problem["code"], problem["title"]) == ("no_such_article", "Not found")


@pytest.mark.parametrize(
    ("arguments", "french"),
    [
        (("show", "77"), "hemero : pas d’article 77 ; il a pu être retiré"),  # archive
        (("search", "..."), "hemero : rien à chercher"),  # indexer
        (("saved", "add", "drones", "--email", "no"), "pas une adresse de courriel"),  # web
    ],
)
def test_the_command_line_speaks_french(
    run_filled: RunHemero,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    french: str,
) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    assert french in plain(run_filled(*arguments).stderr)


def test_counts_of_the_command_line(run_filled: RunHemero, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"title": "Un", "text": "Le texte du premier article."})
    two = json.dumps({"title": "Deux", "text": "Le texte du second article."})
    monkeypatch.setenv("LANGUAGE", "fr")
    added = run_filled("add", "-", input=f"{line}\n{two}\nbroken\n")
    assert plain(added.stdout).rstrip().endswith("2 ajoutés, 1 refusé")
    assert "refusé standard input:3: pas du JSON" in plain(added.stdout)
    told = run_filled("add", "-", "--json", input=f"{line}\nbroken\n").stdout.splitlines()
    assert json.loads(told[1])["reason"].startswith("not JSON: ")


def test_no_line_of_french_begins_with_punctuation() -> None:
    with (FOLDER / "messages.po").open("rb") as file:
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
