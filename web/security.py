"""Who may write, and what every answer tells the browser."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import SecurityError

from web.errors import SettingsError, WriteRefusedError
from web.settings import Settings

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LARGEST_REQUEST_BYTES = 100_000_000
LARGEST_FIELD_BYTES = 12_000_000
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address or name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(settings: Settings) -> None:
    """Raises SettingsError where other machines could write without a token."""
    if not is_loopback(settings.host) and not settings.token and not settings.read_only:
        raise SettingsError(
            f"on {settings.host} other machines could add and remove articles;"
            " set HEMERO_TOKEN to a secret, or start with --read-only"
        )


def protect(app: Flask, settings: Settings) -> None:
    """Guard the app's writes, trust no foreign Host header, and set the headers."""
    local = {*LOCAL_HOSTS, settings.host} if is_loopback(settings.host) else set()
    app.config["HEMERO_HOSTS"] = local | set(settings.trusted_hosts)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FIELD_BYTES
    app.before_request(_guard_host)
    app.before_request(_guard_write)
    app.after_request(_set_headers)


def may_write() -> bool:
    """Whether a write of this client could be taken, a token provided where one is set."""
    settings: Settings = current_app.config["HEMERO_SETTINGS"]
    return not settings.read_only and (bool(settings.token) or _from_this_machine())


def may_watch() -> bool:
    """Whether this client may read the server's figures: from this machine, or with the token."""
    settings: Settings = current_app.config["HEMERO_SETTINGS"]
    return _from_this_machine() or (bool(settings.token) and _token_given(settings.token))


def _guard_host() -> None:
    """Not Flask's TRUSTED_HOSTS, which can trust no IPv6 address."""
    known = current_app.config["HEMERO_HOSTS"]
    if known and urlsplit(f"//{request.host}").hostname not in known:
        raise SecurityError(f"Host {request.host!r} is not trusted.")


def _guard_write() -> None:
    settings: Settings = current_app.config["HEMERO_SETTINGS"]
    if request.method in SAFE_METHODS or request.endpoint in current_app.config["READING_POSTS"]:
        return
    if settings.read_only:
        raise WriteRefusedError("this archive is read-only")
    if not _same_origin():
        raise WriteRefusedError("this form was sent by another site; open the page here instead")
    if settings.token and not _token_given(settings.token):
        raise WriteRefusedError("a token is needed to write: Authorization: Bearer TOKEN")
    if not settings.token and not _from_this_machine():
        raise WriteRefusedError("writes are taken from the archive's own machine alone")


def _same_origin() -> bool:
    """False where the browser says that another site sent this (Fetch Metadata, W3C)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        # Not the scheme: a proxy may have taken the TLS off.
        return urlsplit(origin).netloc == request.host
    return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")


def _token_given(token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = request.form.get("token", "")
    return hmac.compare_digest(given.encode(), token.encode())


def _from_this_machine() -> bool:
    forwarded = any(header in request.headers for header in FORWARDING_HEADERS)
    return not forwarded and is_loopback(request.remote_addr or "")


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
