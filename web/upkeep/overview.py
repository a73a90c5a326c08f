"""The archive at a glance, for its administrator: figures, index, feeds, jobs and failures."""

from collections.abc import Mapping
from dataclasses import dataclass

from archive.feed_formats.model import ACTIVE, Feed
from archive.intake.failures import FailedItem, list_failures
from archive.intake.jobs import Job
from archive.stats.figures import ArchiveFigures, count_figures, size_of
from indexer.errors import IndexerError
from web.jobs.job_runner import JobRunner
from web.services import Services
from web.upkeep.health import Health, check_health

LATEST_JOBS = 10
MAX_FEEDS = 50


@dataclass(frozen=True, slots=True)
class IndexFigures:
    """What the index contains and what builds it; `model` and `reranker` are names."""

    passages: int
    bytes: int
    engine: str
    model: str
    reranker: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Up to MAX_FEEDS of the `feed_count` feeds, those in trouble first; `feed_items` counts the
    items of each by outcome.
    """

    archive: ArchiveFigures
    index: IndexFigures
    health: Health
    feed_count: int
    feeds: tuple[Feed, ...]
    feed_items: Mapping[int, Mapping[str, int]]
    jobs: tuple[Job, ...]
    failures: tuple[FailedItem, ...]


def make_overview(services: Services) -> Overview:
    feeds = services.feeds.feeds()
    troubled_first = sorted(feeds, key=lambda feed: (feed.state == ACTIVE, not feed.failures))
    return Overview(
        archive=count_figures(services.store.database),
        index=_count_index(services),
        health=check_health(services, files=False),
        feed_count=len(feeds),
        feeds=tuple(troubled_first[:MAX_FEEDS]),
        feed_items=services.feeds.item_counts(),
        jobs=tuple(services.jobs.latest(LATEST_JOBS)),
        failures=tuple(list_failures(services.store.database)),
    )


def retry_items(services: Services, runner: JobRunner, items: set[str] | None) -> Job | None:
    """Start a job that fetches the failed items again: those given, or all of them (None).

    Only items from the web can be retried. Failed items of feeds get a second job. Return None if
    there is nothing to retry.
    """
    failing = list_failures(services.store.database)
    wanted = [f for f in failing if f.addresses and (items is None or f.item in items)]
    job = None
    for kind in ("page", "feed"):
        addresses = [a for failure in wanted if failure.kind == kind for a in failure.addresses]
        if addresses:
            job = runner.submit_addresses(dict.fromkeys(addresses), kind)
    return job


def _count_index(services: Services) -> IndexFigures:
    try:
        passages = services.engine.count_passages()
    except IndexerError:  # `health` reports what is wrong
        passages = 0
    settings = services.settings
    return IndexFigures(
        passages,
        size_of(settings.index_folder),
        settings.engine,
        services.embedder.name,
        settings.reranker.rstrip("/").rpartition("/")[2] or None,
    )
