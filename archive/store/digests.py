"""What tells whether a row of the store still says what was written.

SQLite checks no page against a checksum: a bit flipped inside a text passes its integrity check. So
each article, each earlier version and each kept page carries a digest of its values, and whoever
reads one compares.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from archive.store.schema import article, article_version, original_page

DIGEST_BYTES = 16
DIGEST = "digest"
# In this order for ever: the digests on disk were made so.
SEALED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    article.name: (
        "version", "title", "text", "source", "authors", "url", "language", "published", "added",
        "content_hash", "published_offset", "modified", "section", "paywalled",
    ),
    article_version.name: ("article_id", "version", "title", "text", "superseded"),
    original_page.name: ("article_id", "url", "charset", "body"),
}  # fmt: skip

Value = str | bytes | int | float | None


def seal(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a whole new row, its digest among them."""
    return {**values, DIGEST: digest_of(table, values)}


def is_sound(table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Whether a row read back still has its digest."""
    return bool(values[DIGEST] == digest_of(table, values))


def digest_of(table: sa.Table, values: Mapping[str, Any]) -> str:
    """See `digest_values`, of a row's columns; what a row leaves out is null."""
    stored = (_stored(values.get(name)) for name in SEALED_COLUMNS[table.name])
    return digest_values(stored)


def digest_values(values: Iterable[Value]) -> str:
    """BLAKE2b (RFC 7693) of values as SQLite holds them, each with its kind and length; 32 hex
    digits."""
    made = blake2b(digest_size=DIGEST_BYTES)
    for value in values:
        kind, data = _encode(value)
        made.update(b"%s%d:%s" % (kind, len(data), data))
    return made.hexdigest()


def _stored(value: Any) -> Value:
    """The value as it is written: a list as JSON, a truth as a number."""
    if isinstance(value, list):
        return json.dumps(value)
    return int(value) if isinstance(value, bool) else value


def _encode(value: Value) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, str):
        return b"t", value.encode("utf-8", "surrogateescape")
    return b"i" if isinstance(value, int) else b"f", str(value).encode()
