"""The key of each address, and what versions said beside title and text."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from archive.text.addresses import key_or_none

revision = "0007"
down_revision = "0006"

BATCH_ROWS = 2_000
TRIGGER = "article_update_noted"


def upgrade() -> None:
    for table, name in (
        ("article", "url_key"),
        ("article", "since"),
        ("article_version", "since"),
        ("article_version", "details"),
    ):
        op.add_column(table, sa.Column(name, sa.Text))
    _fill_keys(op.get_bind())
    op.create_index("ix_article_url_key", "article", ["url_key"])
    op.drop_index("ix_article_content_hash", "article")
    op.create_index("ix_article_content", "article", ["content_hash", "title"])


def _fill_keys(connection: sa.Connection) -> None:
    # Nothing an engine indexes changes: no change is noted.
    noting = connection.scalar(
        sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": TRIGGER}
    )
    op.execute(f"DROP TRIGGER {TRIGGER}")
    for keys in _keys(connection):
        connection.execute(sa.text("UPDATE article SET url_key = :key WHERE id = :id"), keys)
    op.execute(noting)


def _keys(connection: sa.Connection) -> Iterator[Sequence[dict[str, object]]]:
    """In batches, so that no archive is too large for memory."""
    query = sa.text(
        "SELECT id, url FROM article WHERE id > :last AND url IS NOT NULL ORDER BY id LIMIT :limit"
    )
    last = 0
    while rows := connection.execute(query, {"last": last, "limit": BATCH_ROWS}).all():
        yield [{"id": row.id, "key": key_or_none(row.url)} for row in rows]
        last = rows[-1].id
