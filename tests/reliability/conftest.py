"""Fixtures of the tests of what happens when something breaks."""

from pathlib import Path

import pytest

from tests.reliability.victim.faults import build_library


@pytest.fixture(scope="session")
def fault_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes file operations fail, compiled once for all tests."""
    return build_library(tmp_path_factory.mktemp("library"))
