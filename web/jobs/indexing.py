"""Keep the index up to date with the store, beside the server."""

import logging

from indexer.errors import IndexLockedError
from indexer.sync import SyncProgress
from web.jobs.background_worker import BackgroundWorker
from web.services import Services

LOOK_SECONDS = 2.0

logger = logging.getLogger(__name__)


class _StopAskedError(Exception):
    """Raised between two batches to leave indexing; the next start goes on from the last commit."""


class IndexWorker(BackgroundWorker):
    """A thread that indexes what is new, when woken or at the next look."""

    def __init__(self, services: Services, look_seconds: float = LOOK_SECONDS) -> None:
        super().__init__("index-worker", look_seconds)
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
