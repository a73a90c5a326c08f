"""Which files make the state of the index, for those who check or copy them."""

from pathlib import Path

from indexer.engines.embedded.storage.manifest import FileEntry, load_manifest
from indexer.engines.embedded.storage.verifying import KEYWORD_FOLDER


def state_files(folder: Path) -> dict[str, FileEntry]:
    """The files the manifest names, by their path in the folder; none of them ever changes.

    Raises CorruptIndexError where the manifest cannot be read.
    """
    manifest = load_manifest(folder)
    vectors = {file.name: file for entry in manifest.segments for file in entry.files}
    words = {f"{KEYWORD_FOLDER}/{file.name}": file for file in manifest.keyword}
    return vectors | words
