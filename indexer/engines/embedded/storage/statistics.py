"""The files of the language statistics: one for each language, written anew when they change."""

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from indexer.engines.embedded.storage.manifest import StatisticsEntry, describe_file


def save_statistics(
    folder: Path, changed: Mapping[str, bytes], kept: Iterable[StatisticsEntry]
) -> tuple[StatisticsEntry, ...]:
    """The entries after a change; the files of the changed languages are durable."""
    unchanged = tuple(entry for entry in kept if entry.language not in changed)
    known = [(language, content) for language, content in changed.items() if content]
    return unchanged + tuple(_save(folder, language, content) for language, content in known)


def _save(folder: Path, language: str, content: bytes) -> StatisticsEntry:
    path = folder / f"statistics-{secrets.token_hex(8)}"
    path.write_bytes(content)
    return StatisticsEntry(language, describe_file(path))
