"""Clusters of wire copies: articles, of one outlet or several, that carry one agency's text.

A cluster is a connected component of `is_copy` between articles published within days of each
other, in whatever order they were added. Its id is the lowest id of its articles.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from archive.copies.admission import (
    admit_copy as admit_copy,  # for those who write articles
)
from archive.model import MAX_HEADLINE_CHARACTERS, PARAGRAPH_BREAK, headline_of, on_local_clock
from archive.store.database import Database
from archive.store.schema import article, signature_band, wire_copy
from archive.store.statements import LISTED, OLDEST_FIRST

PAGE_CLUSTERS, PAGE_ARTICLES = 200, 200
_COPIES = (
    sa.select(
        wire_copy.c.cluster_id,
        *(article.c[name] for name in ("id", "title", "source", "published", "published_offset")),
        sa.func.substr(article.c.text, 1, 2 * MAX_HEADLINE_CHARACTERS).label("lead"),
    )
    .join_from(wire_copy, article)
    .order_by(wire_copy.c.cluster_id.desc(), *OLDEST_FIRST)
)


@dataclass(frozen=True, slots=True)
class WireCopy:
    """An article of a cluster; `published` is on its publisher's clock."""

    article_id: int
    headline: str
    source: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """At least two articles that are copies of one text: the original, then the others by date."""

    id: int
    copies: tuple[WireCopy, ...]

    @property
    def outlets(self) -> tuple[str, ...]:
        """Each outlet once, the original's first."""
        return tuple(dict.fromkeys(copy.source for copy in self.copies if copy.source))

    def others(self, article_id: int) -> tuple[WireCopy, ...]:
        """Return the copies other than this article."""
        return tuple(copy for copy in self.copies if copy.article_id != article_id)


class ClusterStore:
    """The clusters of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def each_cluster(self) -> Iterator[Cluster]:
        """Yield every cluster, newest first, in pages, so that no lock is held in between."""
        last = sys.maxsize
        while True:
            page = (
                sa.select(wire_copy.c.cluster_id)
                .where(wire_copy.c.cluster_id < last)
                .group_by(wire_copy.c.cluster_id)
                .having(sa.func.count() > 1)
                .order_by(wire_copy.c.cluster_id.desc())
                .limit(PAGE_CLUSTERS)
            )
            clusters = self._read(page)
            if not clusters:
                return
            yield from clusters
            last = clusters[-1].id

    def clusters_of(self, article_ids: Sequence[int]) -> dict[int, Cluster]:
        """Return the cluster of each article that has one, in one SELECT."""
        of_those = sa.select(wire_copy.c.cluster_id).where(wire_copy.c.article_id.in_(LISTED))
        clusters = self._read(of_those, ids=json.dumps(list(article_ids)))
        wanted = set(article_ids)
        return {
            copy.article_id: cluster
            for cluster in clusters
            for copy in cluster.copies
            if copy.article_id in wanted
        }

    def copies_of(self, article_id: int) -> tuple[WireCopy, ...]:
        """Return the other articles that carry the text of this one."""
        cluster = self.clusters_of([article_id]).get(article_id)
        return cluster.others(article_id) if cluster else ()

    def rebuild(self) -> Iterator[int]:
        """Find all clusters again, after a change of what makes a copy; yield how many are done.

        A transaction covers a few hundred articles. If a run is stopped, repeat it.
        """
        with self._database.write() as connection:
            connection.execute(wire_copy.delete())
            connection.execute(signature_band.delete())
        last = done = 0
        while True:
            page = sa.select(article.c.id).where(article.c.id > last).order_by(article.c.id)
            with self._database.write() as connection:
                ids = list(connection.scalars(page.limit(PAGE_ARTICLES)))
                for article_id in ids:
                    admit_copy(connection, article_id)
            if not ids:
                return
            last, done = ids[-1], done + len(ids)
            yield done

    def _read(self, cluster_ids: sa.Select[tuple[int]], **values: str) -> list[Cluster]:
        query = _COPIES.where(wire_copy.c.cluster_id.in_(cluster_ids))
        with self._database.read() as connection:
            rows = connection.execute(query, values).all()
        grouped = (
            Cluster(cluster_id, tuple(map(_copy, group)))
            for cluster_id, group in groupby(rows, lambda row: row.cluster_id)
        )
        return [cluster for cluster in grouped if len(cluster.copies) > 1]


def _copy(row: Any) -> WireCopy:
    lead = row.lead.split(PARAGRAPH_BREAK)[0]
    published = on_local_clock(row.published, row.published_offset)
    return WireCopy(row.id, headline_of(row.title, [lead]), row.source, published)
