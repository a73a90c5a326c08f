"""Who wrote the articles, and in which section they ran: what no index holds."""

from collections.abc import Iterator
from typing import Literal

import sqlalchemy as sa

from archive.database import Database
from archive.schema import article

CreditColumn = Literal["author", "section"]


def each_credit(database: Database, column: CreditColumn) -> Iterator[tuple[int, str]]:
    """(article id, name) for every author, or the section, of every article that has one."""
    held = article.c.authors if column == "author" else article.c.section
    with database.read() as connection:
        rows = connection.execute(sa.select(article.c.id, held).where(held.is_not(None))).all()
    for article_id, value in rows:
        for name in value if column == "author" else (value,):
            yield article_id, name
