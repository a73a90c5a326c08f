"""Which files make the state of the index, for those who check or copy them."""

import hashlib
from pathlib import Path

from indexer.engines.embedded.storage.manifest import (
    FILE_NAME,
    FileEntry,
    Manifest,
    parse_manifest,
    read_manifest,
)
from indexer.engines.embedded.storage.verifying import KEYWORD_FOLDER
from indexer.engines.port import EngineState, StateFile


def named_files(manifest: Manifest) -> dict[str, FileEntry]:
    """The files the manifest names, by their path in the folder; none of them ever changes."""
    own = {file.name: file for file in manifest.own_files}
    words = {f"{KEYWORD_FOLDER}/{file.name}": file for file in manifest.keyword}
    return own | words


def read_state(folder: Path) -> EngineState:
    """The manifest and the files it names. Raises CorruptIndexError if it cannot be read."""
    text = read_manifest(folder)
    if text is None:
        return EngineState(0, folder)
    manifest, content = parse_manifest(folder, text), text.encode()
    own = StateFile(FILE_NAME, len(content), hashlib.sha256(content).hexdigest())
    named = (StateFile(path, f.bytes, f.sha256) for path, f in named_files(manifest).items())
    return EngineState(manifest.checkpoint, folder, (own, *named))
