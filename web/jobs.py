"""The one worker that runs jobs, in whichever process holds the lock."""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Condition, Event, Thread
from typing import IO

from filelock import FileLock, Timeout

from archive.errors import ArchiveError
from archive.jobs import Job, JobSource, JobStore, SourceKind, run_job
from archive.normalize import clean_line
from web.following import follow_feeds
from web.services import Services

LOOK_SECONDS = 2.0
LONGEST_NAME_CHARACTERS = 150
CHUNK_BYTES = 1 << 20
UNTITLED = "upload"

logger = logging.getLogger(__name__)

Upload = tuple[str, IO[bytes]]


class JobRunner:
    """Runs the jobs of an archive one after the other, oldest first.

    Started, it does so in a thread until stopped; a job cut short goes on at the next start.
    """

    def __init__(self, services: Services, on_change: Callable[[], object]) -> None:
        self._services = services
        self._on_change = on_change
        self._news, self._stopping = Event(), Event()
        self._progress = Condition()
        self._thread = Thread(target=self._run, name="job-runner", daemon=True)

    @property
    def jobs(self) -> JobStore:
        return self._services.jobs

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the batch under way is on disk; without effect where never started."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def submit_uploads(self, uploads: Iterable[Upload]) -> Job:
        """A job for files just sent; they are copied to our own disk first, under names of ours."""
        folder = self._services.settings.jobs_folder
        folder.mkdir(parents=True, exist_ok=True)
        return self._submit([_spool(folder, name, stream) for name, stream in uploads])

    def submit_addresses(self, addresses: Iterable[str], kind: SourceKind = "page") -> Job:
        """A job for web pages, or for feeds to follow."""
        return self._submit([JobSource(address, kind) for address in addresses])

    def run_waiting(self) -> None:
        """Run every job there is; where another process does so already, leave them to it."""
        self._services.settings.jobs_folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._services.settings.jobs_folder / "jobs.lock", timeout=0)
        try:
            with lock:
                while not self._stopping.is_set() and (job := self.jobs.next_unfinished()):
                    self._run_job(job)
        except Timeout:
            return

    def wait_for(self, job_id: int, timeout_seconds: float) -> Job:
        """The job once it is finished, or as it stands when the time is over."""
        with self._progress:
            self._progress.wait_for(lambda: self.jobs.get(job_id).is_finished, timeout_seconds)
        return self.jobs.get(job_id)

    def _submit(self, sources: list[JobSource]) -> Job:
        more = f" (+{len(sources) - 1})" if len(sources) > 1 else ""
        job = self.jobs.create(f"{clean_line(sources[0].name)}{more}", sources)
        if self._thread.is_alive():
            self._news.set()
        else:
            self.run_waiting()
        return job

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.run_waiting()
            except Exception as exc:  # whatever fails, serving goes on; the next look tries again
                logger.error("jobs: %s", exc)
            self._news.wait(LOOK_SECONDS)
            self._news.clear()

    def _run_job(self, job: Job) -> None:
        try:
            for state in self._work(job):
                self._on_change()
                self._tell()
                if self._stopping.is_set() and not state.is_finished:
                    return
        except ArchiveError as exc:
            self.jobs.finish(job.id, "failed", str(exc))
        except Exception as exc:
            logger.error("job %s failed", job.id, exc_info=exc)
            self.jobs.finish(job.id, "failed", f"it failed here: {type(exc).__name__}")
        _remove_spooled(job)
        self._tell()

    def _work(self, job: Job) -> Iterator[Job]:
        """The job after each step; every step is on disk."""
        services = self._services
        if any(source.kind == "feed" for source in job.sources):
            return follow_feeds(job, services, self._stopping)
        return run_job(job, self.jobs, services.store, services.read_options())

    def _tell(self) -> None:
        with self._progress:
            self._progress.notify_all()


def _spool(folder: Path, name: str, stream: IO[bytes]) -> JobSource:
    """The upload in a file whose name nobody else chose."""
    path = folder / f"upload-{secrets.token_hex(8)}"
    with path.open("xb") as copy:
        while chunk := stream.read(CHUNK_BYTES):
            copy.write(chunk)
    shown = clean_line(name).replace("\\", "/").rpartition("/")[2][-LONGEST_NAME_CHARACTERS:]
    return JobSource(shown or UNTITLED, "file", str(path))


def _remove_spooled(job: Job) -> None:
    for source in job.sources:
        if source.path is not None:
            Path(source.path).unlink(missing_ok=True)
