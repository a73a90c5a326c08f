"""Every write noted: who, from where, what, and what came of it; never a text or a secret."""

import getpass
import logging
import shlex

from flask import Flask, Response, request

from archive.errors import StoreError
from web.context import get_context
from web.http.access import is_write
from web.http.identity import client_address, current_identity
from web.request_notes import current_note
from web.services import Services

COMMAND_LINE = "command line"
SIGN_IN = "signing.sign_in_post"
MOST_NAMED = 20

logger = logging.getLogger(__name__)


def audit(app: Flask) -> None:
    app.after_request(_note_write)


def note_command(services: Services, path: str, arguments: list[str], code: int) -> None:
    """Note a command that writes, under the system's name of its user."""
    services.audit.record(_system_user(), COMMAND_LINE, path, shlex.join(arguments), f"exit {code}")


def _note_write(response: Response) -> Response:
    """Strangers who are refused leave a line in the log alone: else they could fill the disk."""
    if not is_write(request.endpoint, request.method):
        return response
    identity, status = current_identity(), response.status_code
    if status >= 400 and not identity.is_known and (request.endpoint != SIGN_IN or status == 429):
        return response
    note = current_note.get()
    changed = note.changed if note else []
    named = ", ".join(changed[:MOST_NAMED]) + (", ..." if len(changed) > MOST_NAMED else "")
    action = f"{request.method} {request.path}"
    try:
        get_context().services.audit.record(
            identity.name, client_address(), action, named, str(status)
        )
    except StoreError as exc:  # what was done is done, and is answered
        logger.error("the audit could not be written: %s", exc)
    return response


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number alone
        return "unknown"
