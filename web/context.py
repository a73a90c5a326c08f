"""What a request needs of the process it runs in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from web.services import Services


@dataclass(frozen=True, slots=True)
class WebContext:
    """The services, and what to call when the store has changed."""

    services: Services
    on_change: Callable[[], object]


def get_context() -> WebContext:
    return cast(WebContext, current_app.extensions["hemero"])
