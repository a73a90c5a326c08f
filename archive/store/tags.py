"""Tags of articles, as their readers give them.

Of a tag there is one spelling, the first that was typed: `folded`, which every connection knows
(archive/database.py), tells what is one tag.
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
# From one tag to the next by the index: there are few tags, and many articles to each.
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
        """Give the articles that exist these tags; how many they did not have. Raises
        NameRefusedError."""
        cleaned = _clean_all(tags)
        with self._database.write() as connection:
            return _add(connection, article_ids, cleaned)

    def untag(self, article_ids: Sequence[int], tags: Iterable[str]) -> int:
        """Take these tags from the articles; how many they had."""
        named = article_tag.c.tag.in_(SPELLINGS)
        values = {"ids": json.dumps(list(article_ids)), "tags": _folded(tags)}
        with self._database.write() as connection:
            return connection.execute(
                article_tag.delete().where(_OF_ARTICLES, named), values
            ).rowcount

    def replace_tags(self, article_id: int, tags: Iterable[str]) -> tuple[str, ...]:
        """Give the article these tags and no others, as they are spelled. Raises
        NameRefusedError and ArticleNotFoundError."""
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
        """The tags of each of the articles that has one, in their order; one SELECT."""
        query = sa.select(article_tag).where(_OF_ARTICLES)
        with self._database.read() as connection:
            rows = connection.execute(query, {"ids": json.dumps(list(article_ids))}).all()
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row.article_id, []).append(row.tag)
        return {key: tuple(sorted(tags, key=fold_name)) for key, tags in found.items()}

    def all_tags(self, most: int = MAX_TAGS_LISTED) -> list[tuple[str, int]]:
        """(tag, articles) pairs, the most frequent first."""
        number = sa.func.count()
        query = (
            sa.select(article_tag.c.tag, number)
            .group_by(article_tag.c.tag)
            .order_by(number.desc(), article_tag.c.tag)
            .limit(most)
        )
        with self._database.read() as connection:
            return [(str(tag), int(count)) for tag, count in connection.execute(query)]

    def rename(self, old: str, new: str) -> str:
        """Spell a tag otherwise, or make it one with another; how it is spelled now. Raises
        TagNotFoundError and NameRefusedError."""
        cleaned = clean_tag(new)
        with self._database.write() as connection:
            held = connection.scalar(SPELLINGS, {"tags": _folded([old])})
            if held is None:
                raise TagNotFoundError(NO_SUCH_TAG(tag=repr(old[:60])))
            same = fold_name(held) == fold_name(cleaned)
            spelled = cleaned if same else _spell(connection, [cleaned])[0]
            if spelled != held:
                connection.execute(_RESPELL, {"new": spelled, "old": held})
                connection.execute(article_tag.delete().where(article_tag.c.tag == held))
        return spelled


def tagged(tags: Sequence[str]) -> sa.ColumnElement[bool]:
    """A condition on `article`: it bears one of the tags, however they are spelled here."""
    spelled = SPELLINGS.bindparams(tags=_folded(tags))
    bearers = sa.select(article_tag.c.article_id).where(article_tag.c.tag.in_(spelled))
    return article.c.id.in_(bearers)


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
    """Each tag once, as the archive spells it, or as it was typed where it is new."""
    typed: dict[str, str] = {}
    for tag in cleaned:
        typed.setdefault(fold_name(tag), tag)
    held = connection.scalars(SPELLINGS, {"tags": json.dumps(list(typed))})
    return list((typed | {fold_name(tag): tag for tag in held}).values())


def _folded(tags: Iterable[str]) -> str:
    """The tags as they are compared; what can be no tag names none."""
    known = []
    for tag in tags:
        try:
            known.append(fold_name(clean_tag(tag)))
        except NameRefusedError:
            continue
    return json.dumps(known)
