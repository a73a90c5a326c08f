"""The composition root: store, embedder, engine and search, built once per process."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archive.model import ArchiveSummary
from archive.store import ArticleStore
from web.settings import Settings

if TYPE_CHECKING:
    from indexer.embedding import Embedder
    from indexer.engine import SearchEngine
    from indexer.search import SearchService
    from indexer.sync import SyncProgress, SyncReport


class Services:
    """Each part is made at its first use, so that a command pays only for what it needs."""

    def __init__(self, settings: Settings, embedder: "Embedder | None" = None) -> None:
        self.settings = settings
        self._summary: tuple[int, ArchiveSummary] | None = None
        if embedder is not None:
            self.embedder = embedder

    @cached_property
    def store(self) -> ArticleStore:
        return ArticleStore(self.settings.store_path)

    @cached_property
    def embedder(self) -> "Embedder":
        from indexer.embedding import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(self.settings.model, self.settings.cache)

    @cached_property
    def engine(self) -> "SearchEngine":
        from indexer.engines import open_engine

        return open_engine(self.settings.engine, self.settings.index_folder)

    @cached_property
    def search(self) -> "SearchService":
        from indexer.search import SearchService

        return SearchService(self.store, self.engine, self.embedder)

    def summarize(self) -> ArchiveSummary:
        """The archive in numbers, counted again only where it has changed."""
        seq, counted = self.store.last_seq(), self._summary
        if counted is None or counted[0] != seq:
            counted = self._summary = (seq, self.store.summarize())
        return counted[1]

    def index(
        self,
        on_progress: "Callable[[SyncProgress], None]" = lambda progress: None,
        rebuild: bool = False,
    ) -> "SyncReport":
        """Bring the index up to the store."""
        from indexer.sync import sync

        return sync(self.store, self.engine, self.embedder, on_progress, rebuild=rebuild)

    def scratch(self, home: Path) -> "Services":
        """The same model on another archive, which starts empty."""
        from dataclasses import replace

        return Services(replace(self.settings, home=home), self.embedder)

    def close(self) -> None:
        for name in ("engine", "store"):
            if name in self.__dict__:
                self.__dict__[name].close()
