"""Original pages, wire copies, feeds, jobs, progress of long runs, and what more a page says."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("article", sa.Column("published_offset", sa.Integer))
    op.add_column("article", sa.Column("modified", sa.Text))
    op.add_column("article", sa.Column("section", sa.Text))
    op.add_column("article", sa.Column("paywalled", sa.Boolean))
    op.create_table(
        "original_page",
        _owner("article_id", "article.id"),
        sa.Column("url", sa.Text),
        sa.Column("charset", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    _create_clusters()
    op.create_table(
        "progress",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("stamp", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
    )
    _create_feeds()
    _create_jobs()


def _create_clusters() -> None:
    op.create_table(
        "wire_copy",
        _owner("article_id", "article.id"),
        sa.Column("cluster_id", sa.Integer, nullable=False),
    )
    op.create_index("ix_wire_copy_cluster_id", "wire_copy", ["cluster_id"])
    op.create_table(
        "signature_band",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        _owner("article_id", "article.id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_signature_band_article_id", "signature_band", ["article_id"])


def _create_feeds() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("added", sa.Text, nullable=False),
        sa.Column("polled", sa.Text),
        sa.Column("succeeded", sa.Text),
        sa.Column("due", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feed_item",
        _owner("feed_id", "feed.id"),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("article_id", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("entry", sa.Text),
    )


def _create_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("finished", sa.Text),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("message", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job_item",
        _owner("job_id", "job.id"),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("article_id", sa.Integer),
        sa.Column("reason", sa.Text),
    )


def _owner(name: str, target: str) -> sa.Column[int]:
    """A key column whose row goes when its owner goes."""
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True)
