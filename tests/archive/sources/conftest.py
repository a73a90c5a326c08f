"""One seam for every format: a file is written, `read_location` reads it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.model import ArticleDraft, SourceItem
from archive.sources import read_location
from archive.sources.options import ReadOptions

Read = Callable[..., list[SourceItem]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Items, each with its draft or problem, of a file of this name that holds this."""
    monkeypatch.chdir(tmp_path)

    def read_file(name: str, data: bytes | str, **options: object) -> list[SourceItem]:
        Path(name).write_bytes(data.encode() if isinstance(data, str) else data)
        items = [item.resolve() for item in read_location(name, ReadOptions(**options))]  # type: ignore[arg-type]
        for item in items:
            assert (item.draft is None) != (item.problem is None)
            assert "\n" not in f"{item.name}{item.problem}"
        return items

    return read_file


@pytest.fixture
def draft(read: Read) -> Callable[..., ArticleDraft]:
    """The draft of a file that holds one article."""

    def read_draft(name: str, data: bytes | str, **options: object) -> ArticleDraft:
        (item,) = read(name, data, **options)
        assert item.draft is not None, item.problem
        return item.draft

    return read_draft


@pytest.fixture
def problem(read: Read) -> Callable[..., str]:
    """Why a file gives nothing."""

    def read_problem(name: str, data: bytes | str, **options: object) -> str:
        (item,) = read(name, data, **options)
        assert item.problem is not None, item.draft
        return str(item.problem)

    return read_problem
