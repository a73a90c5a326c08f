"""Serving: one process, the model loaded once, the index kept up in the background."""

import logging
import socket
from importlib.resources import as_file, files
from threading import Event, Thread

import click
import waitress

from archive.ingest import ingest
from archive.language import detect_language
from archive.sources import read_file
from indexer.errors import CorruptIndexError, IndexerError, IndexLockedError, StaleIndexError
from indexer.sync import SyncProgress
from web.app import create_app
from web.console import index_progress
from web.context import WebContext, make_context
from web.errors import SettingsError
from web.logs import start_logging
from web.polling import FeedKeeper
from web.saved_checks import SavedKeeper
from web.security import LARGEST_REQUEST_BYTES, check_exposure
from web.services import Services
from web.settings import Settings

LOOK_SECONDS = 2.0
PORTS = range(65_536)

logger = logging.getLogger(__name__)


class _StopAskedError(Exception):
    """Raised between two batches to leave indexing; the next start goes on from the last commit."""


class IndexKeeper:
    """A thread that indexes what is new, when told or at the next look."""

    def __init__(self, services: Services, look_seconds: float = LOOK_SECONDS) -> None:
        self._services = services
        self._look_seconds = look_seconds
        self._news = Event()
        self._stopping = Event()
        self._complaint = ""
        self._thread = Thread(target=self._run, name="index-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._news.set()

    def stop(self) -> None:
        """Returns when the batch under way is done; without effect where never started."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._catch_up()
                self._complaint = ""
            except _StopAskedError:
                return
            except IndexLockedError as exc:
                logger.info("not indexing: %s", exc)
            except Exception as exc:  # whatever fails, serving goes on; the next look tries again
                self._complain(str(exc))
            self._news.wait(self._look_seconds)
            self._news.clear()

    def _catch_up(self) -> None:
        if self._services.store.count_changes_after(self._services.engine.checkpoint()):
            self._services.index(self._heed_stop)

    def _heed_stop(self, _: SyncProgress) -> None:
        if self._stopping.is_set():
            raise _StopAskedError

    def _complain(self, message: str) -> None:
        """Log a failure once, not at every look."""
        if message != self._complaint:
            logger.error("indexing failed: %s", message)
        self._complaint = message


def run_server(services: Services, poll: bool = False) -> None:
    """Serve until interrupted, and `poll` the feeds beside it.

    Raises SettingsError where strangers could write, or a read-only archive would be written to.
    """
    settings = services.settings
    check_exposure(settings)
    if poll and settings.read_only:
        raise SettingsError("polling adds articles: leave out --poll, or read_only")
    keeper = IndexKeeper(services)
    feeds = FeedKeeper(services, keeper.wake)
    saved = SavedKeeper(services)
    context = make_context(services, keeper.wake)
    server = _listen(settings, context)
    start_logging(settings.log_format)
    Thread(target=_warm, args=(services,), name="warm", daemon=True).start()
    if not settings.read_only:
        keeper.start()
        context.jobs.start()
        saved.start()
        if poll:
            feeds.start()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Hemero is at http://{host}:{settings.port} - stop it with Ctrl-C", err=True)
    try:
        server.run()
    finally:
        server.close()
        feeds.stop()
        saved.stop()
        context.jobs.stop()
        keeper.stop()


def fill_demo(services: Services) -> None:
    """The sample archive, added and indexed; done already, this is a look."""
    with as_file(files("web") / "sample" / "articles.jsonl") as path:
        outcomes = list(ingest(read_file(path), services.store))
    new = sum(outcome.outcome == "added" for outcome in outcomes)
    if new:
        click.echo(f"{new} sample articles added to {services.settings.home}", err=True)
    with index_progress() as on_progress:
        try:
            services.index(on_progress)
        except (CorruptIndexError, StaleIndexError):  # of an earlier edition or another model
            services.index(on_progress, rebuild=True)


def _listen(settings: Settings, context: WebContext) -> waitress.server.BaseWSGIServer:
    return waitress.create_server(
        create_app(context),
        sockets=[_open_socket(settings.host, settings.port)],
        threads=settings.threads,
        max_request_body_size=LARGEST_REQUEST_BYTES,
        ident=None,
    )


def _open_socket(host: str, port: int) -> socket.socket:
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


def _warm(services: Services) -> None:
    """Load the models and open the index: the first query and add are as fast as the next."""
    try:
        detect_language("première")
        services.embedder.encode_query("première")
        services.engine.count()
        if services.reranker:
            services.reranker.score("première", ["première"])
    except IndexerError as exc:
        logger.warning("%s", exc)
