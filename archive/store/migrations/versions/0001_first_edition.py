"""The first edition: articles, their versions and the change cursor."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("url", sa.Text, unique=True),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("published", sa.Text),
        sa.Column("added", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_content_hash", "article", ["content_hash"])
    op.create_index("ix_article_published", "article", ["published"])
    op.create_index("ix_article_source", "article", ["source"])
    op.create_index("ix_article_language", "article", ["language"])
    op.create_table(
        "article_version",
        sa.Column(
            "article_id",
            sa.Integer,
            sa.ForeignKey("article.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("superseded", sa.Text, nullable=False),
    )
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, nullable=False, unique=True),
    )
    op.create_table("clock", sa.Column("seq", sa.Integer, nullable=False))
    op.execute("INSERT INTO clock VALUES (0)")
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"""
            CREATE TRIGGER article_{event.lower()}_noted AFTER {event} ON article BEGIN
              UPDATE clock SET seq = max(seq + 1, {NOW_MS});
              DELETE FROM change WHERE article_id = {row}.id;
              INSERT INTO change (seq, article_id) SELECT seq, {row}.id FROM clock;
            END"""  # noqa: S608 - the names are the three above
        )
