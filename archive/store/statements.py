"""Pieces of SQL that several tables' statements share."""

import sqlalchemy as sa

from archive.store.schema import article

# The ids bound to `:ids`, a JSON array, as a table of one column.
LISTED = sa.text("SELECT value FROM json_each(:ids)").columns(value=sa.Integer)
# Of several copies, the first is the original: by its date of publication, else of addition.
OLDEST_FIRST = (sa.func.coalesce(article.c.published, article.c.added), article.c.id)
