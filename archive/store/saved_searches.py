"""Saved searches, their matches and the messages to be sent, in the archive's SQLite file."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from archive.errors import SavedSearchLimitError, SavedSearchNotFoundError
from archive.messages import Message, read_message
from archive.store.database import Database
from archive.store.saved_matches import (
    CHANNELS,
    Channel,
    FoundMatch,
    SavedMatch,
    State,
    insert_known_matches,
    insert_matches,
    select_new,
)
from archive.store.schema import saved_match, saved_search
from archive.store.statements import LISTED
from archive.text.normalize import format_utc
from archive.wordings import NO_SUCH_SAVED_SEARCH, TOO_MANY_SAVED_SEARCHES

MAX_SAVED = 1_000
SECRET_BYTES = 32

_TOTAL = sa.func.count(saved_match.c.seq).label("total")
_UNREAD = sa.func.count().filter(saved_match.c.seq > saved_search.c.read_seq)
_COUNTED = (
    sa.select(saved_search, _UNREAD.label("unread"), _TOTAL)
    .outerjoin_from(saved_search, saved_match)
    .group_by(saved_search.c.id)
    .order_by(saved_search.c.id)
)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search saved as its URL's arguments; `unread` of its `total` matches are new to the reader.

    Changes up to `seen_seq` have been searched. `outcome` says what went wrong with sending.
    """

    id: int
    name: str
    arguments: str
    created: str
    seen_seq: int
    read_seq: int
    email: str | None
    webhook: str | None
    secret: str = field(repr=False)
    outcome: Message | None
    unread: int = 0
    total: int = 0


class SavedSearchStore:
    """The saved searches of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        arguments: str,
        seen_seq: int,
        known: Sequence[tuple[int, float]] = (),
        *,
        email: str | None = None,
        webhook: str | None = None,
    ) -> SavedSearch:
        """Save a search; `known` are (article, score) pairs of earlier matches, which are not sent.

        Raises SavedSearchLimitError.
        """
        moment = format_utc(datetime.now(UTC))
        values = {
            "name": name,
            "arguments": arguments,
            "created": moment,
            "seen_seq": seen_seq,
            "read_seq": seen_seq,
            "email": email,
            "webhook": webhook,
            "secret": secrets.token_hex(SECRET_BYTES),
        }
        with self._database.write() as connection:
            _check_room(connection)
            saved_id = int(connection.execute(saved_search.insert().values(values)).lastrowid)
            insert_known_matches(connection, saved_id, known, seen_seq, moment)
        return self.get(saved_id)

    def get(self, saved_id: int) -> SavedSearch:
        """Return the saved search with this id. Raises SavedSearchNotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(_COUNTED.where(saved_search.c.id == saved_id)).first()
        if row is None:
            raise _missing(saved_id)
        return _read_search(row)

    def searches(self) -> list[SavedSearch]:
        """Return every saved search with its counts, the oldest first."""
        with self._database.read() as connection:
            return [_read_search(row) for row in connection.execute(_COUNTED)]

    def matches(self, saved_id: int, limit: int = 50, offset: int = 0) -> list[SavedMatch]:
        """Return a page of the matches, the latest first."""
        query = (
            sa.select(saved_match)
            .where(saved_match.c.saved_search_id == saved_id)
            .order_by(saved_match.c.seq.desc(), saved_match.c.article_id.desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).all()
        return [SavedMatch(**row._mapping) for row in rows]

    def mark_read(self, saved_id: int, seq: int) -> None:
        """Mark the matches up to this change as read; later ones stay new. Raises as `get`."""
        seen, read = saved_search.c.seen_seq, saved_search.c.read_seq
        self._change(saved_id, read_seq=sa.func.max(read, sa.func.min(seen, max(seq, 0))))

    def rename(self, saved_id: int, name: str) -> None:
        """Raises SavedSearchNotFoundError."""
        self._change(saved_id, name=name)

    def send_to(self, saved_id: int, email: str | None, webhook: str | None) -> None:
        """Send new matches there from now on; drop messages that wait for a removed address.

        Raises SavedSearchNotFoundError.
        """
        self._change(saved_id, email=email, webhook=webhook, outcome=None)
        for channel, address in (("email", email), ("webhook", webhook)):
            if address is None:
                self._change_waiting(saved_id, _column(channel), "none")

    def note_outcome(self, saved_id: int, outcome: Message | None) -> None:
        """Store what went wrong with sending or checking; None if all went well."""
        update = (
            saved_search.update()
            .where(saved_search.c.id == saved_id)
            .values(outcome=outcome and outcome.to_json())
        )
        with self._database.write() as connection:
            connection.execute(update)

    def remove(self, saved_id: int) -> None:
        """Delete the search and its matches; the articles stay. Raises SavedSearchNotFoundError."""
        with self._database.write() as connection:
            deleted = connection.execute(saved_search.delete().where(saved_search.c.id == saved_id))
            if not deleted.rowcount:
                raise _missing(saved_id)

    def record(self, saved_id: int, found: Sequence[FoundMatch], seen_seq: int) -> int:
        """Store the new matches and the last change searched, in one transaction.

        Return how many are new, 0 if the search is gone. Articles that are gone, or that matched
        before, themselves or as a wire copy, are not. A message waits for each current address.
        """
        with self._database.write() as connection:
            row = connection.execute(
                sa.select(saved_search).where(saved_search.c.id == saved_id)
            ).first()
            if row is None:
                return 0
            new = select_new(connection, saved_id, found)
            states = {f"{name}_state": "waiting" if row._mapping[name] else "none"
                      for name in CHANNELS}  # fmt: skip
            insert_matches(connection, saved_id, new, format_utc(datetime.now(UTC)), states)
            seen = sa.func.max(saved_search.c.seen_seq, seen_seq)
            is_this = saved_search.c.id == saved_id
            connection.execute(saved_search.update().where(is_this).values(seen_seq=seen))
        return len(new)

    def waiting(self, saved_id: int, channel: Channel, limit: int) -> list[SavedMatch]:
        """Return up to `limit` matches whose message is still to be sent, the oldest first."""
        query = (
            sa.select(saved_match)
            .where(saved_match.c.saved_search_id == saved_id, _column(channel) == "waiting")
            .order_by(saved_match.c.seq, saved_match.c.article_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [SavedMatch(**row._mapping) for row in rows]

    def mark_sent(self, saved_id: int, channel: Channel, article_ids: Sequence[int]) -> None:
        """Note that messages were sent; call it right after the receiver accepted them."""
        self._change_waiting(saved_id, _column(channel), "sent", article_ids)

    def give_up(self, saved_id: int, channel: Channel, found_before: datetime) -> int:
        """Drop the waiting messages of matches found before then; return their number."""
        old = saved_match.c.found < format_utc(found_before)
        return self._change_waiting(saved_id, _column(channel), "none", None, old)

    def _change(self, saved_id: int, **values: Any) -> None:
        is_this = saved_search.c.id == saved_id
        with self._database.write() as connection:
            changed = connection.execute(saved_search.update().where(is_this).values(values))
            if not changed.rowcount:
                raise _missing(saved_id)

    def _change_waiting(
        self,
        saved_id: int,
        column: sa.Column[Any],
        state: State,
        article_ids: Sequence[int] | None = None,
        *conditions: sa.ColumnElement[bool],
    ) -> int:
        """Give waiting messages another state; return how many there were."""
        statement = saved_match.update().where(
            saved_match.c.saved_search_id == saved_id, column == "waiting", *conditions
        )
        parameters = {}
        if article_ids is not None:
            statement = statement.where(saved_match.c.article_id.in_(LISTED))
            parameters = {"ids": json.dumps(list(article_ids))}
        with self._database.write() as connection:
            return connection.execute(statement.values({column.name: state}), parameters).rowcount


def _check_room(connection: sa.Connection) -> None:
    count = connection.scalar(sa.select(sa.func.count()).select_from(saved_search)) or 0
    if count >= MAX_SAVED:
        raise SavedSearchLimitError(TOO_MANY_SAVED_SEARCHES(number=MAX_SAVED))


def _column(channel: str) -> sa.Column[Any]:
    return saved_match.c[f"{channel}_state"]


def _missing(saved_id: int) -> SavedSearchNotFoundError:
    return SavedSearchNotFoundError(NO_SUCH_SAVED_SEARCH(number=saved_id))


def _read_search(row: Any) -> SavedSearch:
    outcome = row.outcome and read_message(row.outcome)
    return SavedSearch(**(dict(row._mapping) | {"outcome": outcome}))
