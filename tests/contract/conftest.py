"""The engines that the contract holds for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.port import SearchEngine
from indexer.engines.registry import PERSISTENT_ENGINES, open_engine


@pytest.fixture(params=(*PERSISTENT_ENGINES, "memory"))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=PERSISTENT_ENGINES)
def persistent(request: pytest.FixtureRequest) -> str:
    """An engine whose folder other instances and processes can open too."""
    return str(request.param)


@pytest.fixture
def engine(kind: str, tmp_path: Path) -> Iterator[SearchEngine]:
    opened = open_engine(kind, tmp_path / "index")
    yield opened
    opened.close()
