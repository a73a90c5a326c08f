"""The fronts under test: the application over given services, and the types of its fixtures."""

from collections.abc import Callable

from click.testing import Result
from flask import Flask

from web.app import build_app
from web.context import get_context
from web.services import Services

MakeApp = Callable[..., Flask]
RunHemero = Callable[..., Result]


def open_app(services: Services) -> Flask:
    """An application that indexes at once what is added."""
    return build_app(services, on_change=services.index)


def services_of(app: Flask) -> Services:
    found: Services = get_context(app).services
    return found
