"""Accounts of people who may do more than everyone. Passwords arrive here already hashed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from archive.errors import AccountNotFoundError, AccountRefusedError
from archive.store.database import Database
from archive.store.schema import account, api_token, failed_sign_in, session
from archive.text.normalize import format_utc
from archive.text.unicode import normalize
from archive.wordings import (
    ACCOUNT_NAME_TAKEN,
    ADMIN_FIRST,
    BAD_ACCOUNT_NAME,
    LAST_ADMIN,
    NO_SUCH_ACCOUNT,
    NO_SUCH_ROLE,
    TOO_MANY_TOKENS,
)

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
MAX_ACCOUNTS = 10_000
_NAME = re.compile(r"\w[\w.@+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Account:
    """A person who signs in as `name`; nobody can sign in to a closed account."""

    id: int
    name: str
    role: Role
    created: str
    closed: bool
    password_hash: str = field(repr=False)


class AccountStore:
    """The accounts of an archive. Safe for many threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Return whether an account exists: if so, nobody gets in by address alone."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(account.c.id).limit(1)) is not None

    def accounts(self) -> list[Account]:
        with self._database.read() as connection:
            return [read_account(row) for row in connection.execute(_BY_NAME)]

    def find(self, name: str) -> Account:
        """Return the account with this name. Raises AccountNotFoundError."""
        with self._database.read() as connection:
            return find_account(connection, name)

    def create(self, name: str, role: Role, password_hash: str) -> Account:
        """Raises AccountRefusedError if the name is taken or invalid, or the first is no admin."""
        values = {
            "name": clean_account_name(name),
            "role": check_role(role),
            "password_hash": password_hash,
            "created": format_utc(datetime.now(UTC)),
            "closed": False,
        }
        with self._database.write() as connection:
            check_room(connection, account, MAX_ACCOUNTS)
            if role != "admin" and connection.execute(_BY_NAME.limit(1)).first() is None:
                raise AccountRefusedError(ADMIN_FIRST())
            if connection.execute(_NAMED, {"name": values["name"]}).first():
                raise AccountRefusedError(ACCOUNT_NAME_TAKEN(name=values["name"]))
            connection.execute(account.insert().values(values))
        return self.find(name)

    def set_role(self, name: str, role: Role) -> None:
        """Raises AccountNotFoundError, and AccountRefusedError if no admin would be left."""
        self._change(name, {"role": check_role(role)})

    def close(self, name: str) -> None:
        """Refuse further sign-ins; end its sessions and tokens. Raises as `set_role` does."""
        self._change(name, {"closed": True}, (session, api_token))

    def reopen(self, name: str) -> None:
        self._change(name, {"closed": False})

    def set_password(self, name: str, password_hash: str) -> None:
        """End its sessions and tokens, as someone may use one, or have made one, who knew the old
        password; forget failed tries.
        """
        with self._database.write() as connection:
            ended = (session, api_token)
            found = _update(connection, name, {"password_hash": password_hash}, ended)
            connection.execute(failed_sign_in.delete().where(failed_sign_in.c.name == found.name))

    def renew_hash(self, name: str, password_hash: str) -> None:
        """Replace the hash of the same password, made at another cost; its sessions go on."""
        self._change(name, {"password_hash": password_hash})

    def remove(self, name: str) -> None:
        """Delete it, its sessions and tokens; the audit keeps its name. Raises as `set_role`."""
        with self._database.write() as connection:
            found = find_account(connection, name)
            connection.execute(account.delete().where(account.c.id == found.id))
            _check_admin_left(connection, found)

    def _change(self, name: str, values: dict[str, Any], ended: Iterable[sa.Table] = ()) -> None:
        with self._database.write() as connection:
            _update(connection, name, values, ended)


_BY_NAME = sa.select(account).order_by(account.c.name)
_NAMED = sa.select(account).where(account.c.name == sa.bindparam("name"))


def clean_account_name(name: str) -> str:
    """NFKC, case-folded, 1 to 64 letters, digits and . @ + - _. Raises AccountRefusedError."""
    folded = fold_account_name(name)
    if not _NAME.fullmatch(folded):
        raise AccountRefusedError(BAD_ACCOUNT_NAME())
    return folded


def check_role(role: str) -> Role:
    """Return the role. Raises AccountRefusedError if there is no such role."""
    if role not in ROLES:
        raise AccountRefusedError(NO_SUCH_ROLE(role=repr(role), roles=", ".join(ROLES)))
    return role


def fold_account_name(name: str) -> str:
    return normalize("NFKC", normalize("NFKC", name.strip()).casefold())


def find_account(connection: sa.Connection, name: str) -> Account:
    row = connection.execute(_NAMED, {"name": fold_account_name(name)}).first()
    if row is None:
        raise AccountNotFoundError(NO_SUCH_ACCOUNT())
    return read_account(row)


def _update(
    connection: sa.Connection, name: str, values: dict[str, Any], ended: Iterable[sa.Table]
) -> Account:
    """Return the account as it was before."""
    found = find_account(connection, name)
    connection.execute(account.update().where(account.c.id == found.id).values(values))
    for table in ended:
        connection.execute(table.delete().where(table.c.account_id == found.id))
    _check_admin_left(connection, found)
    return found


def _check_admin_left(connection: sa.Connection, before: Account) -> None:
    """Without an admin, accounts could be managed only from the command line."""
    others = sa.select(account.c.id).limit(1)
    admins = others.where(account.c.role == "admin", account.c.closed.is_(False))
    if before.role != "admin" or before.closed:
        return
    if connection.scalar(others) is not None and connection.scalar(admins) is None:
        raise AccountRefusedError(LAST_ADMIN(name=before.name))


def check_room(
    connection: sa.Connection, table: sa.Table, limit: int, *where: sa.ColumnElement[bool]
) -> None:
    count = connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0
    if count >= limit:
        raise AccountRefusedError(TOO_MANY_TOKENS(number=limit))


def read_account(row: Any) -> Account:
    return Account(row.id, row.name, row.role, row.created, bool(row.closed), row.password_hash)
