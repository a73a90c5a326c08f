"""Matches of saved searches: selecting and storing the new ones among the articles found.

The first of several wire copies to match stands for all: another copy is never a new match, even in
a later check. Deleting an article deletes its matches; another copy that changes may then match.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from archive.store.schema import article, change, saved_match, wire_copy
from archive.store.statements import LISTED

Channel = Literal["email", "webhook"]
State = Literal["none", "waiting", "sent"]
CHANNELS: tuple[Channel, ...] = ("email", "webhook")

_INSERT = saved_match.insert().prefix_with("OR IGNORE")


@dataclass(frozen=True, slots=True)
class FoundMatch:
    """An article among the results of the search, found through its change `seq`."""

    article_id: int
    seq: int
    score: float


@dataclass(frozen=True, slots=True)
class SavedMatch:
    """A stored match; it is new to the reader if `seq` is above the search's `read_seq`.

    `found` is the UTC time of the check that found it.
    """

    saved_search_id: int
    article_id: int
    seq: int
    found: str
    score: float
    email_state: State
    webhook_state: State


def insert_known_matches(
    connection: sa.Connection,
    saved_id: int,
    known: Sequence[tuple[int, float]],
    seen_seq: int,
    moment: str,
) -> None:
    """Store the (article, score) pairs known when the search is saved as read matches."""
    scores = dict(known)
    query = sa.select(change).where(change.c.article_id.in_(LISTED))
    rows = connection.execute(query, {"ids": json.dumps(list(scores))}).all()
    found = [
        FoundMatch(row.article_id, min(row.seq, seen_seq), scores[row.article_id]) for row in rows
    ]
    states = {f"{channel}_state": "none" for channel in CHANNELS}
    insert_matches(connection, saved_id, select_new(connection, saved_id, found), moment, states)


def select_new(
    connection: sa.Connection, saved_id: int, found: Sequence[FoundMatch]
) -> list[FoundMatch]:
    """Return the matches that are new and whose article exists; only the best of wire copies."""
    ids = {"ids": json.dumps([match.article_id for match in found])}
    of_search = saved_match.c.saved_search_id == saved_id
    matched = sa.select(saved_match.c.article_id).where(of_search)
    articles = sa.select(article.c.id, wire_copy.c.cluster_id).outerjoin_from(article, wire_copy)
    clusters = {
        row.id: row.cluster_id
        for row in connection.execute(
            articles.where(article.c.id.in_(LISTED), article.c.id.not_in(matched)), ids
        )
    }
    matched_clusters = (
        sa.select(wire_copy.c.cluster_id)
        .join(saved_match, saved_match.c.article_id == wire_copy.c.article_id)
        .where(of_search)
    )
    known = set(connection.scalars(matched_clusters)) if any(clusters.values()) else set()
    new = []
    for match in sorted(found, key=lambda match: (-match.score, match.article_id)):
        cluster = clusters.get(match.article_id)
        if match.article_id not in clusters or cluster in known:
            continue
        new.append(match)
        known |= {cluster} - {None}
    return new


def insert_matches(
    connection: sa.Connection,
    saved_id: int,
    matches: Sequence[FoundMatch],
    moment: str,
    states: dict[str, str],
) -> None:
    rows = [
        {
            "saved_search_id": saved_id,
            "article_id": match.article_id,
            "seq": match.seq,
            "found": moment,
            "score": match.score,
            **states,
        }
        for match in matches
    ]
    if rows:
        connection.execute(_INSERT, rows)
