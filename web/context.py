"""What a request needs of the process it runs in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import cast

from flask import Flask, current_app, request

from web.jobs.background_worker import BackgroundWorkers
from web.jobs.job_runner import JobRunner
from web.routes import NO_ROUTE, Route
from web.services import Services
from web.traffic.admission import Admission
from web.traffic.metrics import Metrics
from web.traffic.rates import RequestRates
from web.upkeep.health import RecentHealth

EXTENSION = "hemero"


@dataclass(frozen=True, slots=True)
class WebContext:
    """All that an application shares between its requests.

    `on_change` is to be called when the store has changed; `routes` are by endpoint; `stopping` is
    set once the server takes no more requests.
    """

    services: Services
    on_change: Callable[[], object]
    jobs: JobRunner
    workers: BackgroundWorkers
    routes: Mapping[str, Route]
    metrics: Metrics
    admission: Admission
    rates: RequestRates
    visitors_health: RecentHealth = field(default_factory=RecentHealth)
    stopping: Event = field(default_factory=Event)


def get_context(app: Flask | None = None) -> WebContext:
    """That of the application, by default of the one that answers."""
    return cast(WebContext, (app or current_app).extensions[EXTENSION])


def current_route() -> Route:
    """That of the request being answered."""
    return get_context().routes[request.endpoint] if request.endpoint else NO_ROUTE
