"""List the recent failures of jobs and feeds whose items have not been added since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive.intake.jobs import JobSource, SourceKind
from archive.messages import Message, read_message
from archive.store.database import Database
from archive.store.schema import article, feed_item, job, job_item
from archive.text.addresses import key_or_none

RECENT_JOBS = 20
MAX_FAILURES = 100
_REJECTED = "rejected"

_RECENT = sa.select(job.c.id).order_by(job.c.id.desc()).limit(RECENT_JOBS).subquery()
_FAILED_JOBS = (
    sa.select(job)
    .where(job.c.id.in_(sa.select(_RECENT.c.id)), job.c.state == "failed")
    .order_by(job.c.id.desc())
)
_JOB_ITEMS = (
    sa.select(job_item, job.c.sources, job.c.created)
    .join_from(job_item, job)
    .where(job_item.c.job_id.in_(sa.select(_RECENT.c.id)), job_item.c.outcome == _REJECTED)
    .order_by(job_item.c.job_id.desc(), job_item.c.position)
    .limit(MAX_FAILURES)
)
_FEED_ITEMS = (
    sa.select(feed_item)
    .where(feed_item.c.outcome == _REJECTED)
    .order_by(feed_item.c.seen.desc(), feed_item.c.key)
    .limit(MAX_FAILURES)
)
_VALUES = sa.text("SELECT value FROM json_each(:values)").columns(value=sa.Text)
_ADDED_SINCE = (
    sa.select(job_item.c.item, sa.func.max(job_item.c.job_id))
    .where(
        job_item.c.job_id.in_(sa.select(_RECENT.c.id)),
        job_item.c.outcome != _REJECTED,
        job_item.c.item.in_(_VALUES),
    )
    .group_by(job_item.c.item)
)
_STORED_KEYS = sa.select(article.c.url_key).where(article.c.url_key.in_(_VALUES))


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item or whole job that failed: why, when (UTC), and in which job or feed.

    `addresses` are those to fetch again; there are none for an uploaded file.
    """

    item: str
    reason: Message
    moment: str
    kind: SourceKind
    addresses: tuple[str, ...] = ()
    job_id: int | None = None
    feed_id: int | None = None

    @property
    def retryable(self) -> bool:
        return bool(self.addresses)


def list_failures(database: Database) -> list[FailedItem]:
    """Return up to MAX_FAILURES failures of the RECENT_JOBS latest jobs, then of feeds.

    An item is listed once, with its latest failure, unless it has been added since."""
    with database.read() as connection:
        found = [_job_failure(row) for row in connection.execute(_FAILED_JOBS)]
        found += [_item_failure(row) for row in connection.execute(_JOB_ITEMS)]
        found += [_feed_failure(row) for row in connection.execute(_FEED_ITEMS)]
        added = _select(connection, _ADDED_SINCE, (failure.item for failure in found))
        last_success = {row[0]: row[1] for row in added}
        addresses = (a for f in found for a in f.addresses)
        keys = filter(None, map(key_or_none, addresses))
        stored = {row[0] for row in _select(connection, _STORED_KEYS, keys)}
    failing = (f for f in found if not _succeeded(f, last_success) and not _is_stored(f, stored))
    latest: dict[str, FailedItem] = {}
    for failure in failing:
        latest.setdefault(failure.item, failure)
    return list(latest.values())[:MAX_FAILURES]


def _job_failure(row: Any) -> FailedItem:
    sources = [JobSource(*fields) for fields in row.sources]
    addresses = tuple(source.name for source in sources if source.kind != "file")
    kind = sources[0].kind if sources else "page"
    return FailedItem(
        row.title, read_message(row.message or ""), row.created, kind, addresses, job_id=row.id
    )


def _item_failure(row: Any) -> FailedItem:
    """Return the failure; a file is deleted after its job, so its items have no addresses."""
    sources = [JobSource(*fields) for fields in row.sources]
    match = next((source for source in sources if source.name == row.item), None)
    from_file = any(source.kind == "file" for source in sources)
    kind: SourceKind = "file" if from_file else match.kind if match else "page"
    addresses = () if from_file else _addresses(row.item)
    return FailedItem(
        row.item, read_message(row.reason or ""), row.created, kind, addresses, job_id=row.job_id
    )


def _feed_failure(row: Any) -> FailedItem:
    link = json.loads(row.entry).get("link") if row.entry else None
    item = link or row.key
    reason = read_message(row.reason or "")
    return FailedItem(item, reason, row.seen, "page", _addresses(item), feed_id=row.feed_id)


def _addresses(item: str) -> tuple[str, ...]:
    return (item,) if item.startswith(("http://", "https://")) else ()


def _succeeded(failure: FailedItem, last_success: dict[str, int]) -> bool:
    return last_success.get(failure.item, 0) > (failure.job_id or 0)


def _is_stored(failure: FailedItem, keys: set[str]) -> bool:
    return failure.kind == "page" and any(key_or_none(a) in keys for a in failure.addresses)


def _select(connection: sa.Connection, query: sa.Select[Any], values: Iterable[str]) -> list[Any]:
    return list(connection.execute(query, {"values": json.dumps(list(values))}))
