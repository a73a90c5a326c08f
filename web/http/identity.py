"""Who sends a request, judged by a token, a session, or the client's address."""

import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from flask import request

from archive.store.credentials import TOKEN_PREFIX, Credential
from archive.text.normalize import format_utc
from web.context import get_context
from web.request_state import UNKNOWN, Identity, get_request_state
from web.routes import LEVELS, SAFE_METHODS, Level
from web.services import Services
from web.settings import Settings
from web.wordings import TOKEN_UNKNOWN

FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
THIS_MACHINE, SHARED_TOKEN = "this machine", "the token of the settings"
# Record a use at most this often: a request that only reads should hardly ever write.
TOUCHED_EVERY = timedelta(minutes=1)


def is_address(host: str) -> bool:
    """Return whether a host is given by its IP address, not by a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address or name."""
    if is_address(host):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


def current_identity() -> Identity:
    """Return the identity of the current request; nobody's before it is determined."""
    return get_request_state().identity


def rate_key(identity: Identity) -> str:
    """Return what the client's requests are counted under: token, account or network."""
    if identity.token_id is not None:
        return f"token {identity.token_id}"
    return f"account {identity.account.id}" if identity.account else f"client {client_network()}"


def client_address() -> str:
    return request.remote_addr or "local"


def public_names(settings: Settings) -> tuple[str, ...]:
    """Return the names under which other machines are meant to ask for this server."""
    named = (urlsplit(settings.base_url).hostname or "", *settings.trusted_hosts)
    return tuple(name for name in named if name and not is_loopback(name))


def trusts_this_machine(settings: Settings) -> bool:
    """Return whether a request from this machine is its owner's.

    Behind a proxy every request comes from this machine, whether or not the proxy says so.
    """
    return not settings.proxies and not public_names(settings)


def is_this_machine() -> bool:
    """Return whether this machine sent the request itself, and is trusted for that."""
    forwarded = any(header in request.headers for header in FORWARDING_HEADERS)
    trusted = trusts_this_machine(get_context().services.settings)
    return trusted and not forwarded and is_loopback(request.remote_addr or "")


def is_secure() -> bool:
    """Return whether the browser reached us by TLS, so that cookies may be marked Secure."""
    base_url = get_context().services.settings.base_url
    return request.is_secure or base_url.startswith("https:")


def session_cookie() -> str:
    """Return the cookie's name. `__Host-` binds it to this host (RFC 6265bis, 4.1.3.2); plain HTTP
    cannot.
    """
    return "__Host-hemero" if is_secure() else "hemero_session"


def identify(services: Services) -> Identity:
    """Determine who sends this request. In a read-only archive only an account makes an
    administrator.
    """
    found = _by_token(services) or _by_session(services) or _by_place(services)
    if services.settings.read_only and found.account is None:
        return replace(found, level=min(found.level, Level.READER))
    return found


def _by_token(services: Services) -> Identity | None:
    given = _given_token(services.settings)
    if given is None:
        return None
    if _is_shared(given, services.settings):
        return Identity(Level.ADMIN, SHARED_TOKEN)
    found = services.credentials.find_token(given)
    if found is None or found.token_id is None:
        return Identity(Level.NOBODY, problem=TOKEN_UNKNOWN())
    touch = partial(services.credentials.touch_token, found.token_id)
    credited = _credited(found, touch)
    name = f"{credited.name}, token {found.token_id}"
    return replace(credited, name=name, token_id=found.token_id)


def _given_token(settings: Settings) -> str | None:
    """Return the token given: Bearer (RFC 6750), the password of Basic, which feed readers can
    send, or a form's field.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        # WSGI hands headers over as Latin-1 (PEP 3333).
        return given.strip().encode("latin-1", "replace").decode("utf-8", "replace")
    sent = request.authorization if given.isascii() else None  # Werkzeug fails on other Base64
    password = sent.password if sent else None
    if password and (password.startswith(TOKEN_PREFIX) or _is_shared(password, settings)):
        return password
    if settings.token and request.method not in SAFE_METHODS:
        return request.form.get("token")
    return None


def _is_shared(given: str, settings: Settings) -> bool:
    token = settings.token
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _by_session(services: Services) -> Identity | None:
    secret = request.cookies.get(session_cookie())
    found = services.credentials.find_session(secret) if secret else None
    if secret is None or found is None:
        return None
    touch = partial(services.credentials.touch_session, secret)
    return replace(_credited(found, touch), by_cookie=True)


def _by_place(services: Services) -> Identity:
    """Judge by the client's address. Without accounts this machine is trusted, and a token protects
    writing.
    """
    settings = services.settings
    may_sign_in = services.accounts.any()
    if not may_sign_in:
        name = THIS_MACHINE if is_this_machine() else UNKNOWN
        if settings.token:
            return Identity(Level.READER, name, may_give_token=not settings.read_only)
        if name == THIS_MACHINE:
            return Identity(Level.ADMIN, name)
    everyone = settings.public or (settings.read_only and not may_sign_in)
    return Identity(Level.VISITOR if everyone else Level.NOBODY, may_sign_in=may_sign_in)


def _credited(found: Credential, touch: Callable[[], None]) -> Identity:
    """Set `touch` if the last recorded use is long enough ago."""
    lately = format_utc(datetime.now(UTC) - TOUCHED_EVERY)
    noted = found.used is not None and found.used > lately
    account = found.account
    return Identity(LEVELS[found.role], account.name, account, touch=None if noted else touch)


def client_network() -> str:
    """Return the client's address; for IPv6 the /64, which belongs to one customer."""
    try:
        address = ipaddress.ip_address(client_address())
    except ValueError:
        return client_address()
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
