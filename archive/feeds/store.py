"""Store the subscribed feeds and the outcomes of their items in the archive's database."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.errors import FeedNotFoundError
from archive.feed_formats.model import ACTIVE, DEAD, GONE, WAITING, Feed, FeedEntry, PendingItem
from archive.messages import read_message
from archive.model import ItemOutcome
from archive.store.database import Database
from archive.store.schema import article, feed, feed_item
from archive.text.normalize import format_utc
from archive.wordings import FEED_MOVED, NO_SUCH_FEED

RETIRED = (GONE, DEAD)


class FeedStore:
    """Subscriptions and items. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, url: str, now: datetime, **details: str | None) -> tuple[Feed, bool]:
        """Return the feed at `url` and whether it is new. A gone or dead one becomes active."""
        moment = format_utc(now)
        known = {name: value for name, value in details.items() if value}
        values = {"url": url, "state": ACTIVE, "added": moment, "failures": 0, **known}
        with self._database.write() as connection:
            stored = connection.execute(sa.select(feed).where(feed.c.url == url)).first()
            if stored is None:
                connection.execute(feed.insert().values(**values))
            else:
                changed = known | ({"title": stored.title} if stored.title else {})
                if stored.state in RETIRED:
                    changed |= {"state": ACTIVE, "failures": 0, "due": moment, "succeeded": moment}
                if changed:
                    connection.execute(feed.update().where(feed.c.url == url).values(**changed))
            row = connection.execute(sa.select(feed).where(feed.c.url == url)).one()
        return _feed(row), stored is None

    def feeds(self) -> list[Feed]:
        """Return every feed in the order of subscription."""
        with self._database.read() as connection:
            return [_feed(row) for row in connection.execute(sa.select(feed).order_by(feed.c.id))]

    def find(self, name: str) -> Feed:
        """Return the feed of this address or id. Raise FeedNotFoundError."""
        condition = feed.c.url == name
        if name.isascii() and name.isdigit() and len(name) < 19:
            condition = sa.or_(condition, feed.c.id == int(name))
        with self._database.read() as connection:
            row = connection.execute(sa.select(feed).where(condition)).first()
        if row is None:
            raise FeedNotFoundError(NO_SUCH_FEED(name=f"{name:.300}"))
        return _feed(row)

    def due(self, now: datetime) -> list[Feed]:
        """Return the feeds to poll now: their wait is over and they are neither gone nor dead."""
        is_due = sa.and_(
            feed.c.state.not_in(RETIRED),
            sa.or_(feed.c.due.is_(None), feed.c.due <= format_utc(now)),
        )
        with self._database.read() as connection:
            rows = connection.execute(sa.select(feed).where(is_due).order_by(feed.c.id))
            return [_feed(row) for row in rows]

    def remove(self, feed_id: int) -> None:
        """Delete the feed and its items; the articles stay."""
        with self._database.write() as connection:
            connection.execute(feed.delete().where(feed.c.id == feed_id))

    def record_visit(
        self, visited: Feed, entries: Sequence[FeedEntry], now: datetime
    ) -> tuple[Feed, int]:
        """Save the feed and its new items in one transaction; return it and how many are new.

        A feed that moved to the address of another feed keeps its old one; its outcome says so.
        """
        with self._database.write() as connection:
            visited = _without_clash(connection, visited)
            changed = {name: value for name, value in asdict(visited).items() if name != "id"}
            changed["outcome"] = visited.outcome and visited.outcome.to_json()
            connection.execute(feed.update().where(feed.c.id == visited.id).values(**changed))
            new = _insert_new(connection, visited.id, entries, format_utc(now)) if entries else 0
        return visited, new

    def pending(self, feed_id: int, limit: int) -> tuple[list[PendingItem], int]:
        """Return the items to fetch now, fewest attempts first, and how many others wait."""
        waits = sa.and_(feed_item.c.feed_id == feed_id, feed_item.c.entry.is_not(None))
        query = sa.select(feed_item).where(waits).order_by(feed_item.c.attempts, sa.text("rowid"))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            number = sa.select(sa.func.count()).select_from(feed_item).where(waits)
            waiting = int(connection.scalar(number) or 0)
        items = [
            PendingItem(FeedEntry.from_json(row.entry), row.attempts, row.article_id)
            for row in rows
        ]
        return items, waiting - len(items)

    def record_item(
        self, feed_id: int, item: PendingItem, outcome: ItemOutcome, attempts: int, final: bool
    ) -> None:
        """Save the outcome of an item. Unless it is final, the item is tried again."""
        values: dict[str, Any] = {
            "outcome": outcome.outcome,
            "article_id": outcome.id or item.article_id,
            "reason": outcome.reason and outcome.reason.to_json(),
            "attempts": attempts,
        }
        if final:
            values["entry"] = None
        is_item = sa.and_(feed_item.c.feed_id == feed_id, feed_item.c.key == item.entry.key)
        with self._database.write() as connection:
            connection.execute(feed_item.update().where(is_item).values(**values))

    def item_counts(self) -> dict[int, dict[str, int]]:
        """Return the number of items by outcome for each feed id."""
        number = sa.func.count()
        query = sa.select(feed_item.c.feed_id, feed_item.c.outcome, number).group_by(
            feed_item.c.feed_id, feed_item.c.outcome
        )
        counts: dict[int, dict[str, int]] = {}
        with self._database.read() as connection:
            for feed_id, outcome, items in connection.execute(query):
                counts.setdefault(feed_id, {})[outcome] = items
        return counts

    def items(self, feed_id: int) -> list[tuple[str, ItemOutcome, int]]:
        """Return key, outcome and attempts of the feed's items, in the order first seen."""
        query = (
            sa.select(feed_item).where(feed_item.c.feed_id == feed_id).order_by(sa.text("rowid"))
        )
        with self._database.read() as connection:
            return [
                (
                    row.key,
                    ItemOutcome(
                        row.key,
                        row.outcome,
                        row.article_id,
                        row.reason and read_message(row.reason),
                    ),
                    row.attempts,
                )
                for row in connection.execute(query)
            ]

    def article_at(self, key: str) -> int | None:
        """Return the id of the article at the address of this `address_key`, or None."""
        at_address = article.c.url_key == key
        query = sa.select(article.c.id).where(at_address).order_by(article.c.id).limit(1)
        with self._database.read() as connection:
            found = connection.scalar(query)
        return int(found) if found is not None else None


def _insert_new(
    connection: sa.Connection, feed_id: int, entries: Sequence[FeedEntry], moment: str
) -> int:
    """Save the new entries, each once, and return their number."""
    if connection.scalar(sa.select(feed.c.id).where(feed.c.id == feed_id)) is None:
        return 0  # removed while it was polled
    known = select_keys(connection, feed_id, [entry.key for entry in entries])
    new: dict[str, FeedEntry] = {}
    for entry in entries:
        if entry.key not in known:
            new.setdefault(entry.key, entry)
    rows = [_waiting_row(feed_id, entry, moment) for entry in new.values()]
    if rows:
        connection.execute(feed_item.insert(), rows)
    return len(rows)


def select_keys(connection: sa.Connection, feed_id: int, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that the feed already has."""
    listed = sa.func.json_each(json.dumps(keys)).table_valued("value")
    query = sa.select(feed_item.c.key).where(
        feed_item.c.feed_id == feed_id, feed_item.c.key.in_(sa.select(listed.c.value))
    )
    return set(connection.scalars(query))


def _waiting_row(feed_id: int, entry: FeedEntry, moment: str) -> dict[str, Any]:
    return {
        "feed_id": feed_id,
        "key": entry.key,
        "seen": moment,
        "outcome": WAITING,
        "attempts": 0,
        "entry": entry.to_json(),
    }


def _without_clash(connection: sa.Connection, visited: Feed) -> Feed:
    same_url = connection.execute(sa.select(feed.c.id, feed.c.url).where(feed.c.url == visited.url))
    other = next((row for row in same_url if row.id != visited.id), None)
    if other is None:
        return visited
    old_url = connection.scalar(sa.select(feed.c.url).where(feed.c.id == visited.id))
    moved = FEED_MOVED(address=visited.url)
    return replace(visited, url=str(old_url or visited.url), outcome=moved)


def _feed(row: Any) -> Feed:
    outcome = row.outcome and read_message(row.outcome)
    return Feed(**(dict(row._mapping) | {"outcome": outcome}))
