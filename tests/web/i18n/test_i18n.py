"""French: complete, compiled, and used where the layers below speak English."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

import web
from indexer.errors import QueryError
from indexer.filters import make_filter
from indexer.query import parse_query
from indexer.search.pager import PHRASE_NOT_FOUND, SEMANTIC_UNAVAILABLE
from tests.support.web import MakeApp
from web.context import get_context
from web.i18n import locale as i18n
from web.i18n.messages import MESSAGES, translate_message

WEB = Path(web.__file__).parent
FOLDER = WEB / "i18n" / "translations" / "fr" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
FRENCH = {"Accept-Language": "fr-FR, en;q=0.5"}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


def message_ids() -> set[str]:
    found = extract_from_dir(WEB, METHODS, keywords=DEFAULT_KEYWORDS | {"N_": None})
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def _texts(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """Singular to translations, however a catalogue holds plurals."""
    return {_first(m.id): _tuple(m.string) for m in catalogue if m.id}


def _tuple(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def _first(text: object) -> str:
    return _tuple(text)[0]


def test_every_message_is_translated(catalogue: Catalog) -> None:
    texts = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    missing = message_ids() - texts.keys()
    assert not missing
    assert not texts.keys() - message_ids(), "no longer used"
    for message in texts.values():
        assert message.string, message.id
        assert all(message.string), message.id
        assert not message.fuzzy, message.id


def test_placeholders_are_kept(catalogue: Catalog) -> None:
    for message in catalogue:
        assert not list(message.check(catalogue)), message.id


def test_the_compiled_catalogue_is_up_to_date(catalogue: Catalog) -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert _texts(compiled) == _texts(catalogue)


@pytest.mark.parametrize("notice", [PHRASE_NOT_FOUND, SEMANTIC_UNAVAILABLE])
def test_the_notices_of_the_search_are_known(notice: str) -> None:
    assert notice in MESSAGES


def test_query_errors_are_translated(make_app: MakeApp) -> None:
    app = make_app()
    with pytest.raises(QueryError) as nothing:
        parse_query("...")
    with pytest.raises(QueryError) as no_date:
        make_filter(after="tomorrow")
    with app.test_request_context(headers=FRENCH):
        for raised in (nothing, no_date):
            assert translate_message(str(raised.value)) != str(raised.value)
        assert "'tomorrow'" in translate_message(str(no_date.value))
        assert translate_message("no such message") == "no such message"


@pytest.mark.parametrize(
    ("headers", "cookie", "language"),
    [
        ({}, "", "en"),
        (FRENCH, "", "fr"),
        ({"Accept-Language": "de, ar"}, "", "en"),
        (FRENCH, "en", "en"),
        ({}, "fr", "fr"),
        ({}, "../../etc", "en"),
    ],
)
def test_whose_language(
    client: FlaskClient, headers: dict[str, str], cookie: str, language: str
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    assert f'<html lang="{language}"' in client.get("/", headers=headers).text


def test_the_quiet_line_in_french(client: FlaskClient) -> None:
    page = client.get("/search?q=missiles+genève", headers=FRENCH).text
    assert "mots 1ᵉʳ, sens 1ᵉʳ, 0," in " ".join(page.split())


def test_a_failing_model_is_told_in_french(make_app: MakeApp) -> None:
    app = make_app()
    get_context(app).services.embedder.failing = True
    page = app.test_client().get("/search?q=missiles", headers=FRENCH).text
    assert SEMANTIC_UNAVAILABLE not in page
    assert 'class="notice"' in page


def test_a_catalogue_adds_a_language(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "LANGUAGES", ("en", "fr", "de"))
    page = client.get("/").text
    assert 'hreflang="de" rel="nofollow">Deutsch</a>' in page
    assert "Français" in page
    client.get("/preferences?lang=de")
    assert '<html lang="de"' in client.get("/").text


def test_every_catalogue_is_offered() -> None:
    folders = {path.name for path in (WEB / "i18n" / "translations").iterdir() if path.is_dir()}
    assert set(i18n.LANGUAGES) == {"en", *folders}
