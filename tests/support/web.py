"""The fronts under test: the application over given services, and the types of its fixtures."""

from collections.abc import Callable

from click.testing import Result
from flask import Flask

from web.app import create_app
from web.context import make_context
from web.services import Services

MakeApp = Callable[..., Flask]
RunHemero = Callable[..., Result]


def open_app(services: Services) -> Flask:
    """An application that indexes at once what is added."""
    return create_app(make_context(services, services.index))


def services_of(app: Flask) -> Services:
    found: Services = app.extensions["hemero"].services
    return found
