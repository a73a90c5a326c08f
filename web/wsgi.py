"""The application for servers of several processes, each with workers of its own:

gunicorn --config deploy/gunicorn.conf.py 'web.wsgi:make_app()'
"""

from flask import Flask

from web.app import build_app
from web.context import get_context
from web.server.serving import STOP_SECONDS, leave_behind, start
from web.services import Services
from web.settings import load_settings


def make_app(services: Services | None = None) -> Flask:
    """The application, its workers started beside it: see `web.server.serving.start`.

    Raises SettingsError as the command `hemero serve` does.
    """
    app = build_app(services or Services(load_settings()))
    start(app)
    return app


def announce_stop(app: Flask) -> None:
    """Returns at once: /readyz says so from now on, and the workers begin no more."""
    context = get_context(app)
    context.stopping.set()
    context.workers.ask_to_stop()


def close_app(app: Flask) -> None:
    """To be called when the last request is answered; ends the process if a worker is late."""
    late = get_context(app).workers.stop(STOP_SECONDS)
    if late:
        leave_behind(late)
