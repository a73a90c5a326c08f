"""Fixtures of the fronts: a small archive, the application over it, the command line."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from archive.feeds import poll
from archive.intake.ingest import ingest
from archive.model import SourceItem
from archive.net.fetch import FetchLimits
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.waiting import PATIENCE_SECONDS
from tests.support.web import MakeApp, RunHemero, open_app
from web.cli.commands.shared import Composition
from web.cli.main import main
from web.services import Services
from web.settings import Settings

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


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the three articles, indexed once for all tests, each of which takes a copy."""
    home = tmp_path_factory.mktemp("filled")
    services = Services(Settings(home=home), FakeEmbedder())
    list(ingest(ARTICLES, services.store))
    services.index()
    services.close()
    return home


@pytest.fixture
def filled(services: Services, filled_home: Path) -> Services:
    """The services over three indexed articles, numbers 1 to 3."""
    copytree(filled_home, services.settings.home, dirs_exist_ok=True)
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
        return open_app(services)

    yield make
    for services in opened:
        services.close()


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app().test_client()


@pytest.fixture
def run(settings: Settings, embedder: FakeEmbedder) -> RunHemero:
    """The command line on an empty archive; an unexpected exception is the test's."""

    def run_command(*arguments: str, **options: Any) -> Result:
        runner = CliRunner(env={"HEMERO_CACHE": str(settings.cache)})
        return runner.invoke(
            main,
            ["--home", str(settings.home), *arguments],
            obj=Composition(embedder=embedder),
            catch_exceptions=False,
            **options,
        )

    return run_command


@pytest.fixture
def run_filled(filled: Services, run: RunHemero) -> RunHemero:
    """The same on the archive of three articles."""
    filled.engine.close()
    return run


@pytest.fixture
def article_file(tmp_path: Path) -> str:
    """A file that `hemero add` reads one article from."""
    path = tmp_path / "article.txt"
    path.write_text("Missiles\n\nDes missiles et des drones.\n")
    return str(path)


@pytest.fixture
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds are polled without pauses between requests."""
    settings = poll.PollSettings(
        delay_seconds=0, limits=FetchLimits(timeout_seconds=PATIENCE_SECONDS)
    )
    monkeypatch.setattr("web.jobs.polling.PollSettings", lambda: settings)
