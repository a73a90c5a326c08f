"""Digests that reveal whether a row of the store has changed since it was written.

SQLite has no checksums for pages: a bit flipped inside a text passes its integrity check. So each
article, earlier version and kept page carries a digest of its values, which is checked at each
read.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from archive.store.schema import article, article_version, original_page

DIGEST_BYTES = 16
DIGEST = "digest"
# Never change the order: the digests on disk depend on it.
SEALED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    article.name: (
        "version", "title", "text", "source", "authors", "url", "language", "published", "added",
        "content_hash", "published_offset", "modified", "section", "paywalled",
    ),
    article_version.name: ("article_id", "version", "title", "text", "superseded"),
    original_page.name: ("article_id", "url", "charset", "body"),
}  # fmt: skip

# Columns that later editions added. They enter the digest only if they are set, so that the rows of
# earlier editions keep theirs.
LATER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    article.name: ("since",),
    article_version.name: ("since", "details"),
    original_page.name: (),
}

Value = str | bytes | int | float | None


def seal(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a new row with its digest."""
    return {**values, DIGEST: digest_of(table, values)}


def is_sound(table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Return whether a row still matches its digest."""
    return bool(values[DIGEST] == digest_of(table, values))


def digest_of(table: sa.Table, values: Mapping[str, Any]) -> str:
    """Return the digest of a row; a missing column counts as null. See `digest_values`."""
    return digest_row(table.name, {name: _stored(value) for name, value in values.items()})


def digest_row(table: str, values: Mapping[str, Value]) -> str:
    """Return the digest of a row of the values that SQLite stores, by their column's name."""
    sealed = [values.get(name) for name in SEALED_COLUMNS[table]]
    later = ((name, values.get(name)) for name in LATER_COLUMNS[table])
    for name, value in later:
        sealed += [name, value] if value is not None else []
    return digest_values(sealed)


def digest_values(values: Iterable[Value]) -> str:
    """Return 32 hex digits: BLAKE2b (RFC 7693) of the values as SQLite stores them, each with its
    kind and length."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for value in values:
        kind, data = _encode(value)
        digest.update(b"%s%d:%s" % (kind, len(data), data))
    return digest.hexdigest()


def _stored(value: Any) -> Value:
    """Return the value as it is stored: a list as JSON, a bool as a number."""
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
