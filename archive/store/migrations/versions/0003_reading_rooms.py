"""Saved searches and their matches; collections and tags."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("seen_seq", sa.Integer, nullable=False),
        sa.Column("read_seq", sa.Integer, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("webhook", sa.Text),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_match",
        _key("saved_search_id", "saved_search.id"),
        _key("article_id", "article.id"),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("email_state", sa.Text, nullable=False),
        sa.Column("webhook_state", sa.Text, nullable=False),
    )
    op.create_index("ix_saved_match_article_id", "saved_match", ["article_id"])
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("note", sa.Text),
        sa.Column("created", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "collected",
        _key("collection_id", "collection.id"),
        _key("article_id", "article.id"),
        sa.Column("added", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_index("ix_collected_article_id", "collected", ["article_id"])
    op.create_table(
        "article_tag",
        sa.Column("tag", sa.Text, primary_key=True),
        _key("article_id", "article.id"),
    )
    op.create_index("ix_article_tag_article_id", "article_tag", ["article_id"])


def _key(name: str, target: str) -> sa.Column[int]:
    """A key column whose row goes when its owner goes."""
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True)
