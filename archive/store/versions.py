"""The versions of an article: those it had, and those that earlier captures of it show."""

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from archive.errors import DamagedRowError
from archive.model import PARAGRAPH_BREAK, Article, ArticleDetails, ArticleVersion
from archive.store.digests import DIGEST, digest_of, is_sound, seal
from archive.store.schema import article_version
from archive.text.normalize import NormalizedDraft
from archive.wordings import ROW_DAMAGED, VERSION_NAMED

_OF_ARTICLE = (
    sa.select(article_version)
    .where(article_version.c.article_id == sa.bindparam("article_id"))
    .order_by(article_version.c.version)
)
_LAST_NUMBER = sa.select(sa.func.max(article_version.c.version)).where(
    article_version.c.article_id == sa.bindparam("article_id")
)


def read_versions(connection: sa.Connection, newest: Article) -> list[ArticleVersion]:
    """Return every version of an article, the newest first. Raises DamagedRowError."""
    rows = connection.execute(_OF_ARTICLE, {"article_id": newest.id}).all()
    versions: list[ArticleVersion] = []
    begun = newest.added  # of a version of an earlier edition: when the one before it ended
    for row in rows:
        if not is_sound(article_version, dict(row._mapping)):
            what = VERSION_NAMED(version=row.version, article=newest.id)
            raise DamagedRowError(ROW_DAMAGED(what=what))
        versions.append(_version(row, begun))
        begun = row.superseded if row.version < newest.version else begun
    versions.sort(key=lambda version: (version.since, version.version), reverse=True)
    return [
        ArticleVersion(
            newest.id, newest.version, newest.title, newest.paragraphs, newest.since or begun,
            newest.details,
        ),
        *versions,
    ]  # fmt: skip


def next_number(connection: sa.Connection, stored: Article) -> int:
    """Return the number of the article's next version: numbers follow the order of arrival."""
    last = connection.scalar(_LAST_NUMBER, {"article_id": stored.id})
    return max(stored.version, last or 0) + 1


def keep_version(connection: sa.Connection, stored: Article, moment: str) -> None:
    """Keep what the article says now, before it is revised."""
    _insert(
        connection,
        article_id=stored.id,
        version=stored.version,
        title=stored.title,
        text=stored.text,
        superseded=moment,
        since=stored.since,
        details=_write_details(stored.details),
    )


def file_version(
    connection: sa.Connection, stored: Article, draft: NormalizedDraft, moment: str
) -> int:
    """Keep an earlier capture of an article that arrives later, and return its number."""
    number = next_number(connection, stored)
    details = ArticleDetails(
        draft.source, draft.authors, draft.language, draft.published, draft.published_offset,
        draft.section,
    )  # fmt: skip
    _insert(
        connection,
        article_id=stored.id,
        version=number,
        title=draft.title,
        text=PARAGRAPH_BREAK.join(draft.paragraphs),
        superseded=moment,
        since=draft.captured,
        details=_write_details(details),
    )
    return number


def date_version(connection: sa.Connection, article_id: int, number: int, since: str) -> None:
    """Note that an earlier version was captured as early as `since`."""
    is_version = sa.and_(
        article_version.c.article_id == article_id, article_version.c.version == number
    )
    row = connection.execute(sa.select(article_version).where(is_version)).one()
    values = dict(row._mapping) | {"since": since}
    changed = {"since": since, DIGEST: digest_of(article_version, values)}
    connection.execute(article_version.update().where(is_version).values(changed))


def _insert(connection: sa.Connection, **values: Any) -> None:
    connection.execute(article_version.insert().values(seal(article_version, values)))


def _version(row: Any, begun: str) -> ArticleVersion:
    return ArticleVersion(
        row.article_id,
        row.version,
        row.title,
        _paragraphs(row.text),
        row.since or begun,
        _read_details(row.details) if row.details else None,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(text.split(PARAGRAPH_BREAK))


def _write_details(details: ArticleDetails) -> str:
    return json.dumps(asdict(details), ensure_ascii=False)


def _read_details(text: str) -> ArticleDetails:
    values = json.loads(text)
    return ArticleDetails(**(values | {"authors": tuple(values["authors"])}))
