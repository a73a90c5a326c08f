"""The page of the reader's own account: password and tokens for programs."""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.errors import AccountRefusedError
from archive.messages import Message
from archive.store.accounts import Account, Role, check_role
from web.accounts.authentication import check_password
from web.accounts.passwords import hash_password
from web.accounts.sign_in import keep_session
from web.context import get_context
from web.errors import SignInRefusedError, WriteRefusedError
from web.http.identity import client_network, current_identity
from web.request_state import note_changed
from web.routes import LEVELS, Blueprint, Level
from web.wordings import DAYS_NOT_A_NUMBER, SESSIONS_ONLY

TOKEN_DAYS = (30, 90, 365)

blueprint = Blueprint("account", __name__)


@blueprint.get("/account", access=Level.READER)
def show() -> str:
    """Show the account. Raises WriteRefusedError if the reader is not signed in."""
    return _show(_session_account())


@blueprint.post("/account/password", access=Level.READER, back="account.show")
def change_password() -> str | tuple[str, int] | Response:
    """Change the password, end every session, and open a new one for this browser."""
    account, services = _session_account(), get_context().services
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        check_password(services, account.name, old, client_network())
        services.accounts.set_password(account.name, hash_password(new, account.name))
    except (AccountRefusedError, SignInRefusedError) as exc:
        return _show(account, problem=exc.message), 422
    response = redirect(url_for("account.show"), 303)
    keep_session(response, services.credentials.open_session(account.id))
    return response


@blueprint.post("/account/tokens", access=Level.READER, back="account.show")
def create_token() -> tuple[str, int] | Response:
    """Create a token, and show its secret this once."""
    account, form = _session_account(), request.form
    try:
        token, secret = get_context().services.credentials.create_token(
            account.name, form.get("name", ""), check_role(form.get("role", "")), _read_days()
        )
    except AccountRefusedError as exc:
        return _show(account, problem=exc.message), 422
    note_changed(f"token {token.id}")
    response = make_response(_show(account, secret=secret))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/account/tokens/<int:token_id>/revoke", access=Level.READER)
def revoke_token(token_id: int) -> Response:
    get_context().services.credentials.revoke_token(token_id, _session_account().name)
    return redirect(url_for("account.show"), 303)


def _session_account() -> Account:
    """Return the session's account. Tokens are refused: they must not create tokens."""
    identity = current_identity()
    if identity.account is None or not identity.by_cookie:
        raise WriteRefusedError(SESSIONS_ONLY())
    return identity.account


def _read_days() -> int | None:
    """Return None for "", a token that never expires. Raises AccountRefusedError."""
    given = request.form.get("days", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 6):
        raise AccountRefusedError(DAYS_NOT_A_NUMBER())
    return int(given)


def _show(account: Account, problem: Message | None = None, secret: str = "") -> str:
    roles: list[Role] = [role for role in LEVELS if LEVELS[role] <= LEVELS[account.role]]
    return render_template(
        "account.html",
        account=account,
        roles=roles,
        days=TOKEN_DAYS,
        secret=secret,
        problem=problem,
        tokens=get_context().services.credentials.tokens(account.name),
    )
