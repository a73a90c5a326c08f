"""Pieces of SQL shared by the statements of several tables."""

import sqlalchemy as sa

from archive.store.schema import article

# A table of one column: the ids in the JSON array bound to `:ids`.
LISTED = sa.text("SELECT value FROM json_each(:ids)").columns(value=sa.Integer)
# Puts the original before its copies: the first by date of publication, or else of addition.
OLDEST_FIRST = (sa.func.coalesce(article.c.published, article.c.added), article.c.id)
