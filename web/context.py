"""What a request needs of the process it runs in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from web.jobs.jobs import JobRunner
from web.services import Services


@dataclass(frozen=True, slots=True)
class WebContext:
    """The services, what to call when the store has changed, and what runs jobs."""

    services: Services
    on_change: Callable[[], object]
    jobs: JobRunner


def make_context(services: Services, on_change: Callable[[], object]) -> WebContext:
    return WebContext(services, on_change, JobRunner(services, on_change))


def get_context() -> WebContext:
    return cast(WebContext, current_app.extensions["hemero"])
