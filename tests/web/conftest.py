"""Fixtures of the fronts: a small archive, the application over it, the command line."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from archive.model import SourceItem
from tests.support.fakes import FakeEmbedder, make_item
from web.app import create_app
from web.cli.commands.shared import Composition
from web.cli.main import main
from web.context import make_context
from web.services import Services

MakeApp = Callable[..., Flask]
RunHemero = Callable[..., Result]

ARTICLES: tuple[SourceItem, ...] = (
    make_item(
        "Missiles : un accord à Genève",
        "Les missiles à moyenne portée seront détruits.\n\nDes inspecteurs iront sur place.",
        source="Le Fil",
        authors=("Hélène Vasseur",),
        url="https://lefil.example/missiles",
        language="fr",
        published="2021-12-03",
    ),
    make_item(
        "Drones over the harbour",
        "Two drones and several missiles were seen over the harbour.",
        source="Harbour Post",
        url="https://harbour.example/drones",
        language="en",
        published="2022-02-01",
    ),
    make_item("Inondations", "La rivière a débordé dans la vallée.", language="fr"),
)


@pytest.fixture
def filled(services: Services) -> Services:
    """The services over three indexed articles, numbers 1 to 3."""
    list(ingest(ARTICLES, services.store))
    services.index()
    return services


@pytest.fixture
def make_app(filled: Services) -> Iterator[MakeApp]:
    """Applications over the filled archive with settings of their own; they index at once."""
    opened: list[Services] = []

    def make(**changes: Any) -> Flask:
        services = filled
        if changes:
            filled.close()
            services = Services(replace(filled.settings, **changes), filled.embedder)
            opened.append(services)
        return create_app(make_context(services, services.index))

    yield make
    for services in opened:
        services.close()


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app().test_client()


@pytest.fixture
def hemero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunHemero:
    """The command line on an archive of its own, with the fake embedder, beside article.txt."""
    monkeypatch.setenv("HEMERO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEMERO_CACHE", str(tmp_path / "cache"))
    embedder = FakeEmbedder()
    (tmp_path / "article.txt").write_text("Missiles\n\nDes missiles et des drones.\n")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(main, arguments, obj=Composition(embedder=embedder), **options)

    return run
