"""Secrets that give access to an account: API tokens, and the sessions of signed-in people.

A secret is 256 random bits, too many to guess; only its SHA-256 is stored.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from archive.errors import AccountRefusedError, TokenNotFoundError
from archive.store.accounts import (
    ROLES,
    Account,
    Role,
    check_role,
    check_room,
    find_account,
    fold_account_name,
    read_account,
)
from archive.store.database import Database
from archive.store.schema import account, api_token, session
from archive.text.names import NameRefusedError, clean_name
from archive.text.normalize import format_utc
from archive.wordings import BAD_TOKEN_LIFE, BAD_TOKEN_NAME, NO_SUCH_TOKEN, ROLE_ABOVE_OWN

TOKEN_PREFIX = "hemero_"  # noqa: S105  recognized by scanners for leaked secrets
SECRET_BYTES = 32
MAX_TOKENS = 100
MAX_SESSIONS = 100
MAX_LIFE_DAYS = 3_650
IDLE_DAYS, SESSION_DAYS = 7, 30


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's secret: it may do what both `role` and its owner may. `used` is None if never."""

    id: int
    account_id: int
    owner: str
    name: str
    role: Role
    created: str
    expires: str | None
    used: str | None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a secret gives access to: an account, with at most the rights of `role`."""

    account: Account
    role: Role
    token_id: int | None
    used: str | None


class CredentialStore:
    """The tokens and sessions of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_token(
        self, owner: str, name: str, role: Role, days: int | None = None
    ) -> tuple[ApiToken, str]:
        """Return a new token and its secret, which cannot be read again.

        Raises AccountNotFoundError, and AccountRefusedError if `role` exceeds the owner's.
        """
        now, secret = datetime.now(UTC), TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        values = {
            "name": _clean_label(name),
            "role": check_role(role),
            "token_hash": hash_secret(secret),
            "created": format_utc(now),
            "expires": _expiry(now, days),
        }
        with self._database.write() as connection:
            found = find_account(connection, owner)
            if found.closed or ROLES.index(role) > ROLES.index(found.role):
                raise AccountRefusedError(ROLE_ABOVE_OWN(name=found.name, role=role))
            check_room(connection, api_token, MAX_TOKENS, api_token.c.account_id == found.id)
            insert = api_token.insert().values(values | {"account_id": found.id})
            is_new = api_token.c.id == connection.execute(insert).lastrowid
            row = connection.execute(_TOKENS.where(is_new)).one()
        return _token(row), secret

    def tokens(self, owner: str | None = None) -> list[ApiToken]:
        """Return the tokens of one account or of all, sorted by owner."""
        query = _TOKENS
        if owner is not None:
            query = query.where(account.c.name == fold_account_name(owner))
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(query)]

    def revoke_token(self, token_id: int, owner: str | None = None) -> None:
        """Delete a token. Raises TokenNotFoundError, also if it is not `owner`'s."""
        with self._database.write() as connection:
            row = connection.execute(_TOKENS.where(api_token.c.id == token_id)).first()
            if row is None or (owner is not None and row.owner != fold_account_name(owner)):
                raise TokenNotFoundError(NO_SUCH_TOKEN(token=token_id))
            connection.execute(api_token.delete().where(api_token.c.id == token_id))

    def find_token(self, secret: str) -> Credential | None:
        """Return the token's credential; None if it is unknown, expired or its account closed."""
        is_token = api_token.c.token_hash == hash_secret(secret)
        query = sa.select(account, *_TOKEN_COLUMNS).join_from(account, api_token).where(is_token)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None or row.closed or (row.expires or "9") <= format_utc(datetime.now(UTC)):
            return None
        found = read_account(row)
        role = min(row.scope, found.role, key=ROLES.index)
        return Credential(found, role, row.token_id, row.used)

    def touch_token(self, token_id: int) -> None:
        """Note that it was used just now."""
        _touch(self._database, api_token, api_token.c.id == token_id)

    def open_session(self, account_id: int) -> str:
        """Return the secret of a new session; past MAX_SESSIONS, the oldest one ends."""
        secret, now = secrets.token_urlsafe(SECRET_BYTES), format_utc(datetime.now(UTC))
        values = {"account_id": account_id, "created": now, "used": now}
        is_owners = session.c.account_id == account_id
        sessions = sa.select(session.c.token_hash).where(is_owners)
        with self._database.write() as connection:
            _forget_ended(connection)
            kept = sessions.order_by(session.c.created.desc()).limit(MAX_SESSIONS - 1)
            connection.execute(session.delete().where(is_owners, session.c.token_hash.not_in(kept)))
            connection.execute(session.insert().values(token_hash=hash_secret(secret), **values))
        return secret

    def find_session(self, secret: str) -> Credential | None:
        """Return the session's credential; None if it is unknown, ended or its account closed."""
        query = sa.select(account, session.c.used).join_from(account, session)
        is_open = (session.c.token_hash == hash_secret(secret), account.c.closed.is_(False))
        with self._database.read() as connection:
            row = connection.execute(query.where(*is_open, *_is_current())).first()
        return None if row is None else Credential(read_account(row), row.role, None, row.used)

    def touch_session(self, secret: str) -> None:
        """Note that it was used just now: it ends after IDLE_DAYS without use."""
        _touch(self._database, session, session.c.token_hash == hash_secret(secret))

    def close_session(self, secret: str) -> None:
        with self._database.write() as connection:
            connection.execute(session.delete().where(session.c.token_hash == hash_secret(secret)))


_TOKENS = (
    sa.select(api_token, account.c.name.label("owner"))
    .join_from(api_token, account)
    .order_by(account.c.name, api_token.c.id)
)
_TOKEN_COLUMNS = (
    api_token.c.id.label("token_id"),
    api_token.c.role.label("scope"),
    api_token.c.expires,
    api_token.c.used,
)


def hash_secret(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _clean_label(name: str) -> str:
    try:
        return clean_name(name)
    except NameRefusedError as exc:
        raise AccountRefusedError(BAD_TOKEN_NAME(reason=exc.message)) from exc


def _expiry(now: datetime, days: int | None) -> str | None:
    if days is None:
        return None
    if not 1 <= days <= MAX_LIFE_DAYS:
        raise AccountRefusedError(BAD_TOKEN_LIFE(number=MAX_LIFE_DAYS))
    return format_utc(now + timedelta(days=days))


def _is_current() -> tuple[sa.ColumnElement[bool], ...]:
    now = datetime.now(UTC)
    idle, oldest = (format_utc(now - timedelta(days=days)) for days in (IDLE_DAYS, SESSION_DAYS))
    return session.c.used > idle, session.c.created > oldest


def _forget_ended(connection: sa.Connection) -> None:
    connection.execute(session.delete().where(sa.not_(sa.and_(*_is_current()))))


def _touch(database: Database, table: sa.Table, where: sa.ColumnElement[bool]) -> None:
    with database.write() as connection:
        connection.execute(table.update().where(where).values(used=format_utc(datetime.now(UTC))))


def _token(row: Any) -> ApiToken:
    return ApiToken(
        row.id, row.account_id, row.owner, row.name, row.role, row.created, row.expires, row.used
    )
