"""Routes to sign in and out. The session's secret is in a cookie that scripts cannot read."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.messages import Message
from archive.store.credentials import SESSION_DAYS
from web.accounts.authentication import sign_in as begin_session
from web.accounts.passwords import MAX_CHARACTERS
from web.context import get_context
from web.errors import SignInRefusedError
from web.http.identity import client_network, is_secure, session_cookie
from web.request_state import Identity, get_request_state
from web.routes import LEVELS, Blueprint, Level
from web.urls.arguments import local_path

blueprint = Blueprint("signing", __name__)


@blueprint.get("/sign-in", access=Level.NOBODY)
def sign_in() -> str | Response:
    return _show_form(request.args.get("next", ""))


@blueprint.post("/sign-in", access=Level.NOBODY, audits_refusals=True, back="signing.sign_in")
def sign_in_post() -> tuple[str, int] | Response:
    """Open a session, and redirect to the page that was requested."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    onward = request.form.get("next", "")
    services = get_context().services
    try:
        account, secret = begin_session(services, name, password, client_network())
    except SignInRefusedError as exc:
        return _show_form(onward, name, exc.message), 401
    get_request_state().identity = Identity(LEVELS[account.role], account.name, account)
    response = redirect(local_path(onward), 303)
    _end_session()
    keep_session(response, secret)
    return response


@blueprint.post("/sign-out", access=Level.NOBODY)
def sign_out() -> Response:
    _end_session()
    response = redirect(url_for("pages.index"), 303)
    response.delete_cookie(session_cookie(), secure=is_secure(), httponly=True, samesite="Lax")
    return response


def keep_session(response: Response, secret: str) -> None:
    """Hand the session's secret to the browser."""
    response.set_cookie(
        session_cookie(),
        secret,
        max_age=SESSION_DAYS * 86_400,
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _end_session() -> None:
    """End the session the browser brought: its secret may be known elsewhere."""
    if secret := request.cookies.get(session_cookie()):
        get_context().services.credentials.close_session(secret)


def _show_form(onward: str, name: str = "", problem: Message | None = None) -> str:
    shown = {"onward": local_path(onward), "name": name, "problem": problem}
    return render_template("sign_in.html", longest=MAX_CHARACTERS, **shown)
