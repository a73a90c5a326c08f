"""Jobs that take longer than a request: their sources, their progress and their outcomes.

A job's items are numbered in the order of its sources. Their outcomes are written in the
transaction that stores the articles, so that a killed job continues at exactly the right item.

Uploaded files lie in one folder under names of our own. A row of the store names such a file, never
a path, so that no row can make us read or delete another file.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from errno import ENOENT
from io import BufferedReader
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from archive.errors import JobNotFoundError
from archive.intake.ingest import ingest
from archive.messages import Message, read_message
from archive.model import ItemOutcome, SourceItem
from archive.sources import read_stream, read_url
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore, StoreTransaction
from archive.store.database import Database
from archive.store.schema import job, job_item
from archive.text.normalize import format_utc
from archive.wordings import NO_SUCH_JOB, UNREADABLE_UPLOAD

SourceKind = Literal["page", "file", "feed"]
State = Literal["waiting", "running", "done", "failed"]
_UPLOAD = re.compile(r"upload-\w+")
UNFINISHED: tuple[State, ...] = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class JobSource:
    """What to add: `name` is a web address, or the uploader's name for the file `upload`."""

    name: str
    kind: SourceKind = "page"
    upload: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The state of a job. `counts` are its items by outcome; times are UTC.

    `starts` counts how often it was started since its last progress.
    """

    id: int
    title: str
    state: State
    sources: tuple[JobSource, ...]
    created: str
    finished: str | None
    done: int
    message: Message | None
    starts: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED


class JobStore:
    """The jobs of an archive. Safe for many threads and processes.

    `uploads` is the folder of the files that wait to be added.
    """

    def __init__(self, database: Database, uploads: Path) -> None:
        self._database = database
        self._uploads = uploads

    def create(self, title: str, sources: Sequence[JobSource]) -> Job:
        values = {
            "title": title,
            "state": "waiting",
            "sources": [[source.name, source.kind, source.upload] for source in sources],
            "created": format_utc(datetime.now(UTC)),
            "done": 0,
        }
        with self._database.write() as connection:
            job_id = int(connection.execute(job.insert().values(values)).lastrowid)
        return self.get(job_id)

    def get(self, job_id: int) -> Job:
        """Return the job. Raise JobNotFoundError."""
        found = self._list(sa.select(job).where(job.c.id == job_id))
        if not found:
            raise JobNotFoundError(NO_SUCH_JOB(job=job_id))
        return found[0]

    def latest(self, limit: int = 20) -> list[Job]:
        """Return the latest jobs, newest first."""
        return self._list(sa.select(job).order_by(job.c.id.desc()).limit(limit))

    def next_unfinished(self) -> Job | None:
        """Return the oldest job that is not finished, or None."""
        query = sa.select(job).where(job.c.state.in_(UNFINISHED)).order_by(job.c.id).limit(1)
        return next(iter(self._list(query)), None)

    def outcomes(self, job_id: int, first: int = 0, limit: int = 100) -> list[ItemOutcome]:
        """Return the outcomes of the job's items from position `first` on, in order."""
        query = (
            sa.select(job_item)
            .where(job_item.c.job_id == job_id, job_item.c.position >= first)
            .order_by(job_item.c.position)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [_outcome(row) for row in rows]

    def note(self, connection: sa.Connection, current: Job, outcomes: list[ItemOutcome]) -> Job:
        """Write a batch of outcomes in the transaction that stores their articles."""
        rows = [
            {
                "job_id": current.id,
                "position": current.done + offset,
                "item": outcome.item,
                "outcome": outcome.outcome,
                "article_id": outcome.id,
                "reason": outcome.reason and outcome.reason.to_json(),
            }
            for offset, outcome in enumerate(outcomes)
        ]
        connection.execute(job_item.insert(), rows)
        done = current.done + len(rows)
        connection.execute(
            job.update().where(job.c.id == current.id).values(done=done, state="running", starts=1)
        )
        return replace(current, done=done, state="running", starts=1)

    def note_starts(self, job_id: int, starts: int) -> None:
        """Write how often the job was started since its last progress."""
        with self._database.write() as connection:
            connection.execute(job.update().where(job.c.id == job_id).values(starts=starts))

    def upload_path(self, source: JobSource) -> Path | None:
        """Return where an uploaded file lies; None for an address, or a name not made here."""
        name = source.upload and source.upload.rpartition("/")[2]
        return self._uploads / name if name and _UPLOAD.fullmatch(name) else None

    def note_stored(self, current: Job, outcomes: list[ItemOutcome]) -> Job:
        """Write a batch of outcomes of articles that are already on disk."""
        with self._database.write() as connection:
            return self.note(connection, current, outcomes)

    def finish(self, job_id: int, state: State, message: Message | None = None) -> None:
        finished = format_utc(datetime.now(UTC))
        encoded = message and message.to_json()
        values = {"state": state, "message": encoded, "finished": finished}
        with self._database.write() as connection:
            connection.execute(job.update().where(job.c.id == job_id).values(values))

    def _list(self, query: sa.Select[Any]) -> list[Job]:
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            counts = _counts(connection, [row.id for row in rows])
        return [_job(row, counts.get(row.id, {})) for row in rows]


def run_job(start: Job, jobs: JobStore, store: ArticleStore, options: ReadOptions) -> Iterator[Job]:
    """Add the remaining items; yield the job after each batch. A stopped job can be resumed."""
    current = start

    def note(transaction: StoreTransaction, outcomes: list[ItemOutcome]) -> None:
        nonlocal current
        current = jobs.note(transaction.connection, current, outcomes)

    last = start.done
    items = chain.from_iterable(_read_source(source, jobs, options) for source in start.sources)
    for _ in ingest(islice(items, start.done, None), store, note):
        if current.done != last:
            last = current.done
            yield current
    jobs.finish(start.id, "done")
    yield jobs.get(start.id)


def _read_source(source: JobSource, jobs: JobStore, options: ReadOptions) -> Iterator[SourceItem]:
    if source.kind != "file":
        yield from read_url(source.name, options)
        return
    try:
        with _open_upload(jobs.upload_path(source)) as stream:
            yield from read_stream(stream, source.name, options)
    except OSError as exc:
        problem = UNREADABLE_UPLOAD(reason=exc.strerror or exc)
        yield SourceItem(source.name, problem=problem)


def _open_upload(path: Path | None) -> BufferedReader:
    """Open the file, never through a symbolic link. Raises OSError."""
    if path is None:
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _outcome(row: Any) -> ItemOutcome:
    reason = row.reason and read_message(row.reason)
    return ItemOutcome(row.item, row.outcome, row.article_id, reason)


def _counts(connection: sa.Connection, job_ids: list[int]) -> dict[int, dict[str, int]]:
    query = (
        sa.select(job_item.c.job_id, job_item.c.outcome, sa.func.count().label("number"))
        .where(job_item.c.job_id.in_(job_ids))
        .group_by(job_item.c.job_id, job_item.c.outcome)
    )
    counts: dict[int, dict[str, int]] = {}
    for row in connection.execute(query):
        counts.setdefault(row.job_id, {})[row.outcome] = row.number
    return counts


def _job(row: Any, counts: Mapping[str, int]) -> Job:
    return Job(
        row.id,
        row.title,
        row.state,
        tuple(JobSource(*fields) for fields in row.sources),
        row.created,
        row.finished,
        row.done,
        row.message and read_message(row.message),
        row.starts,
        counts,
    )
