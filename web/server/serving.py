"""Serving: one process, the model loaded once, the index kept up in the background."""

import logging
import os
import socket
import sys
import time
from threading import Thread, main_thread
from typing import NoReturn

import click

from archive.text.language import detect_language
from indexer.errors import IndexerError, IndexLockedError
from indexer.sync import SyncProgress
from web.actions.saved_checks import SavedKeeper
from web.app import create_app
from web.context import make_context
from web.errors import SettingsError
from web.http.identity import is_loopback
from web.http.logs import start_logging
from web.http.security import check_exposure
from web.jobs.background_worker import TurnKeeper
from web.jobs.polling import FeedKeeper
from web.server.model_threads import pool_models
from web.server.signals import StopSignals
from web.server.waitress_server import Server
from web.services import Services
from web.settings import Settings
from web.upkeep.archive_lock import lock_shared
from web.upkeep.memory import MemoryKeeper, bound_memory

LOOK_SECONDS = 2.0
STOP_SECONDS = 10.0
PORTS = range(65_536)

logger = logging.getLogger(__name__)


class _StopAskedError(Exception):
    """Raised between two batches to leave indexing; the next start goes on from the last commit."""


class IndexKeeper(TurnKeeper):
    """A thread that indexes what is new, when told or at the next look."""

    def __init__(self, services: Services, look_seconds: float = LOOK_SECONDS) -> None:
        super().__init__("index-keeper", look_seconds)
        self._services = services

    def take_turn(self) -> None:
        try:
            if self._services.store.count_changes_after(self._services.engine.checkpoint()):
                self._services.index(self._heed_stop)
            self.complain("")
        except _StopAskedError:
            return
        except IndexLockedError as exc:
            logger.info("not indexing: %s", exc)
        except Exception as exc:  # whatever fails, serving goes on; the next look tries again
            self.complain(f"indexing failed: {exc}", logging.ERROR)

    def _heed_stop(self, _: SyncProgress) -> None:
        if self._stopping.is_set():
            raise _StopAskedError


class Keepers:
    """What works beside the server: index, jobs, saved searches and, where asked, feeds.

    Locks see to it that of all processes on an archive one alone does each; where it ends, however
    it does, another goes on within seconds.
    """

    def __init__(self, services: Services, poll: bool = False) -> None:
        index = IndexKeeper(services)
        self.context = make_context(services, index.wake)
        writing: list[TurnKeeper] = [self.context.jobs, SavedKeeper(services), index]
        if poll:
            writing.append(FeedKeeper(services, index.wake))
        self._keepers = [MemoryKeeper(), *([] if services.settings.read_only else writing)]

    def start(self) -> None:
        for keeper in self._keepers:
            keeper.start()

    def ask_to_stop(self) -> None:
        for keeper in self._keepers:
            keeper.ask_to_stop()

    def stop(self, timeout_seconds: float) -> list[str]:
        """The names of those that are still in the middle of something when the time is over."""
        self.ask_to_stop()
        deadline = time.monotonic() + timeout_seconds
        return [
            keeper.name
            for keeper in self._keepers
            if not keeper.stop(max(deadline - time.monotonic(), 0))
        ]


def run_server(services: Services, poll: bool = False) -> None:
    """Serve, and `poll` the feeds beside it, until SIGTERM or SIGINT.

    The first signal ends the start at once. A running server then takes no more requests, answers
    those under way, and leaves to the next start what the keepers cannot finish in STOP_SECONDS.
    A second signal kills the process.

    Raises SettingsError where strangers could write, or a read-only archive would be written to.
    """
    settings = services.settings
    check_exposure(settings, services.accounts.any())
    keepers = Keepers(services, check_polling(settings, poll))
    lock_shared(settings.home)
    with StopSignals(sys.exit) as signals:
        app = create_app(keepers.context)
        server = Server(app, open_socket(settings.host, settings.port))
        signals.on_stop = server.stop
        start_logging(settings.log_format)
        start_models(services)
        keepers.start()
        _announce(settings)
        try:
            server.run()
        finally:
            keepers.ask_to_stop()
            late = server.close(STOP_SECONDS) + keepers.stop(STOP_SECONDS)
        if late:
            leave_behind(late)


def _announce(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Hemero is at http://{host}:{settings.port} - stop it with Ctrl-C", err=True)
    if not is_loopback(settings.host) and not settings.base_url.startswith("https:"):
        click.echo("Passwords travel in the clear: put TLS before it, and set base_url", err=True)


def check_polling(settings: Settings, poll: bool = False) -> bool:
    """Whether the feeds are polled. Raises SettingsError for a read-only archive."""
    if poll and settings.read_only:
        raise SettingsError("polling adds articles: leave out --poll, or read_only")
    return (poll or settings.poll) and not settings.read_only


def leave_behind(late: list[str]) -> NoReturn:
    """End now. All that was acknowledged is on disk; an ordinary exit could wait for, or be
    crashed by, threads that are inside the model."""
    logger.warning("stopped in the middle of: %s; the next start goes on", ", ".join(late))
    logging.shutdown()
    os._exit(0)


def open_socket(host: str, port: int) -> socket.socket:
    """Raises SettingsError where the address cannot be listened on."""
    try:
        if port not in PORTS:  # the C library would take it modulo 65536
            raise ValueError("there is no such port")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, ValueError, OverflowError) as exc:
        raise SettingsError(
            f"cannot listen on {host}, port {port}: {exc}; choose another with --host or --port"
        ) from exc


def start_models(services: Services) -> None:
    """To be called before anything is searched: bound what the models keep, and load them."""
    bound_memory()
    pool_models(services)
    Thread(target=_warm, args=(services,), name="warm", daemon=True).start()


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
