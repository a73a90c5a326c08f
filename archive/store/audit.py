"""The audit log of writes, and recent failed sign-ins, which limit password guessing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import audit_entry, failed_sign_in
from archive.text.normalize import clean_line, format_utc

MAX_ENTRIES = 1_000_000
MAX_PART_CHARACTERS = 200
_PRUNED_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write or sign-in. `client` is an address, `outcome` an HTTP status or exit code."""

    id: int
    moment: str
    actor: str
    client: str
    action: str
    target: str
    outcome: str


class AuditLog:
    """The newest MAX_ENTRIES entries of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, actor: str, client: str, action: str, target: str, outcome: str) -> None:
        """Add an entry with the current time, durably; parts are cut to MAX_PART_CHARACTERS."""
        parts = {"actor": actor, "client": client, "action": action, "target": target}
        values = {name: clean_line(text)[:MAX_PART_CHARACTERS] for name, text in parts.items()}
        values |= {"moment": format_utc(datetime.now(UTC)), "outcome": outcome}
        with self._database.write() as connection:
            entry_id = connection.execute(audit_entry.insert().values(values)).lastrowid
            if entry_id % _PRUNED_EVERY == 0:
                old = audit_entry.c.id <= entry_id - MAX_ENTRIES
                connection.execute(audit_entry.delete().where(old))

    def entries(self, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return the newest entries first; with `before`, only those with a lower id."""
        query = sa.select(audit_entry).order_by(audit_entry.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_entry.c.id < before)
        with self._database.read() as connection:
            return [AuditEntry(*row) for row in connection.execute(query)]


class FailedSignIns:
    """Failed sign-ins within a window, by name and client, shared by all processes."""

    def __init__(self, database: Database, window: timedelta) -> None:
        self._database, self._window = database, window

    def record(self, name: str, client: str) -> None:
        now = datetime.now(UTC)
        old = failed_sign_in.c.moment <= format_utc(now - self._window)
        values = {"name": name, "client": client, "moment": format_utc(now)}
        with self._database.write() as connection:
            connection.execute(failed_sign_in.delete().where(old))
            connection.execute(failed_sign_in.insert().values(values))

    def moments(self, name: str | None, client: str | None) -> list[datetime]:
        """Return their times, oldest first; None stands for every name or client."""
        named = {"name": name, "client": client}
        wanted = [failed_sign_in.c[part] == value for part, value in named.items() if value]
        since = failed_sign_in.c.moment > format_utc(datetime.now(UTC) - self._window)
        query = sa.select(failed_sign_in.c.moment).where(since, *wanted).order_by("moment")
        with self._database.read() as connection:
            return [datetime.fromisoformat(moment) for moment in connection.scalars(query)]

    def forget(self, name: str, client: str) -> None:
        """Delete the failures of a name from a client, after it signed in there."""
        is_theirs = (failed_sign_in.c.name == name, failed_sign_in.c.client == client)
        with self._database.write() as connection:
            connection.execute(failed_sign_in.delete().where(*is_theirs))
