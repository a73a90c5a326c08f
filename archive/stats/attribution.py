"""Who wrote the articles, in which section they ran, their tags."""

from collections.abc import Iterator
from typing import Literal

import sqlalchemy as sa

from archive.store.database import Database
from archive.store.schema import article, article_tag

NameColumn = Literal["author", "section", "source"]

_AUTHORS = sa.func.json_each(article.c.authors).table_valued("value", name="author")


def each_tag(database: Database) -> Iterator[tuple[int, str]]:
    """(article id, tag) for every tag of every article that has one."""
    with database.read() as connection:
        rows = connection.execute(sa.select(article_tag.c.article_id, article_tag.c.tag)).all()
    yield from ((int(article_id), str(tag)) for article_id, tag in rows)


def count_names(database: Database, column: NameColumn, most: int) -> list[tuple[str, int]]:
    """(name, articles) for the most frequent authors, sections or outlets, most frequent first."""
    name = _AUTHORS.c.value if column == "author" else article.c[column]
    among = article.join(_AUTHORS, sa.true()) if column == "author" else article
    number = sa.func.count()
    query = sa.select(name, number).select_from(among).where(name.is_not(None)).group_by(name)
    with database.read() as connection:
        rows = connection.execute(query.order_by(number.desc(), name).limit(most)).all()
    return [(str(value), int(count)) for value, count in rows]
