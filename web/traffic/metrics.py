"""The server's figures for Prometheus: what is counted as it happens, what is read when asked.

Labels hold names of ours alone: never a word of a query or an article, nor an address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from archive.errors import ArchiveError
from archive.feed_formats.model import ACTIVE, DEAD, FAILING, GONE
from archive.intake.jobs import State
from archive.stats.vitals import JobItems, count_job_items, count_vitals, count_waiting
from indexer.errors import IndexerError
from web.request_state import SearchNote
from web.services import Services
from web.traffic.admission import Admission

SEARCH_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUEST_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
FEED_STATES = (ACTIVE, FAILING, DEAD, GONE)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# Else each figure has a second one that says when it began.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """One application's figures, in a registry of its own. Safe for many threads."""

    def __init__(self, services: Services, admission: Admission) -> None:
        self.registry = registry = CollectorRegistry()
        self._searches = Counter(
            "hemero_searches", "Searches answered.", ["mode", "outcome"], registry=registry
        )
        self._search_seconds = Histogram(
            "hemero_search_seconds", "Time of a search.", ["mode"],
            buckets=SEARCH_BUCKETS, registry=registry,
        )  # fmt: skip
        self._similar = Counter(
            "hemero_similar", "Neighbours sought.", ["mode", "outcome"], registry=registry
        )
        self._similar_seconds = Histogram(
            "hemero_similar_seconds", "Time of seeking neighbours.", ["mode"],
            buckets=SEARCH_BUCKETS, registry=registry,
        )  # fmt: skip
        self._suggestions = Counter(
            "hemero_suggestions", "Lists of suggestions given.", registry=registry
        )
        self._articles = Counter(
            "hemero_articles_sent", "Articles sent through pages or API.", ["outcome"],
            registry=registry,
        )  # fmt: skip
        self._requests = Counter(
            "hemero_http_requests", "Requests answered.", ["endpoint", "method", "status"],
            registry=registry,
        )  # fmt: skip
        self._request_seconds = Histogram(
            "hemero_http_request_seconds", "Time until a request's answer begins.", ["endpoint"],
            buckets=REQUEST_BUCKETS, registry=registry,
        )  # fmt: skip
        self._errors = Counter(
            "hemero_errors", "Requests that failed here (5xx).", ["endpoint"], registry=registry
        )
        self._left_out = Counter(
            "hemero_left_out", "Answers that went without a part under pressure.", ["part"],
            registry=registry,
        )  # fmt: skip
        self._refused = Counter(
            "hemero_refused", "Requests refused before they began.", ["reason"], registry=registry
        )
        ProcessCollector(registry=registry)
        registry.register(ArchiveCollector(services))
        self._watch_load(admission)

    def _watch_load(self, admission: Admission) -> None:
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "working": ("Requests being worked on.", lambda: admission.working),
            "waiting": ("Requests that wait for that.", lambda: admission.waiting),
        }
        for name, (text, read) in gauges.items():
            Gauge(f"hemero_requests_{name}", text, registry=self.registry).set_function(read)
        share = "Share of the waiting room taken, 0 to 1."
        pressure = Gauge("hemero_pressure", share, registry=self.registry)
        pressure.set_function(lambda: admission.pressure)

    def count_left_out(self, part: str) -> None:
        self._left_out.labels(part).inc()

    def count_refused(self, reason: str) -> None:
        self._refused.labels(reason).inc()

    def count_search(self, note: SearchNote) -> None:
        similar = note.kind == "similar"
        counter = self._similar if similar else self._searches
        histogram = self._similar_seconds if similar else self._search_seconds
        counter.labels(note.mode, note.answer).inc()
        histogram.labels(note.mode).observe(note.seconds)

    def count_outcomes(self, outcomes: Iterable[str]) -> None:
        for outcome in outcomes:
            self._articles.labels(outcome).inc()

    def count_suggestions(self) -> None:
        self._suggestions.inc()

    def count_request(self, label: str, method: str, status: int, seconds: float) -> None:
        """`label` is a route's name, `method` one of METHODS or "other": both are few."""
        self._requests.labels(label, method, f"{status // 100}xx").inc()
        self._request_seconds.labels(label).observe(seconds)

    def count_error(self, label: str) -> None:
        self._errors.labels(label).inc()


class ArchiveCollector(Collector):
    """What store and index hold, read anew at each scrape; what fails is told as down."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = Lock()
        self._items = JobItems({})

    def describe(self) -> Iterable[Metric]:
        """Nothing: else the registry would read the archive to learn the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from _report_part("store", "Whether the store answers.", self._read_store)
        yield from _report_part("index", "Whether the index can be read.", self._read_index)

    def _read_store(self) -> list[Metric]:
        vitals = count_vitals(self._services.store.database)
        saved = {"well": vitals.saved_searches - vitals.saved_failing}
        saved["failing"] = vitals.saved_failing
        return [
            _gauge("hemero_articles", "Articles held.", vitals.articles),
            _states("hemero_feeds", "Feeds.", dict.fromkeys(FEED_STATES, 0) | dict(vitals.feeds)),
            _states("hemero_jobs", "Jobs.", dict.fromkeys(get_args(State), 0) | dict(vitals.jobs)),
            _states("hemero_saved_searches", "Saved searches, by their last check.", saved),
            self._count_items(),
        ]

    def _read_index(self) -> list[Metric]:
        engine = self._services.engine
        waiting = count_waiting(self._services.store.database, engine.checkpoint())
        lag = "Age of the oldest change that waits for the index."
        return [
            _gauge("hemero_indexed_articles", "Articles that can be found.", engine.count()),
            _gauge("hemero_indexed_passages", "Their passages.", engine.count_passages()),
            _gauge("hemero_waiting_changes", "Changes not indexed yet.", waiting.changes),
            _gauge("hemero_index_lag_seconds", lag, waiting.lag_seconds),
        ]

    def _count_items(self) -> Metric:
        with self._lock:
            self._items = count_job_items(self._services.store.database, self._items)
            counts = self._items.counts
        family = CounterMetricFamily(
            "hemero_job_items", "Items of all jobs there were.", labels=["outcome"]
        )
        for outcome, number in counts.items():
            family.add_metric([outcome], number)
        return family


def _report_part(part: str, about: str, read: Callable[[], list[Metric]]) -> Iterator[Metric]:
    """The figures of a part, and 1; where it fails, 0 alone."""
    try:
        figures = read()
    except (ArchiveError, IndexerError):
        yield _gauge(f"hemero_{part}_up", about, 0)
        return
    yield _gauge(f"hemero_{part}_up", about, 1)
    yield from figures


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _states(name: str, about: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=["state"])
    for state, number in counts.items():
        family.add_metric([state], number)
    return family
