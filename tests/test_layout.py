"""The tests as a house: shared helpers in one place, rooms that mirror those of the code."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

TESTS = ROOT / "tests"
MODULES = sorted(TESTS.rglob("*.py"))
MAX_FILES_PER_FOLDER = 15


def imported_modules(path: Path) -> Iterator[str]:
    """The dotted name of everything the file imports, with what it takes from each module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.relative_to(ROOT)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_module_is_imported() -> None:
    """What several tests need stands in tests/support or is a fixture."""
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in MODULES
        for name in imported_modules(path)
        if re.match(r"tests\..*\b(conftest|test_)", name)
    }
    assert not found


@pytest.mark.parametrize("layer", ["archive", "indexer", "web"])
def test_each_folder_is_a_room_of_the_code(layer: str) -> None:
    rooms = {path.name for path in (ROOT / layer).iterdir() if (path / "__init__.py").exists()}
    tested = {path.parent.relative_to(TESTS / layer) for path in (TESTS / layer).rglob("test_*.py")}
    assert {folder.parts[0] for folder in tested if folder.parts} <= rooms


def test_no_folder_is_a_crowd() -> None:
    files = Counter(path.parent.relative_to(ROOT) for path in MODULES)
    assert {
        str(folder): count for folder, count in files.items() if count > MAX_FILES_PER_FOLDER
    } == {}
