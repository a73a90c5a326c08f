"""The guard before every route, and the security headers of every answer."""

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from archive.errors import StoreError
from indexer.filters import MAX_VALUES
from indexer.wordings import TOO_MANY_VALUES
from web.context import current_route, get_context
from web.errors import SettingsError, SignInNeededError, TooManyRequestsError, WriteRefusedError
from web.http.identity import (
    current_identity,
    identify,
    is_address,
    is_loopback,
    is_secure,
    is_this_machine,
    public_names,
    rate_key,
    trusts_this_machine,
)
from web.http.problems import refuse_cheaply
from web.request_state import Identity, get_request_state
from web.routes import SAFE_METHODS, Level
from web.settings import Settings
from web.wordings import (
    ARGUMENTS_TOO_LONG,
    EXPOSED,
    NOT_YOUR_ROLE,
    OTHER_SITE,
    OTHER_SITE_ASKS,
    READ_HERE_ONLY,
    READ_ONLY,
    SIGN_IN_FIRST,
    TOKEN_NEEDED,
    TOKEN_SHORT,
    TOO_MANY_ARGUMENTS,
    TOO_MANY_REQUESTS,
    WRITE_HERE_ONLY,
)

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
MAX_UPLOAD_BYTES = 100_000_000
MAX_REQUEST_BYTES = 12_000_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
TRANSPORT = "max-age=31536000"
MIN_TOKEN_CHARACTERS = 16
MAX_ARGUMENTS = 200
# Every link of a page of results repeats its arguments.
MAX_ARGUMENT_BYTES = 16_000


def check_exposure(settings: Settings, has_accounts: Callable[[], bool] = lambda: False) -> None:
    """Raises SettingsError if other machines could write without a token or an account, or could
    guess the token.
    """
    if 0 < len(settings.token) < MIN_TOKEN_CHARACTERS:
        raise SettingsError(TOKEN_SHORT(number=MIN_TOKEN_CHARACTERS))
    is_private = is_loopback(settings.host) and trusts_this_machine(settings)
    if not (settings.token or settings.read_only or is_private or has_accounts()):
        raise SettingsError(EXPOSED(host=next(iter(public_names(settings)), settings.host)))


def protect(app: Flask) -> None:
    """Guard every route of the app, trust no foreign Host header, and set the headers."""
    settings = get_context(app).services.settings
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    if settings.proxies:
        # Never the host: only the Host header decides which name was asked for.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0, x_prefix=0
        )
    app.before_request(partial(_guard_host, settings, _known_hosts(settings)))
    app.before_request(_limit_arguments)
    app.before_request(_guard)
    app.after_request(_set_headers)


def may_write() -> bool:
    """Return whether this client could write, given the token if one is set."""
    settings = get_context().services.settings
    return not settings.read_only and (may(Level.EDITOR) or token_needed())


def may(level: Level) -> bool:
    return current_identity().level >= level


def token_needed() -> bool:
    """Return whether a form has to ask for the token of the settings."""
    return current_identity().may_give_token


def may_watch() -> bool:
    """Return whether this client may read the metrics: this machine, or an authenticated client."""
    if is_this_machine():
        return True
    identity = get_request_state().identity = identify(get_context().services)
    _check_rate(identity)
    return identity.is_known


def _known_hosts(settings: Settings) -> frozenset[str]:
    """Return the names we answer under; links in feeds and citations begin with one of them."""
    configured = (*settings.trusted_hosts, urlsplit(settings.base_url).hostname or settings.host)
    return frozenset({*LOCAL_HOSTS, settings.host, socket.gethostname().lower(), *configured})


def _guard_host(settings: Settings, known_hosts: frozenset[str]) -> None:
    """Check the Host header. Flask's TRUSTED_HOSTS does not support IPv6 addresses."""
    host = urlsplit(f"//{request.host}").hostname or ""
    # A server on a network address is also asked for by address; no foreign name can lead there.
    by_address = not is_loopback(settings.host) and not settings.trusted_hosts and is_address(host)
    if host not in known_hosts and not by_address:
        raise SecurityError(f"Host {request.host!r} is not trusted.")


def _guard() -> None:
    if _comes_from_a_foreign_page():
        raise WriteRefusedError(OTHER_SITE_ASKS())
    route = current_route()
    if route.takes_files:
        request.max_content_length = MAX_UPLOAD_BYTES
    if not route.identified:
        return
    services = get_context().services
    needed = route.level(request.method)
    identity = get_request_state().identity = identify(services)
    _check_rate(identity)
    if route.is_write(request.method):
        _check_write(services.settings, identity, signing=needed is Level.NOBODY)
    if identity.level < needed:
        raise _refusal(identity)


def _check_rate(identity: Identity) -> None:
    """Limit requests, except those of this machine if it is trusted."""
    if identity.level is Level.ADMIN and identity.account is None:
        return
    if wait := get_context().rates.wait_seconds(rate_key(identity)):
        raise TooManyRequestsError(TOO_MANY_REQUESTS, wait)


def _check_write(settings: Settings, identity: Identity, signing: bool) -> None:
    if settings.read_only and not signing:
        raise WriteRefusedError(READ_ONLY())
    if not _same_origin(sure=identity.by_cookie):
        raise WriteRefusedError(OTHER_SITE())


def _refusal(identity: Identity) -> Exception:
    if identity.problem:
        return SignInNeededError(identity.problem)
    if identity.account is not None:
        return WriteRefusedError(NOT_YOUR_ROLE())
    if identity.may_give_token:
        return SignInNeededError(TOKEN_NEEDED())
    if identity.may_sign_in:
        return SignInNeededError(SIGN_IN_FIRST())
    if request.method in SAFE_METHODS:
        return WriteRefusedError(READ_HERE_ONLY())
    return WriteRefusedError(WRITE_HERE_ONLY())


def _limit_arguments() -> Response | None:
    """Refuse more or longer arguments than a person chooses: each costs much work."""
    if len(request.query_string) > MAX_ARGUMENT_BYTES:
        return refuse_cheaply(400, ARGUMENTS_TOO_LONG(number=MAX_ARGUMENT_BYTES))
    if request.query_string.count(b"&") >= MAX_ARGUMENTS:
        return refuse_cheaply(400, TOO_MANY_ARGUMENTS(number=MAX_ARGUMENTS))
    for name, values in request.args.lists():
        if len(set(values)) > MAX_VALUES:
            return refuse_cheaply(400, TOO_MANY_VALUES(name=name, number=MAX_VALUES))
    return None


def _comes_from_a_foreign_page() -> bool:
    """Return whether another site's page loads this behind its reader's back.

    A link that the reader follows is a navigation (Fetch Metadata, W3C).
    """
    sent_by = request.headers.get("Sec-Fetch-Site")
    followed = request.headers.get("Sec-Fetch-Mode") == "navigate" and (
        request.headers.get("Sec-Fetch-Dest") not in ("object", "embed", "iframe", "frame")
    )
    return sent_by == "cross-site" and not (followed and request.method in SAFE_METHODS)


def _same_origin(sure: bool) -> bool:
    """Return False if the browser says that another site sent this (Fetch Metadata, W3C).

    A request without these headers comes from no current browser; with a cookie, `sure` asks for
    more.
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        # The scheme is not compared: a proxy may have ended TLS.
        return origin.partition("://")[2] == request.host
    return request.headers.get("Sec-Fetch-Site", "" if sure else "none") in ("none", "same-origin")


def _challenge() -> str:
    """Tell programs how to authenticate (RFC 9110, 11.6.1). A browser would ask for a password."""
    browser = "Sec-Fetch-Mode" in request.headers
    return 'Bearer realm="Hemero"' + ("" if browser else ', Basic realm="Hemero"')


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_secure():
        response.headers.setdefault("Strict-Transport-Security", TRANSPORT)
    if response.status_code == 401 and "WWW-Authenticate" not in response.headers:
        response.headers["WWW-Authenticate"] = _challenge()
    identity = current_identity()
    if identity.account is not None:
        # After signing out, going back shows nothing, and shared caches keep nothing of ours.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Cookie", "Authorization"))
    if identity.touch is not None:
        response.call_on_close(partial(_note_use, identity.touch))
    return response


def _note_use(touch: Callable[[], None]) -> None:
    """Record the credential's use after the answer was sent; a store that cannot be written does
    not fail it.
    """
    with suppress(StoreError):
        touch()
