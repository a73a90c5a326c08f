"""Serving: one process, the model loaded once, the index kept up in the background."""

import logging
from importlib.resources import as_file, files
from threading import Event, Thread

import click
import waitress

from archive.ingest import ingest
from archive.sources import read_file
from indexer.errors import IndexerError, IndexLockedError
from web.app import create_app
from web.console import index_progress
from web.context import WebContext
from web.security import LARGEST_REQUEST_BYTES, check_exposure
from web.services import Services

LOOK_SECONDS = 2.0

logger = logging.getLogger(__name__)


class IndexKeeper:
    """A thread that indexes what is new, when told or at the next look."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._news = Event()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="index-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._news.set()

    def stop(self) -> None:
        """Returns when the commit under way is done."""
        self._stopping.set()
        self._news.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._catch_up()
            except IndexLockedError as exc:
                logger.info("not indexing: %s", exc)
            except (
                Exception
            ) as exc:  # whatever fails, serving goes on and the next look tries again
                logger.error("indexing failed: %s", exc)
            self._news.wait(LOOK_SECONDS)
            self._news.clear()

    def _catch_up(self) -> None:
        if self._services.store.count_changes_after(self._services.engine.checkpoint()):
            self._services.index()


def run_server(services: Services) -> None:
    """Serve until interrupted. Raises SettingsError where strangers could write."""
    settings = services.settings
    check_exposure(settings)
    keeper = IndexKeeper(services)
    app = create_app(WebContext(services, keeper.wake))
    server = waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        max_request_body_size=LARGEST_REQUEST_BYTES,
        ident=None,
    )
    Thread(target=_warm, args=(services,), name="warm", daemon=True).start()
    if not settings.read_only:
        keeper.start()
    click.echo(
        f"Hemero is at http://{settings.host}:{settings.port} - stop it with Ctrl-C", err=True
    )
    try:
        server.run()
    finally:
        server.close()
        services.close()


def fill_demo(services: Services) -> None:
    """The sample archive, added and indexed; done already, this is a look."""
    with as_file(files("web") / "sample" / "articles.jsonl") as path:
        outcomes = list(ingest(read_file(path), services.store))
    new = sum(outcome.outcome == "added" for outcome in outcomes)
    if new:
        click.echo(f"{new} sample articles added to {services.settings.home}", err=True)
    with index_progress() as on_progress:
        services.index(on_progress)


def _warm(services: Services) -> None:
    """Load the model and open the index, so that the first query is as fast as the next."""
    try:
        services.embedder.encode_query("première")
        services.engine.count()
    except IndexerError as exc:
        logger.warning("%s", exc)
