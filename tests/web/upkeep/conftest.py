"""A small archive behind the application, and a command line on one of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from tests.support.fakes import FakeEmbedder, make_item
from web.app import create_app
from web.cli.commands.shared import Composition
from web.cli.main import main
from web.context import make_context
from web.services import Services
from web.settings import Settings

ARTICLES = (
    make_item(
        "Accord à Genève sur les missiles",
        "Les missiles à moyenne portée seront détruits.\n\nLes inspecteurs viendront en mai.",
        source="Agence Rive Gauche",
        authors=("Camille Orsenne", "Théo Brachet"),
        url="https://rive.example/1",
        language="fr",
        published="2021-12-03T10:15:00+01:00",
    ),
    make_item(
        "Crue de la Sarvelle",
        "La rivière est sortie de son lit samedi soir.",
        source="Le Fanal",
        language="fr",
        published="2022-01-10",
    ),
    make_item(
        "Island runs on tides alone",
        "The island has burned no fuel since spring; missiles are far away.",
        source="The Kestrel Wire",
        language="en",
    ),
)


@pytest.fixture
def filled(services: Services) -> Services:
    """The services, with three articles held and indexed."""
    list(ingest(ARTICLES, services.store))
    services.index()
    return services


@pytest.fixture
def make_client(services: Services) -> Callable[..., FlaskClient]:
    """A client of the application under given settings, which indexes at once what is added."""

    def make(**settings: Any) -> FlaskClient:
        for name, value in settings.items():
            object.__setattr__(services.settings, name, value)
        return make_app(services).test_client()

    return make


def make_app(services: Services) -> Flask:
    app = create_app(make_context(services, services.index))
    app.testing = False
    return app


@pytest.fixture
def client(filled: Services, make_client: Callable[..., FlaskClient]) -> FlaskClient:
    return make_client()


@pytest.fixture
def run(settings: Settings, embedder: FakeEmbedder) -> Callable[..., Result]:
    """Runs `hemero` with arguments; an unexpected exception is the test's."""

    def run_command(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(
            main,
            ["--home", str(settings.home), *arguments],
            obj=Composition(embedder=embedder),
            catch_exceptions=False,
            **options,
        )

    return run_command


@pytest.fixture
def run_filled(filled: Services, run: Callable[..., Result]) -> Callable[..., Result]:
    """The same on the archive of three articles."""
    filled.engine.close()
    return run
