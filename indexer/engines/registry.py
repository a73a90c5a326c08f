"""Engines behind the port. A new one is a new module here that passes the contract tests."""

from collections.abc import Callable
from pathlib import Path

from indexer.engines.port import SearchEngine
from indexer.errors import IndexerError


def _open_embedded(folder: Path) -> SearchEngine:
    from indexer.engines.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(folder)


_ENGINES: dict[str, Callable[[Path], SearchEngine]] = {"embedded": _open_embedded}


def open_engine(name: str, folder: Path) -> SearchEngine:
    """The engine of that name on its folder. Raises IndexerError for a name unknown."""
    if name not in _ENGINES:
        raise IndexerError(f"no engine {name!r}; there is: {', '.join(sorted(_ENGINES))}")
    return _ENGINES[name](folder)
