"""An index from elsewhere runs nothing: its pickles name no class but Whoosh's own."""

import os
import pickle
from pathlib import Path

import pytest

from indexer.engines.embedded.words.pickles import loads
from indexer.engines.port import SearchEngine
from indexer.engines.registry import open_engine
from indexer.errors import CorruptIndexError
from tests.support.engines import find, indexed, put


class Hostile:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_only_classes_of_an_index_are_read(tmp_path: Path) -> None:
    assert loads(pickle.dumps([1, {"a": (2.5, "b")}])) == [1, {"a": (2.5, "b")}]
    for hostile in (Hostile(tmp_path / "ran"), os.system, Path("x"), eval):
        with pytest.raises(pickle.UnpicklingError):
            loads(pickle.dumps(hostile))
    assert not (tmp_path / "ran").exists()


def test_a_table_of_contents_that_calls_something_is_damaged(
    engine: SearchEngine, tmp_path: Path
) -> None:
    put(engine, indexed(1, "le missile"))
    engine.close()
    (contents,) = (tmp_path / "index" / "keyword").glob("*.toc")
    data = contents.read_bytes()
    segments = max(
        n for n in range(len(data)) if data[n : n + 1] == b"\x80" and data.endswith(b".")
    )
    contents.write_bytes(data[:segments] + pickle.dumps(Hostile(tmp_path / "ran")))
    with pytest.raises(CorruptIndexError):
        find(open_engine("embedded", tmp_path / "index"), "missile")
    assert not (tmp_path / "ran").exists()
