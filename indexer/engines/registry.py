"""Engines behind the port. A new one is a new module here that passes the contract tests."""

from collections.abc import Callable
from pathlib import Path

from indexer.engines.port import SearchEngine
from indexer.errors import IndexerError
from indexer.wordings import NO_SUCH_ENGINE


def _open_embedded(folder: Path) -> SearchEngine:
    from indexer.engines.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(folder)


def _open_memory(folder: Path) -> SearchEngine:
    from indexer.engines.memory.engine import MemoryEngine

    return MemoryEngine(folder)


_ENGINES: dict[str, Callable[[Path], SearchEngine]] = {
    "embedded": _open_embedded,
    "memory": _open_memory,
}
# Those that an archive can be kept in: what is in memory goes with the process.
PERSISTENT_ENGINES = ("embedded",)


def open_engine(name: str, folder: Path) -> SearchEngine:
    """The engine of that name on its folder. Raises IndexerError for a name unknown."""
    if name not in _ENGINES:
        raise IndexerError(NO_SUCH_ENGINE(name=repr(name), names=", ".join(PERSISTENT_ENGINES)))
    return _ENGINES[name](folder)
