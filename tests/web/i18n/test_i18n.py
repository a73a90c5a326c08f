"""French: complete, compiled, and used by pages and command line."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

import archive
import indexer
import web
from archive.messages import TEMPLATES, Template
from indexer.wordings import MEANING_UNAVAILABLE
from tests.support.french import FOLDER, FRENCH
from tests.support.web import MakeApp
from web.context import get_context
from web.i18n import catalogue as catalogues
from web.i18n import locale as i18n
from web.pages import reading

LAYERS = [Path(layer.__file__).parent for layer in (archive, indexer, web) if layer.__file__]
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = DEFAULT_KEYWORDS | {"define": (2,), "define_plural": (2, 3)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# Signs alone, and words that both languages share.
SAME = {
    "verbatim",
    "several",
    "seconds",
    "minutes",
    "passages",
    "and_more",
    "next_version",
    "tags_of",
} | {
    "collection_listed",
    "tag_listed",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


@pytest.fixture(scope="module")
def french() -> gettext.NullTranslations:
    return catalogues.open_catalogue("fr")


@pytest.fixture(scope="module")
def source() -> str:
    """All code but the lists of wordings."""
    files = [path for layer in LAYERS for path in layer.rglob("*.py")]
    return "\n".join(path.read_text() for path in files if path.name != "wordings.py")


def message_ids() -> set[str]:
    found = [
        text
        for folder in LAYERS
        for _, _, text, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS)
    ]
    return {text if isinstance(text, str) else text[0] for text in found}


def _texts(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """Singular to translations, however a catalogue holds plurals."""
    return {_first(m.id): _tuple(m.string) for m in catalogue if m.id}


def _tuple(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def _first(text: object) -> str:
    return _tuple(text)[0]


def test_every_text_is_translated(catalogue: Catalog) -> None:
    texts = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    missing = message_ids() - texts.keys()
    assert not missing, "run: make translations"
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


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_every_code_has_its_french(template: Template, french: gettext.NullTranslations) -> None:
    if template.plural is None:
        pairs = [(template.text, french.gettext(template.text))]
    else:
        forms = [french.ngettext(template.text, template.plural, number) for number in (1, 2)]
        pairs = list(zip((template.text, template.plural), forms, strict=True))
        assert "number" in PLACEHOLDER.findall(template.text)
    for text, translated in pairs:
        assert set(PLACEHOLDER.findall(translated)) == set(PLACEHOLDER.findall(text))
        assert translated != text or template.code in SAME


def test_every_code_is_used(source: str) -> None:
    names = [
        name
        for layer in (archive, indexer, web)
        for name in re.findall(r"^([A-Z_0-9]+) = ", _wordings(layer.__name__), re.MULTILINE)
    ]
    assert len(names) > 300
    assert set(names) - set(re.findall(r"\w+", source)) == set()


def _wordings(layer: str) -> str:
    return (catalogues.TRANSLATIONS.parents[2] / layer / "wordings.py").read_text()


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


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "fr_CA"}, "fr"),
        ({"LC_ALL": "C", "LANG": "fr_FR"}, "en"),
        ({"LANGUAGE": "de:fr", "LC_ALL": "en_US.UTF-8"}, "fr"),
        ({"LANGUAGE": "en_US:fr", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LANG": "fr"}, "fr"),
        ({"LANG": "../../etc"}, "en"),
    ],
)
def test_the_language_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert catalogues.terminal_language() == language


def test_the_quiet_line_in_french(client: FlaskClient) -> None:
    page = client.get("/search?q=missiles+genève", headers=FRENCH).text
    assert "mots 1ᵉʳ, sens 1ᵉʳ, 0," in " ".join(page.split())


def test_a_failing_model_is_told_in_french(make_app: MakeApp) -> None:
    app = make_app()
    get_context(app).services.embedder.failing = True
    page = app.test_client().get("/search?q=missiles", headers=FRENCH).text
    assert MEANING_UNAVAILABLE.text not in page
    assert 'class="notice"' in page


def test_a_catalogue_adds_a_language(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (i18n, reading):
        monkeypatch.setattr(module, "LANGUAGES", ("en", "fr", "de"))
    page = client.get("/").text
    assert 'hreflang="de" rel="nofollow">Deutsch</a>' in page
    assert "Français" in page
    client.get("/preferences?lang=de")
    assert '<html lang="de"' in client.get("/").text


def test_every_catalogue_is_offered() -> None:
    folders = {path.name for path in catalogues.TRANSLATIONS.iterdir() if path.is_dir()}
    assert set(catalogues.LANGUAGES) == {"en", *folders}
