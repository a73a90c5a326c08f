"""Serving: one process, the model loaded once, the index kept up in the background."""

import logging
import os
import socket
import sys
from threading import Thread, main_thread
from typing import NoReturn

import click
from flask import Flask

from archive.text.language import detect_language
from indexer.errors import IndexerError
from web.app import build_app
from web.context import get_context
from web.errors import SettingsError
from web.http.identity import is_loopback
from web.http.logs import start_logging
from web.i18n.catalogue import word_for_terminal
from web.server.model_threads import pool_models
from web.server.signals import StopSignals
from web.server.waitress_server import Server
from web.services import Services
from web.settings import Settings
from web.upkeep.archive_lock import lock_shared
from web.upkeep.memory import bound_memory
from web.wordings import CANNOT_LISTEN, IN_THE_CLEAR, SERVING

STOP_SECONDS = 10.0
PORTS = range(65_536)

logger = logging.getLogger(__name__)


def run_server(services: Services, poll: bool = False) -> None:
    """Serve, and `poll` the feeds beside it, until SIGTERM or SIGINT.

    The first signal ends the start at once. A running server then takes no more requests, answers
    those under way, and leaves to the next start what the workers cannot finish in STOP_SECONDS.
    A second signal kills the process.

    Raises SettingsError if strangers could write, or a read-only archive would be written to.
    """
    settings = services.settings
    with StopSignals(sys.exit) as signals:
        app = build_app(services, poll=poll)
        server = Server(app, open_socket(settings.host, settings.port))
        signals.on_stop = server.stop
        start(app)
        _announce(settings)
        workers = get_context(app).workers
        try:
            server.run()
        finally:
            workers.ask_to_stop()
            late = server.close(STOP_SECONDS) + workers.stop(STOP_SECONDS)
        if late:
            leave_behind(late)


def _announce(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    click.echo(word_for_terminal(SERVING(address=address)), err=True)
    if not is_loopback(settings.host) and not settings.base_url.startswith("https:"):
        click.echo(word_for_terminal(IN_THE_CLEAR()), err=True)


def leave_behind(late: list[str]) -> NoReturn:
    """End now. All that was acknowledged is on disk; an ordinary exit could wait for, or be
    crashed by, threads that are inside the model."""
    logger.warning("stopped in the middle of: %s; the next start goes on", ", ".join(late))
    logging.shutdown()
    os._exit(0)


def open_socket(host: str, port: int) -> socket.socket:
    """Open a listening socket. Raises SettingsError if the address cannot be used."""
    try:
        if port not in PORTS:  # the C library would take it modulo 65536
            raise ValueError("there is no such port")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, ValueError, OverflowError) as exc:
        raise SettingsError(CANNOT_LISTEN(host=host, port=port, reason=exc)) from exc


def start(app: Flask) -> None:
    """Start what works beside the application; it may answer from then on.

    To be called once, in the process that answers: threads and open files do not survive a fork.
    Raises ArchiveInUseError while a backup is being restored, StoreError if the archive cannot be
    read.
    """
    context = get_context(app)
    services = context.services
    services.store.last_seq()
    lock_shared(services.settings.home)
    start_logging(services.settings.log_format)
    bound_memory()
    pool_models(services)
    Thread(target=_warm, args=(services,), name="warm", daemon=True).start()
    context.workers.start()


def _warm(services: Services) -> None:
    """Load the models and open the index: the first query and add are as fast as the next."""
    try:
        detect_language("première")
        services.embedder.encode_query("première")
        services.engine.count()
        if services.reranker:
            services.reranker.score("première", ["première"])
    except IndexerError as exc:
        if main_thread().is_alive():  # else the process is ending, and no model is to blame
            logger.warning("%s", exc)
