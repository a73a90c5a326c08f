"""The audit log: who wrote what, from where, and the outcome; never a text or a secret."""

import getpass
import logging
import shlex

from flask import Flask, Response, request

from archive.errors import StoreError
from web.context import current_route, get_context
from web.http.identity import client_address
from web.request_state import get_request_state
from web.services import Services

COMMAND_LINE = "command line"
MAX_NAMED = 20

logger = logging.getLogger(__name__)


def audit(app: Flask) -> None:
    app.after_request(_note_write)


def note_command(services: Services, path: str, arguments: list[str], code: int) -> None:
    """Record a command that writes, under its user's name in the system."""
    services.audit.record(_system_user(), COMMAND_LINE, path, shlex.join(arguments), f"exit {code}")


def _note_write(response: Response) -> Response:
    """Record a write. Refused strangers are only logged: otherwise they could fill the disk."""
    route, state = current_route(), get_request_state()
    if not route.is_write(request.method):
        return response
    identity, status, changed = state.identity, response.status_code, state.changed
    is_noted = route.audits_refusals and status != 429
    if status >= 400 and not identity.is_known and not is_noted:
        return response
    named = ", ".join(changed[:MAX_NAMED]) + (", ..." if len(changed) > MAX_NAMED else "")
    action = f"{request.method} {request.path}"
    try:
        get_context().services.audit.record(
            identity.name, client_address(), action, named, str(status)
        )
    except StoreError as exc:  # the write has happened, and is answered
        logger.error("the audit could not be written: %s", exc)
    return response


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container the user may have no name
        return "unknown"
