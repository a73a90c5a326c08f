"""New archives for tests: the schema is made once in a process, then copied."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.store.articles import ArticleStore


def new_store(path: Path) -> ArticleStore:
    """An empty archive at the path; its folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty_archive())
    return ArticleStore(path)


@cache
def _empty_archive() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "archive.sqlite"
        ArticleStore(path).close()
        return path.read_bytes()
