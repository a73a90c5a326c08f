"""The one worker that runs jobs, in whichever process holds the lock."""

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Condition
from typing import IO

from filelock import FileLock, Timeout

from archive.errors import ArchiveError, StoreError
from archive.intake.jobs import Job, JobSource, JobStore, SourceKind, run_job
from archive.text.normalize import clean_line
from web.jobs.background_worker import BackgroundWorker
from web.jobs.following import follow_feeds
from web.request_state import note_changed
from web.services import Services
from web.wordings import JOB_FAILED, JOB_SET_ASIDE, UPLOAD_NOT_KEPT

LOOK_SECONDS = 2.0
WATCH_SECONDS = 0.25
MAX_NAME_CHARACTERS = 150
# A job that ended its process so often without getting any further is not started again.
MAX_STARTS = 2
CHUNK_BYTES = 1 << 20
UNTITLED = "upload"

logger = logging.getLogger(__name__)

Upload = tuple[str, IO[bytes]]


class JobRunner(BackgroundWorker):
    """Runs the jobs of an archive one after the other, oldest first.

    Once started, it runs in a thread until stopped; an interrupted job continues at the next start.
    """

    def __init__(self, services: Services, on_change: Callable[[], object]) -> None:
        super().__init__("job-runner", LOOK_SECONDS)
        self._services = services
        self._on_change = on_change
        self._progress = Condition()

    @property
    def jobs(self) -> JobStore:
        return self._services.jobs

    def take_turn(self) -> None:
        self.run_waiting()
        self.complain("")

    def submit_uploads(self, uploads: Iterable[Upload]) -> Job:
        """Create a job for uploaded files, first copied to our disk under names of our own.

        Raises StoreError if they cannot be stored; then none of them is kept.
        """
        folder = self._services.settings.jobs_folder
        spooled: list[JobSource] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            spooled.extend(_spool(folder, name, stream) for name, stream in uploads)
        except OSError as exc:
            self._remove_uploads(spooled)
            raise StoreError(UPLOAD_NOT_KEPT(folder=folder, reason=exc.strerror)) from exc
        return self._submit(spooled)

    def submit_addresses(self, addresses: Iterable[str], kind: SourceKind = "page") -> Job:
        """Create a job for web pages, or for feeds to follow."""
        return self._submit([JobSource(address, kind) for address in addresses])

    def run_waiting(self) -> None:
        """Run every waiting job, unless another process is running them already."""
        self._services.settings.jobs_folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._services.settings.jobs_folder / "jobs.lock", timeout=0)
        try:
            with lock:
                while not self._stopping.is_set() and (job := self.jobs.next_unfinished()):
                    self._run_job(job)
        except Timeout:
            return

    def wait_for(self, job_id: int, timeout_seconds: float) -> Job:
        """Return the job once it is finished, or its state after the timeout."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            job, left = self.jobs.get(job_id), deadline - time.monotonic()
            if job.is_finished or left <= 0:
                return job
            with self._progress:  # jobs of other processes send no notification
                self._progress.wait(min(left, WATCH_SECONDS))

    def _submit(self, sources: list[JobSource]) -> Job:
        more = f" (+{len(sources) - 1})" if len(sources) > 1 else ""
        try:
            job = self.jobs.create(f"{clean_line(sources[0].name)}{more}", sources)
        except ArchiveError:
            self._remove_uploads(sources)
            raise
        note_changed(f"job {job.id}")
        if self.is_alive:
            self.wake()
        else:
            self.run_waiting()
        return job

    def _run_job(self, job: Job) -> None:
        if job.starts >= MAX_STARTS:
            self.jobs.finish(job.id, "failed", JOB_SET_ASIDE(number=MAX_STARTS, item=job.done + 1))
            self._notify_waiting()
            return
        self.jobs.note_starts(job.id, job.starts + 1)
        try:
            for state in self._work(job):
                self._on_change()
                self._notify_waiting()
                if self._stopping.is_set() and not state.is_finished:
                    self.jobs.note_starts(job.id, 0)
                    return
        except ArchiveError as exc:
            self.jobs.finish(job.id, "failed", exc.message)
        except Exception as exc:
            logger.error("job %s failed", job.id, exc_info=exc)
            self.jobs.finish(job.id, "failed", JOB_FAILED(reason=type(exc).__name__))
        self._remove_uploads(job.sources)
        self._notify_waiting()

    def _work(self, job: Job) -> Iterator[Job]:
        """Yield the job after each step, when the step is on disk."""
        services = self._services
        if any(source.kind == "feed" for source in job.sources):
            return follow_feeds(job, services, self._stopping)
        return run_job(job, self.jobs, services.store, services.read_options())

    def _remove_uploads(self, sources: Iterable[JobSource]) -> None:
        for path in filter(None, map(self.jobs.upload_path, sources)):
            path.unlink(missing_ok=True)

    def _notify_waiting(self) -> None:
        with self._progress:
            self._progress.notify_all()


def _spool(folder: Path, name: str, stream: IO[bytes]) -> JobSource:
    """Copy the upload to a file with a random name."""
    path = folder / f"upload-{secrets.token_hex(8)}"
    try:
        with path.open("xb") as copy:
            while chunk := stream.read(CHUNK_BYTES):
                copy.write(chunk)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    shown = clean_line(name).replace("\\", "/").rpartition("/")[2][-MAX_NAME_CHARACTERS:]
    return JobSource(shown or UNTITLED, "file", path.name)
