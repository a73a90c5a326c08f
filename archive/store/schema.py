"""Tables of the store, as the newest migration leaves them.

The change cursor is kept by triggers that the migrations create, so no writer can forget it.
A `digest` covers the row's other values and reveals damage: see `archive.store.digests`.
"""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


LOCAL_DAY = (
    "CASE WHEN length(published) <= 10 OR published_offset IS NULL THEN substr(published, 1, 10)"
    " ELSE date(published, published_offset || ' minutes') END"
)


def _owned(name: str, owner: str, **options: Any) -> sa.Column[int]:
    """Return a foreign key to the owner; deleting the owner deletes the row."""
    return sa.Column(name, sa.Integer, sa.ForeignKey(owner, ondelete="CASCADE"), **options)


# AUTOINCREMENT: ids are never reused, so links and passage ids stay valid forever.
article = sa.Table(
    "article",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, index=True),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("url", sa.Text, unique=True),
    sa.Column("language", sa.Text, nullable=False, index=True),
    sa.Column("published", sa.Text),
    sa.Column("added", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("published_offset", sa.Integer),
    sa.Column("modified", sa.Text),
    sa.Column("section", sa.Text),
    sa.Column("paywalled", sa.Boolean),
    sa.Column("url_key", sa.Text, index=True),  # `address_key` of the URL
    sa.Column("since", sa.Text),
    sa.Column("digest", sa.Text, nullable=False, server_default=""),
    # The day, month or year of publication on the publisher's clock.
    sa.Column("day", sa.Text, sa.Computed(LOCAL_DAY, persisted=False)),
    sa.Index("ix_article_day", "day"),
    sa.Index("ix_article_content", "content_hash", "title"),
    sqlite_autoincrement=True,
)

# What an article said before it was revised, and what earlier captures of it said that arrived
# later: `version` follows the order of arrival, `since` that of time. `details` are ArticleDetails
# as JSON. Both are null in rows of earlier editions.
article_version = sa.Table(
    "article_version",
    metadata,
    _owned("article_id", "article.id", primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("superseded", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, server_default=""),
    sa.Column("since", sa.Text),
    sa.Column("details", sa.Text),
)

# The page an article was extracted from (zlib), so that a better extractor can read it again.
original_page = sa.Table(
    "original_page",
    metadata,
    _owned("article_id", "article.id", primary_key=True),
    sa.Column("url", sa.Text),
    sa.Column("charset", sa.Text),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, server_default=""),
)

# Wire copies: articles of one cluster carry one agency's text. One without copies has no row.
wire_copy = sa.Table(
    "wire_copy",
    metadata,
    _owned("article_id", "article.id", primary_key=True),
    sa.Column("cluster_id", sa.Integer, nullable=False, index=True),
)

# MinHash bands of each article's text: articles that share a key may be copies. `day` counts from
# 1970, and is far before all days if the article has no date. In the primary key it precedes the
# article, so that the articles of certain days are found quickly among all that share a key.
signature_band = sa.Table(
    "signature_band",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),
    _owned("article_id", "article.id", primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# How far a long import has come, written in the same transaction as the articles it added.
progress = sa.Table(
    "progress",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("stamp", sa.Text, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
)

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("added", sa.Text, nullable=False),
    sa.Column("polled", sa.Text),
    sa.Column("succeeded", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("outcome", sa.Text),
    sqlite_autoincrement=True,
)

# What a feed has offered so far, so that nothing is fetched twice; `key` names the item. `entry` is
# the item itself (JSON) while it waits to be fetched or tried again, and null once it is done.
feed_item = sa.Table(
    "feed_item",
    metadata,
    _owned("feed_id", "feed.id", primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("seen", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("article_id", sa.Integer),
    sa.Column("reason", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("entry", sa.Text),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("finished", sa.Text),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("message", sa.Text),
    sa.Column("starts", sa.Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

job_item = sa.Table(
    "job_item",
    metadata,
    _owned("job_id", "job.id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("article_id", sa.Integer),
    sa.Column("reason", sa.Text),
)

# The latest change of each article: a cursor for any number of engines, not a queue.
change = sa.Table(
    "change",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.Integer, nullable=False, unique=True),
)

# One row: the highest seq ever assigned, a hybrid clock max(last + 1, now in ms), so that no seq
# repeats after a restore or when the machine's clock is set back.
clock = sa.Table("clock", metadata, sa.Column("seq", sa.Integer, nullable=False))

# A search saved as its URL's arguments. Changes up to `seen_seq` were searched for matches, and
# matches up to `read_seq` were read. `outcome` says what went wrong with sending, null if nothing
# did; `secret` signs the requests to a webhook.
saved_search = sa.Table(
    "saved_search",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("arguments", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("seen_seq", sa.Integer, nullable=False),
    sa.Column("read_seq", sa.Integer, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("webhook", sa.Text),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sqlite_autoincrement=True,
)

# An article matches a search once, even if it changes later. The states of its messages are none,
# waiting and sent.
saved_match = sa.Table(
    "saved_match",
    metadata,
    _owned("saved_search_id", "saved_search.id", primary_key=True),
    _owned("article_id", "article.id", primary_key=True, index=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("email_state", sa.Text, nullable=False),
    sa.Column("webhook_state", sa.Text, nullable=False),
)

collection = sa.Table(
    "collection",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("note", sa.Text),
    sa.Column("created", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

collected = sa.Table(
    "collected",
    metadata,
    _owned("collection_id", "collection.id", primary_key=True),
    _owned("article_id", "article.id", primary_key=True, index=True),
    sa.Column("added", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
)

article_tag = sa.Table(
    "article_tag",
    metadata,
    sa.Column("tag", sa.Text, primary_key=True),
    _owned("article_id", "article.id", primary_key=True, index=True),
)

# People who may do more than the settings let everyone do. A closed account keeps its name in the
# audit, but nobody can sign in to it.
account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sqlite_autoincrement=True,
)

# Secrets themselves are not stored: they are recognized by the SHA-256 of their 256 random bits.
api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _owned("account_id", "account.id", nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("token_hash", sa.Text, nullable=False, unique=True),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("expires", sa.Text),
    sa.Column("used", sa.Text),
    sqlite_autoincrement=True,
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    _owned("account_id", "account.id", nullable=False, index=True),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("used", sa.Text, nullable=False),
)

failed_sign_in = sa.Table(
    "failed_sign_in",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("client", sa.Text, nullable=False, index=True),
    sa.Column("moment", sa.Text, nullable=False, index=True),
)

# Who wrote what and when, by page, API or command; never the text of an article or a secret.
audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("moment", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
