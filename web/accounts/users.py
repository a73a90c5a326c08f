"""The pages where an admin manages accounts and reads the audit log."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.errors import AccountNotFoundError, AccountRefusedError
from archive.messages import Message
from archive.store.accounts import ROLES, check_role
from web.accounts.passwords import hash_password
from web.context import get_context
from web.request_state import note_changed
from web.routes import Blueprint, Level
from web.urls.arguments import read_number

PAGE_ENTRIES = 100

blueprint = Blueprint("users", __name__)


@blueprint.get("/admin/users", access=Level.ADMIN)
def show() -> str:
    return _show()


@blueprint.post("/admin/users", access=Level.ADMIN, back="users.show")
def create() -> tuple[str, int] | Response:
    form, accounts = request.form, get_context().services.accounts
    name = form.get("name", "")
    note_changed(name)

    def make() -> None:
        password = hash_password(form.get("password", ""), name)
        accounts.create(name, check_role(form.get("role", "")), password)

    return _try(make)


@blueprint.post("/admin/users/<name>", access=Level.ADMIN, back="users.show")
def change(name: str) -> tuple[str, int] | Response:
    """Do what the button says: set role or password, close, reopen or remove."""
    form, accounts = request.form, get_context().services.accounts
    actions: dict[str, Callable[[], None]] = {
        "role": lambda: accounts.set_role(name, check_role(form.get("role", ""))),
        "password": lambda: accounts.set_password(
            name, hash_password(form.get("password", ""), name)
        ),
        "close": lambda: accounts.close(name),
        "reopen": lambda: accounts.reopen(name),
        "remove": lambda: accounts.remove(name),
    }
    way = form.get("way", "")
    note_changed(way)
    return _try(actions.get(way, lambda: None))


@blueprint.post("/admin/users/tokens/<int:token_id>/revoke", access=Level.ADMIN)
def revoke_token(token_id: int) -> Response:
    get_context().services.credentials.revoke_token(token_id)
    return redirect(url_for("users.show"), 303)


@blueprint.get("/admin/audit", access=Level.ADMIN)
def show_audit() -> str:
    """Show the newest entries, or those before the entry `before`."""
    entries = get_context().services.audit.entries(PAGE_ENTRIES, read_number("before"))
    more = entries[-1].id if len(entries) == PAGE_ENTRIES else None
    return render_template("audit.html", entries=entries, more=more)


def _try(action: Callable[[], None]) -> tuple[str, int] | Response:
    """Run the action; redirect to the page, or show it with the reason of a refusal."""
    try:
        action()
    except (AccountRefusedError, AccountNotFoundError) as exc:
        return _show(exc.message), 422
    return redirect(url_for("users.show"), 303)


def _show(problem: Message | None = None) -> str:
    services = get_context().services
    return render_template(
        "users.html",
        accounts=services.accounts.accounts(),
        tokens=services.credentials.tokens(),
        roles=ROLES,
        problem=problem,
    )
