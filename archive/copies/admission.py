"""Looking for what a new or revised article is a copy of, in the transaction that writes it."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from archive.copies.near_duplicates import ShingledText, band_keys, is_copy, shingle_text
from archive.store.schema import article, signature_band, wire_copy
from archive.store.statements import LISTED, OLDEST_FIRST

DAYS_APART = 3
# Of a passage that 100,000 articles repeat, each key gives the latest few, and the articles that
# share most keys are compared: a copy shares several, a repeated passage one. A text repeated more
# often than any wire story is a form; it begins another cluster.
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
    GROUP BY found.value ORDER BY count(*) DESC, found.value DESC LIMIT :most
""")
_SIBLING = wire_copy.alias()
_TEXTS = (
    sa.select(
        *(article.c[name] for name in ("id", "title", "text", "source", "published")),
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
    """Look for what an article, added or revised, is a copy of, and put it into their cluster.

    Returns the id of the cluster's original; None where the article is alone or is the original.
    Runs in the transaction that wrote the article; again, it changes nothing.
    """
    _leave(connection, article_id)
    row = _texts(connection, [article_id])[0]
    text = _shingled(row)
    keys, day = band_keys(text), _day(row.published)
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
    """Forget an article's keys and take it out of its cluster; one left alone is no cluster.

    Articles that only it held together stay together until `ClusterStore.rebuild`.
    """
    if not connection.execute(_FORGET_KEYS, {"id": article_id}).rowcount:
        return  # a new article, as most are
    own = wire_copy.c.article_id == article_id
    cluster_id = connection.scalar(sa.select(wire_copy.c.cluster_id).where(own))
    if cluster_id is None:
        return
    connection.execute(wire_copy.delete().where(own))
    others = wire_copy.c.cluster_id == cluster_id
    least, left = connection.execute(
        sa.select(sa.func.min(wire_copy.c.article_id), sa.func.count()).where(others)
    ).one()
    if left < 2:
        connection.execute(wire_copy.delete().where(others))
    elif cluster_id == article_id:
        connection.execute(wire_copy.update().where(others).values(cluster_id=least))


def _find_copies(
    connection: sa.Connection, text: ShingledText, keys: Sequence[int], day: int
) -> list[Any]:
    """The rows of those candidates that are copies; of a cluster, the first that is one."""
    values = {
        "keys": json.dumps(keys),
        "ranges": json.dumps(_day_ranges(day)),
        "per_key": CANDIDATES_PER_KEY,
        "most": CANDIDATES,
    }
    candidates = connection.scalars(_CANDIDATES, values).all()
    found: list[Any] = []
    joined: set[int] = set()
    for row in _texts(connection, candidates) if candidates else ():
        if row.cluster_id in joined or row.siblings >= FULL_CLUSTER:
            continue
        if is_copy(text, _shingled(row)):
            found.append(row)
            joined |= {row.cluster_id} - {None}
    return found


def _join(connection: sa.Connection, article_id: int, copies: Sequence[Any]) -> int:
    """Make the article, its copies and their clusters one cluster; returns its id."""
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


def _shingled(row: Any) -> ShingledText:
    return shingle_text(row.title, row.text, row.source)


def _day(published: str | None) -> int:
    return date.fromisoformat(published[:10]).toordinal() - _EPOCH if published else NO_DAY


def _day_ranges(day: int) -> list[tuple[int, int]]:
    """The days whose articles may be copies: what has no date may be of any."""
    if day == NO_DAY:
        return [(NO_DAY, LAST_DAY)]
    return [(day - DAYS_APART, day + DAYS_APART), (NO_DAY, NO_DAY)]
