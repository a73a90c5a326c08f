"""The day of publication on the publisher's clock; the store computes it and has it in an index."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

LOCAL_DAY = (
    "CASE WHEN length(published) <= 10 OR published_offset IS NULL THEN substr(published, 1, 10)"
    " ELSE date(published, published_offset || ' minutes') END"
)


def upgrade() -> None:
    op.add_column("article", sa.Column("day", sa.Text, sa.Computed(LOCAL_DAY, persisted=False)))
    op.create_index("ix_article_day", "article", ["day"])
    op.drop_index("ix_article_published", "article")
