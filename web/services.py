"""The composition root: store, embedder, engine and search, built once per process."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import SiteRulesError, StoreError
from archive.extraction.site_rules import SiteRules, parse_site_rules
from archive.model import ArchiveSummary
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from archive.text.zones import read_zones
from archive.wordings import SITE_RULES_UNREADABLE
from web.settings import Settings
from web.wordings import INDEX_AHEAD_SEE_DOCTOR

if TYPE_CHECKING:
    from archive.copies.clusters import ClusterStore
    from archive.feeds.store import FeedStore
    from archive.intake.jobs import JobStore
    from archive.store.accounts import AccountStore
    from archive.store.audit import AuditLog
    from archive.store.collections import CollectionStore
    from archive.store.credentials import CredentialStore
    from archive.store.saved_searches import SavedSearchStore
    from archive.store.tags import TagStore
    from indexer.assist.suggestions import SuggestionService
    from indexer.engines.port import SearchEngine
    from indexer.models.embedding import Embedder
    from indexer.models.reranker import Reranker
    from indexer.search import SearchService
    from indexer.sync import SyncProgress, SyncReport
    from indexer.timelines import Timelines


class Services:
    """Each part is made at its first use, so that a command pays only for what it needs."""

    def __init__(self, settings: Settings, embedder: "Embedder | None" = None) -> None:
        self.settings = settings
        self._summary: tuple[int, ArchiveSummary] | None = None
        if embedder is not None:
            self.embedder = embedder

    @cached_property
    def store(self) -> ArticleStore:
        zones = read_zones(self.settings.timezone, self.settings.outlet_timezones)
        return ArticleStore(self.settings.store_path, zones)

    @cached_property
    def jobs(self) -> "JobStore":
        from archive.intake.jobs import JobStore

        return JobStore(self.store.database, self.settings.jobs_folder)

    @cached_property
    def clusters(self) -> "ClusterStore":
        from archive.copies.clusters import ClusterStore

        return ClusterStore(self.store.database)

    @cached_property
    def collections(self) -> "CollectionStore":
        from archive.store.collections import CollectionStore

        return CollectionStore(self.store.database)

    @cached_property
    def tags(self) -> "TagStore":
        from archive.store.tags import TagStore

        return TagStore(self.store.database)

    @cached_property
    def feeds(self) -> "FeedStore":
        from archive.feeds.store import FeedStore

        return FeedStore(self.store.database)

    @cached_property
    def saved(self) -> "SavedSearchStore":
        from archive.store.saved_searches import SavedSearchStore

        return SavedSearchStore(self.store.database)

    @cached_property
    def accounts(self) -> "AccountStore":
        from archive.store.accounts import AccountStore

        return AccountStore(self.store.database)

    @cached_property
    def credentials(self) -> "CredentialStore":
        from archive.store.credentials import CredentialStore

        return CredentialStore(self.store.database)

    @cached_property
    def audit(self) -> "AuditLog":
        from archive.store.audit import AuditLog

        return AuditLog(self.store.database)

    def read_options(
        self,
        columns: Mapping[str, str] | None = None,
        on_bytes: Callable[[int], object] = lambda count: None,
    ) -> ReadOptions:
        """How sources are read here. Raises SiteRulesError for rules that cannot be used."""
        return ReadOptions(
            rules=self.site_rules,
            columns=columns or {},
            allowed_networks=self.settings.allowed_networks,
            on_bytes=on_bytes,
        )

    @cached_property
    def site_rules(self) -> SiteRules:
        """The user's rules, read once; none where there is no such file."""
        path = self.settings.site_rules_path
        try:
            return parse_site_rules(path.read_text("utf-8"))
        except FileNotFoundError:
            return SiteRules()
        except (OSError, UnicodeDecodeError) as exc:
            raise SiteRulesError(SITE_RULES_UNREADABLE(path=path, reason=exc)) from exc

    @cached_property
    def embedder(self) -> "Embedder":
        from indexer.models.embedding import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(self.settings.model, self.settings.cache)

    @cached_property
    def reranker(self) -> "Reranker | None":
        """None where the setting names none."""
        from indexer.models.reranker import CrossEncoderReranker

        model = self.settings.reranker
        return CrossEncoderReranker(model) if model else None

    @cached_property
    def engine(self) -> "SearchEngine":
        from indexer.engines.registry import open_engine

        return open_engine(self.settings.engine, self.settings.index_folder)

    @cached_property
    def search(self) -> "SearchService":
        from indexer.query.synonyms import load_synonyms
        from web.observed_search import make_search

        self._check_store()
        synonyms = load_synonyms(self.settings.home)
        return make_search(self.store, self.engine, self.embedder, synonyms, self.reranker)

    @cached_property
    def suggestions(self) -> "SuggestionService":
        from indexer.assist.suggestions import SuggestionService

        return SuggestionService(self.store, self.engine)

    @cached_property
    def timelines(self) -> "Timelines":
        from indexer.timelines import Timelines

        return Timelines(self.store, self.engine, self.search.understand)

    def _check_store(self) -> None:
        """Raises StoreError where the index has seen more than the store: articles were lost."""
        from indexer.errors import IndexerError

        try:
            checkpoint = self.engine.checkpoint()
        except IndexerError:  # said when something is searched
            return
        if checkpoint > self.store.last_seq():
            raise StoreError(INDEX_AHEAD_SEE_DOCTOR())

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
