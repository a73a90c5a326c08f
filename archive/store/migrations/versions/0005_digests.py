"""A digest of each article, earlier version and kept page, to know damage by."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from archive.store.digests import digest_values

revision = "0005"
down_revision = "0004"

BATCH_ROWS = 500
TRIGGER = "article_update_noted"
# As this edition reads the tables, whatever later ones add.
COLUMNS = {
    "article": (
        "version, title, text, source, authors, url, language, published, added, content_hash,"
        " published_offset, modified, section, paywalled"
    ),
    "article_version": "article_id, version, title, text, superseded",
    "original_page": "article_id, url, charset, body",
}


def upgrade() -> None:
    for table in COLUMNS:
        column = sa.Column("digest", sa.Text, nullable=False, server_default="")
        op.add_column(table, column)
    # Nothing an engine indexes changes: no change is noted.
    connection = op.get_bind()
    noting = connection.scalar(
        sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": TRIGGER}
    )
    op.execute(f"DROP TRIGGER {TRIGGER}")
    for table, columns in COLUMNS.items():
        for digests in _digests(connection, table, columns):
            statement = f"UPDATE {table} SET digest = :digest WHERE rowid = :row"  # noqa: S608
            connection.execute(sa.text(statement), digests)
    op.execute(noting)


def _digests(
    connection: sa.Connection, table: str, columns: str
) -> Iterator[Sequence[dict[str, object]]]:
    """In batches, so that no archive is too large for memory."""
    query = sa.text(
        f"SELECT rowid, {columns} FROM {table}"  # noqa: S608 - the names above
        " WHERE rowid > :last ORDER BY rowid LIMIT :limit"
    )
    last = 0
    while rows := connection.execute(query, {"last": last, "limit": BATCH_ROWS}).all():
        yield [{"row": row[0], "digest": digest_values(row[1:])} for row in rows]
        last = rows[-1][0]
