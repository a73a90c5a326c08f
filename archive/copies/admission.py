"""Finds the copies of a new or revised article, in the transaction that writes it."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from archive.copies.near_duplicates import ShingledText, band_keys, is_copy, shingle_text
from archive.store.schema import article, signature_band, wire_copy
from archive.store.statements import LISTED, OLDEST_FIRST
from archive.text.periods import is_day

DAYS_APART = 3
# If 100,000 articles repeat a passage, each key gives only the latest few, and the articles that
# share the most keys are compared: a copy shares several keys, a repeated passage one. A text that
# is repeated more often than any wire story is a template, which starts another cluster.
CANDIDATES_PER_KEY, CANDIDATES, FULL_CLUSTER = 16, 32, 1_000
NO_DAY, LAST_DAY = -1_000_000, 10_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_CANDIDATES = sa.text("""
    SELECT found.value AS id
    FROM json_each(:keys) AS wanted, json_each(:ranges) AS days, json_each((
        SELECT json_group_array(article_id) FROM (
            SELECT article_id FROM signature_band
            WHERE key = wanted.value
            AND day BETWEEN json_extract(days.value, '$[0]') AND json_extract(days.value, '$[1]')
            ORDER BY day DESC, article_id DESC LIMIT :per_key))) AS found
    GROUP BY found.value ORDER BY count(*) DESC, found.value DESC LIMIT :candidates
""")
_SIBLING = wire_copy.alias()
_TEXTS = (
    sa.select(
        *(article.c[name] for name in ("id", "title", "text", "source", "day")),
        wire_copy.c.cluster_id,
        sa.select(sa.func.count())
        .where(_SIBLING.c.cluster_id == wire_copy.c.cluster_id)
        .scalar_subquery()
        .label("siblings"),
    )
    .outerjoin_from(article, wire_copy)
    .where(article.c.id.in_(LISTED))
)
_KEEP_KEYS = signature_band.insert()
_FORGET_KEYS = signature_band.delete().where(signature_band.c.article_id == sa.bindparam("id"))
_ORIGINAL = (
    sa.select(article.c.id)
    .join_from(wire_copy, article)
    .where(wire_copy.c.cluster_id == sa.bindparam("cluster_id"))
    .order_by(*OLDEST_FIRST)
    .limit(1)
)


def admit_copy(connection: sa.Connection, article_id: int) -> int | None:
    """Put an added or revised article into the cluster of the articles that it is a copy of.

    Returns the id of the cluster's original, or None if the article has no copies or is the
    original. Runs in the transaction that wrote the article; running it again changes nothing.
    """
    _leave(connection, article_id)
    row = _texts(connection, [article_id])[0]
    text = _shingle(row)
    keys, day = band_keys(text), _day(row.day)
    if not keys:
        return None
    copies = _find_copies(connection, text, keys, day)
    values = [{"key": key, "day": day, "article_id": article_id} for key in keys]
    connection.execute(_KEEP_KEYS, values)
    if not copies:
        return None
    cluster_id = _join(connection, article_id, copies)
    original = connection.scalar(_ORIGINAL, {"cluster_id": cluster_id})
    return original if original != article_id else None


def _leave(connection: sa.Connection, article_id: int) -> None:
    """Delete an article's keys and take it out of its cluster, which ends if one article is left.

    Articles that only this one connected stay in one cluster until `ClusterStore.rebuild`.
    """
    if not connection.execute(_FORGET_KEYS, {"id": article_id}).rowcount:
        return  # a new article, as most are
    is_its_row = wire_copy.c.article_id == article_id
    cluster_id = connection.scalar(sa.select(wire_copy.c.cluster_id).where(is_its_row))
    if cluster_id is None:
        return
    connection.execute(wire_copy.delete().where(is_its_row))
    others = wire_copy.c.cluster_id == cluster_id
    lowest_id, remaining = connection.execute(
        sa.select(sa.func.min(wire_copy.c.article_id), sa.func.count()).where(others)
    ).one()
    if remaining < 2:
        connection.execute(wire_copy.delete().where(others))
    elif cluster_id == article_id:
        connection.execute(wire_copy.update().where(others).values(cluster_id=lowest_id))


def _find_copies(
    connection: sa.Connection, text: ShingledText, keys: Sequence[int], day: int
) -> list[Any]:
    """Return the rows of the candidates that are copies, at most one of each cluster."""
    values = {
        "keys": json.dumps(keys),
        "ranges": json.dumps(_day_ranges(day)),
        "per_key": CANDIDATES_PER_KEY,
        "candidates": CANDIDATES,
    }
    candidates = connection.scalars(_CANDIDATES, values).all()
    found: list[Any] = []
    joined: set[int] = set()
    for row in _texts(connection, candidates) if candidates else ():
        if row.cluster_id in joined or row.siblings >= FULL_CLUSTER:
            continue
        if is_copy(text, _shingle(row)):
            found.append(row)
            joined |= {row.cluster_id} - {None}
    return found


def _join(connection: sa.Connection, article_id: int, copies: Sequence[Any]) -> int:
    """Merge the article, its copies and their clusters into one cluster, and return its id."""
    alone = [article_id, *(row.id for row in copies if row.cluster_id is None)]
    merged = {row.cluster_id for row in copies} - {None}
    cluster_id = min(*alone, *merged)
    if merged - {cluster_id}:
        old = wire_copy.c.cluster_id.in_(merged)
        connection.execute(wire_copy.update().where(old).values(cluster_id=cluster_id))
    values = [{"article_id": one, "cluster_id": cluster_id} for one in alone]
    connection.execute(wire_copy.insert(), values)
    return int(cluster_id)


def _texts(connection: sa.Connection, article_ids: Sequence[int]) -> Sequence[Any]:
    return connection.execute(_TEXTS, {"ids": json.dumps(list(article_ids))}).all()


def _shingle(row: Any) -> ShingledText:
    return shingle_text(row.title, row.text, row.source)


def _day(day: str | None) -> int:
    """Return the days since 1970; an article of a month or a year may be of any day."""
    return date.fromisoformat(day).toordinal() - _EPOCH if day and is_day(day) else NO_DAY


def _day_ranges(day: int) -> list[tuple[int, int]]:
    """Return the ranges of days with possible copies; an undated article may be of any day."""
    if day == NO_DAY:
        return [(NO_DAY, LAST_DAY)]
    return [(day - DAYS_APART, day + DAYS_APART), (NO_DAY, NO_DAY)]
