"""Files of the index are compared with their checksums before they are first used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from indexer.engines.embedded.storage.manifest import (
    FileEntry,
    Manifest,
    file_problem,
    has_size,
)
from indexer.errors import CorruptIndexError
from indexer.wordings import FILE_DAMAGED, FILE_MISSING_OR_DAMAGED, REBUILD

KEYWORD_FOLDER = "keyword"
HASHING_THREADS = 2


class DamagedFileError(CorruptIndexError):
    """A file that is not as it was written, and will not become so by waiting."""


class VerifiedFiles:
    """Remembers which files were found as they were written; they never change. One thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[FileEntry] = set()

    def verify(self, manifest: Manifest) -> None:
        """Raises CorruptIndexError where a file is missing or shorter than it was written, and
        DamagedFileError where one is changed.

        Words of a newer commit than the manifest's may have taken the place of its own: these may
        be missing, and who needs them will say so.
        """
        files = dict(_listed(manifest))
        new = [entry for entry in files if entry not in self._known]
        for entry in new:
            folder = self._folder / files[entry]
            if not has_size(folder, entry) and (not files[entry] or (folder / entry.name).exists()):
                problem = FILE_MISSING_OR_DAMAGED(name=folder / entry.name)
                raise CorruptIndexError(REBUILD(problem=problem))
        self._hash([(self._folder / files[entry], entry) for entry in new])
        self._known &= files.keys()

    def _hash(self, files: list[tuple[Path, FileEntry]]) -> None:
        with ThreadPoolExecutor(HASHING_THREADS) as threads:
            problems = list(threads.map(lambda file: file_problem(*file), files))
        found = tuple(
            FILE_DAMAGED(name=folder / entry.name)
            for (folder, entry), problem in zip(files, problems, strict=True)
            if problem and (folder / entry.name).exists()
        )
        self._known |= {
            entry for (_, entry), problem in zip(files, problems, strict=True) if not problem
        }
        if found:
            raise DamagedFileError(REBUILD(problem=found))


def _listed(manifest: Manifest) -> Iterator[tuple[FileEntry, str]]:
    """Each file and the folder it is in, below that of the index."""
    yield from ((file, "") for file in manifest.own_files)
    yield from ((file, KEYWORD_FOLDER) for file in manifest.keyword)
