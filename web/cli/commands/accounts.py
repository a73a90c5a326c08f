"""Accounts, their tokens and the audit log."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.cli.commands.shared import Composition, audited, json_option, print_json, say
from web.i18n.catalogue import word_for_terminal
from web.wordings import (
    ACCOUNT_CLOSED,
    ACCOUNT_REMOVED,
    CLOSED,
    FOR_EVER,
    HAS_PASSWORD,
    HAS_ROLE,
    MAY_SIGN_IN,
    MAY_SIGN_IN_AGAIN,
    NEVER_USED,
    NO_ACCOUNTS,
    TOKEN_REVOKED,
    UNTIL,
    USED,
)

if TYPE_CHECKING:
    from archive.store.accounts import Role
    from archive.store.credentials import ApiToken

ROLES = click.Choice(["reader", "editor", "admin"])
password_option = click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="File whose first line is the password, - for standard input; by default you are asked.",
)


@click.group()
def users() -> None:
    """Manage accounts and their roles.

    Without accounts, this machine may do everything and others nothing. The first account must be
    an admin; from then on everyone signs in.

    \b
    hemero users add claire --role admin
    hemero users list
    hemero users role karim editor
    """


@users.command("add")
@click.argument("name")
@click.option("--role", type=ROLES, default="reader", show_default=True, help="What it may do.")
@password_option
@click.pass_obj
@audited
def add_user(composition: Composition, /, name: str, role: "Role", password_file: Path) -> None:
    """Create an account.

    \b
    hemero users add claire --role admin
    """
    from web.accounts.passwords import hash_password

    accounts = composition.services().accounts
    account = accounts.create(name, role, hash_password(_read_password(password_file), name))
    say(MAY_SIGN_IN(name=account.name, role=account.role))


@users.command("list")
@json_option
@click.pass_obj
def list_users(composition: Composition, /, as_json: bool) -> None:
    """List the accounts and their roles.

    \b
    hemero users list
    """
    accounts = composition.services().accounts.accounts()
    for each in accounts:
        record = {name: getattr(each, name) for name in ("name", "role", "created", "closed")}
        closed = f"  {word_for_terminal(CLOSED())}" if each.closed else ""
        print_json(record) if as_json else click.echo(f"{each.name:24}  {each.role:6}{closed}")
    if not accounts and not as_json:
        say(NO_ACCOUNTS())


@users.command("role")
@click.argument("name")
@click.argument("role", type=ROLES)
@click.pass_obj
@audited
def set_role(composition: Composition, /, name: str, role: "Role") -> None:
    """Change the role of an account.

    \b
    hemero users role karim editor
    """
    composition.services().accounts.set_role(name, role)
    say(HAS_ROLE(name=name, role=role))


@users.command("password")
@click.argument("name")
@password_option
@click.pass_obj
@audited
def set_password(composition: Composition, /, name: str, password_file: Path) -> None:
    """Change the password of an account and end its sessions.

    \b
    hemero users password karim
    """
    from web.accounts.passwords import hash_password

    accounts = composition.services().accounts
    account = accounts.find(name)
    accounts.set_password(account.name, hash_password(_read_password(password_file), account.name))
    say(HAS_PASSWORD(name=account.name))


@users.command("close")
@click.argument("name")
@click.pass_obj
@audited
def close_user(composition: Composition, /, name: str) -> None:
    """Close an account and end its sessions and tokens.

    \b
    hemero users close karim
    """
    composition.services().accounts.close(name)
    say(ACCOUNT_CLOSED(name=name))


@users.command("reopen")
@click.argument("name")
@click.pass_obj
@audited
def reopen_user(composition: Composition, /, name: str) -> None:
    """Reopen a closed account.

    \b
    hemero users reopen karim
    """
    composition.services().accounts.reopen(name)
    say(MAY_SIGN_IN_AGAIN(name=name))


@users.command("remove")
@click.argument("name")
@click.pass_obj
@audited
def remove_user(composition: Composition, /, name: str) -> None:
    """Remove an account with its sessions and tokens.

    \b
    hemero users remove karim
    """
    composition.services().accounts.remove(name)
    say(ACCOUNT_REMOVED(name=name))


@click.group()
def tokens() -> None:
    """Manage tokens for programs.

    A token may do what its owner may, or less.

    \b
    hemero tokens create claire "nightly import" --role editor --days 365
    hemero tokens list
    hemero tokens revoke 3
    """


@tokens.command("create")
@click.argument("owner")
@click.argument("name")
@click.option("--role", type=ROLES, default="reader", show_default=True, help="What it may do.")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Days until it expires; by default never."
)
@json_option
@click.pass_obj
@audited
def create_token(
    composition: Composition,
    /,
    owner: str,
    name: str,
    role: "Role",
    days: int | None,
    as_json: bool,
) -> None:
    """Create a token; its secret is printed only once.

    \b
    hemero tokens create claire "nightly import" --role editor
    """
    token, secret = composition.services().credentials.create_token(owner, name, role, days)
    print_json(_token_record(token) | {"secret": secret}) if as_json else click.echo(secret)


@tokens.command("list")
@json_option
@click.pass_obj
def list_tokens(composition: Composition, /, as_json: bool) -> None:
    """List the tokens, their owners and when they were last used.

    \b
    hemero tokens list
    """
    for token in composition.services().credentials.tokens():
        if as_json:
            print_json(_token_record(token))
            continue
        ends = word_for_terminal(UNTIL(moment=token.expires) if token.expires else FOR_EVER())
        used = word_for_terminal(USED(moment=token.used) if token.used else NEVER_USED())
        owner = f"{token.id:>4}  {token.owner:16}  {token.role:6}"
        click.echo(f"{owner}  {token.name}  ({ends}, {used})")


@tokens.command("revoke")
@click.argument("token_id", type=int)
@click.pass_obj
@audited
def revoke_token(composition: Composition, /, token_id: int) -> None:
    """Revoke a token at once.

    \b
    hemero tokens revoke 3
    """
    composition.services().credentials.revoke_token(token_id)
    say(TOKEN_REVOKED(token=token_id))


@click.command()
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True,
              help="Number of entries.")  # fmt: skip
@json_option
@click.pass_obj
def audit(composition: Composition, /, limit: int, as_json: bool) -> None:
    """List who wrote what and when, newest first.

    This covers pages, the API and commands.

    \b
    hemero audit --limit 20
    """
    from dataclasses import asdict

    for entry in composition.services().audit.entries(limit):
        if as_json:
            print_json(asdict(entry))
            continue
        head = f"{entry.moment}  {entry.actor} ({entry.client})  {entry.action}"
        click.echo(f"{head}  {entry.target}  {entry.outcome}" if entry.target
                   else f"{head}  {entry.outcome}")  # fmt: skip


COMMANDS = (users, tokens, audit)


def _read_password(file: Path | None) -> str:
    """Return the first line of the file, or ask twice if None. Raises SettingsError."""
    from web.settings import read_secret

    if file is None:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    if str(file) == "-":
        return sys.stdin.readline().rstrip("\r\n")
    return read_secret(str(file), "the password file")


def _token_record(token: "ApiToken") -> dict[str, str | int | None]:
    return {
        "id": token.id,
        "account": token.owner,
        "name": token.name,
        "role": token.role,
        "created": token.created,
        "expires": token.expires,
        "used": token.used,
    }
