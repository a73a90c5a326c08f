"""Tables of the store, as the newest migration leaves them.

The change cursor is kept by triggers that the migrations create, so no writer can forget it.
"""

import sqlalchemy as sa

metadata = sa.MetaData()

# AUTOINCREMENT: an id is never given twice, so links and passage ids stay true for ever.
article = sa.Table(
    "article",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, index=True),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("url", sa.Text, unique=True),
    sa.Column("language", sa.Text, nullable=False, index=True),
    sa.Column("published", sa.Text),
    sa.Column("added", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False, index=True),
    sa.Index("ix_article_published", "published"),
    sqlite_autoincrement=True,
)

# What an article said before it was revised.
article_version = sa.Table(
    "article_version",
    metadata,
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

# The latest change of each article: a cursor for any number of engines, not a queue.
change = sa.Table(
    "change",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.Integer, nullable=False, unique=True),
)

# One row: the highest seq ever given, a hybrid clock max(last + 1, now in ms), so that seq repeats
# neither after a restore nor with the machine's clock set back.
clock = sa.Table("clock", metadata, sa.Column("seq", sa.Integer, nullable=False))
