"""How often a job was started without getting any further."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("job", sa.Column("starts", sa.Integer, nullable=False, server_default="0"))
