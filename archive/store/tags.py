"""Tags that readers give to articles.

A tag keeps the spelling that was typed first. Two spellings are the same tag if `folded`, an SQL
function that archive/store/database.py adds to every connection, gives the same text.
"""

import json
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from archive.errors import ArticleNotFoundError
from archive.store.database import Database
from archive.store.schema import article, article_tag
from archive.store.statements import LISTED
from archive.text.names import NameRefusedError, TagNotFoundError, clean_tag, fold_name
from archive.wordings import NO_SUCH_ARTICLE, NO_SUCH_TAG, TOO_MANY_TAGS

MAX_TAGS_AT_ONCE = 100
MAX_TAGS_LISTED = 1_000
# Jumps from one tag to the next in the index: tags are few, and each has many articles.
SPELLINGS = sa.text("""
    WITH RECURSIVE spelling(tag) AS (
        SELECT min(tag) FROM article_tag
        UNION ALL SELECT (SELECT min(tag) FROM article_tag WHERE tag > spelling.tag)
        FROM spelling WHERE tag IS NOT NULL)
    SELECT tag FROM spelling
    WHERE tag IS NOT NULL AND folded(tag) IN (SELECT value FROM json_each(:tags))
""").columns(tag=sa.Text)
_ADD = sa.text("""
    INSERT OR IGNORE INTO article_tag (tag, article_id)
    SELECT tags.value, article.id FROM json_each(:tags) AS tags, json_each(:ids) AS ids
    JOIN article ON article.id = ids.value
""")
_RESPELL = sa.text("UPDATE OR IGNORE article_tag SET tag = :new WHERE tag = :old")
_EXISTING = sa.select(article.c.id).where(article.c.id.in_(LISTED))
_OF_ARTICLES = article_tag.c.article_id.in_(LISTED)


class TagStore:
    """The tags of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tag(self, article_ids: Sequence[int], tags: Iterable[str]) -> int:
        """Give these tags to the articles that exist; return how many were new to them. Raises
        NameRefusedError."""
        cleaned = _clean_all(tags)
        with self._database.write() as connection:
            return _add(connection, article_ids, cleaned)

    def untag(self, article_ids: Sequence[int], tags: Iterable[str]) -> int:
        """Remove these tags from the articles; return how many they had."""
        named = article_tag.c.tag.in_(SPELLINGS)
        values = {"ids": json.dumps(list(article_ids)), "tags": _folded(tags)}
        with self._database.write() as connection:
            return connection.execute(
                article_tag.delete().where(_OF_ARTICLES, named), values
            ).rowcount

    def replace_tags(self, article_id: int, tags: Iterable[str]) -> tuple[str, ...]:
        """Give the article these tags and no others; return them as spelled in the archive.
        Raises NameRefusedError and ArticleNotFoundError."""
        cleaned = _clean_all(tags)
        with self._database.write() as connection:
            ids = json.dumps([article_id])
            if connection.scalar(_EXISTING, {"ids": ids}) is None:
                raise ArticleNotFoundError(NO_SUCH_ARTICLE(article=article_id))
            spelled = _spell(connection, cleaned)
            connection.execute(article_tag.delete().where(_OF_ARTICLES), {"ids": ids})
            _insert(connection, [article_id], spelled)
        return self.tags_of([article_id]).get(article_id, ())

    def tags_of(self, article_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Return the sorted tags of each article that has any, in one SELECT."""
        query = sa.select(article_tag).where(_OF_ARTICLES)
        with self._database.read() as connection:
            rows = connection.execute(query, {"ids": json.dumps(list(article_ids))}).all()
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row.article_id, []).append(row.tag)
        return {key: tuple(sorted(tags, key=fold_name)) for key, tags in found.items()}

    def all_tags(self, limit: int = MAX_TAGS_LISTED) -> list[tuple[str, int]]:
        """Return (tag, number of articles) pairs, the most frequent first."""
        number = sa.func.count()
        query = (
            sa.select(article_tag.c.tag, number)
            .group_by(article_tag.c.tag)
            .order_by(number.desc(), article_tag.c.tag)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(str(tag), int(count)) for tag, count in connection.execute(query)]

    def rename(self, old: str, new: str) -> str:
        """Respell a tag, or merge it into another; return its spelling now. Raises
        TagNotFoundError and NameRefusedError."""
        cleaned = clean_tag(new)
        with self._database.write() as connection:
            current = connection.scalar(SPELLINGS, {"tags": _folded([old])})
            if current is None:
                raise TagNotFoundError(NO_SUCH_TAG(tag=repr(old[:60])))
            same = fold_name(current) == fold_name(cleaned)
            spelled = cleaned if same else _spell(connection, [cleaned])[0]
            if spelled != current:
                connection.execute(_RESPELL, {"new": spelled, "old": current})
                connection.execute(article_tag.delete().where(article_tag.c.tag == current))
        return spelled


def tagged(tags: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return a condition on `article`: it has one of the tags, in whatever spelling."""
    spelled = SPELLINGS.bindparams(tags=_folded(tags))
    tagged_ids = sa.select(article_tag.c.article_id).where(article_tag.c.tag.in_(spelled))
    return article.c.id.in_(tagged_ids)


def _clean_all(tags: Iterable[str]) -> list[str]:
    cleaned = list(map(clean_tag, tags))
    if len(cleaned) > MAX_TAGS_AT_ONCE:
        raise NameRefusedError(TOO_MANY_TAGS(number=MAX_TAGS_AT_ONCE))
    return cleaned


def _add(connection: sa.Connection, article_ids: Sequence[int], cleaned: Sequence[str]) -> int:
    return _insert(connection, article_ids, _spell(connection, cleaned))


def _insert(connection: sa.Connection, article_ids: Sequence[int], tags: Sequence[str]) -> int:
    values = {"ids": json.dumps(list(article_ids)), "tags": json.dumps(list(tags))}
    return int(connection.execute(_ADD, values).rowcount)


def _spell(connection: sa.Connection, cleaned: Iterable[str]) -> list[str]:
    """Return each tag once, as the archive spells it, or as it was typed if it is new."""
    typed: dict[str, str] = {}
    for tag in cleaned:
        typed.setdefault(fold_name(tag), tag)
    existing = connection.scalars(SPELLINGS, {"tags": json.dumps(list(typed))})
    return list((typed | {fold_name(tag): tag for tag in existing}).values())


def _folded(tags: Iterable[str]) -> str:
    """Return the tags in their form for comparison, without the invalid ones."""
    known = []
    for tag in tags:
        try:
            known.append(fold_name(clean_tag(tag)))
        except NameRefusedError:
            continue
    return json.dumps(known)
