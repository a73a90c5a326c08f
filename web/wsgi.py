"""The application for servers of several processes, each with keepers of its own:

gunicorn --config deploy/gunicorn.conf.py 'web.wsgi:make_app()'
"""

from typing import cast

from flask import Flask

from web.app import create_app
from web.http.admission import get_load
from web.http.logs import start_logging
from web.http.security import check_exposure
from web.server.serving import STOP_SECONDS, Keepers, check_polling, leave_behind, start_models
from web.services import Services
from web.settings import load_settings
from web.upkeep.archive_lock import lock_shared

EXTENSION = "hemero_keepers"


def make_app(services: Services | None = None) -> Flask:
    """The application, its keepers at work beside it.

    To be called in the process that answers, not in one that is forked afterwards: threads and
    open files do not survive that. Raises SettingsError as the command `hemero serve` does.
    """
    services = services or Services(load_settings())
    settings = services.settings
    check_exposure(settings, services.accounts.any())
    keepers = Keepers(services, check_polling(settings))
    lock_shared(settings.home)
    app = create_app(keepers.context)
    app.extensions[EXTENSION] = keepers
    start_logging(settings.log_format)
    start_models(services)
    keepers.start()
    return app


def announce_stop(app: Flask) -> None:
    """Returns at once: /readyz says so from now on, and the keepers begin no more."""
    get_load(app).stopping.set()
    _keepers(app).ask_to_stop()


def close_app(app: Flask) -> None:
    """To be called when the last request is answered; ends the process where a keeper is late."""
    late = _keepers(app).stop(STOP_SECONDS)
    if late:
        leave_behind(late)


def _keepers(app: Flask) -> Keepers:
    return cast(Keepers, app.extensions[EXTENSION])
