"""Check passwords, open sessions, and limit failed attempts."""

from datetime import UTC, datetime, timedelta

from archive.errors import AccountNotFoundError
from archive.store.accounts import Account, fold_account_name
from archive.store.audit import FailedSignIns
from web.accounts.passwords import is_outdated, rehash_password, verify_password
from web.errors import SignInRefusedError, TooManyRequestsError
from web.request_state import note_changed
from web.services import Services
from web.wordings import SIGN_IN_REFUSED, TOO_MANY_SIGN_INS

WINDOW = timedelta(minutes=15)
# Failed attempts in a window: by one client at one name, by one client, at one name.
MAX_BY_NAME_AND_CLIENT, MAX_BY_CLIENT, MAX_BY_NAME = 5, 20, 100
MAX_NAME_CHARACTERS = 64
NO_ACCOUNT = "a name without an account"


def sign_in(services: Services, name: str, password: str, client: str) -> tuple[Account, str]:
    """Open a session; return the account and the session's secret.

    Raises SignInRefusedError, which does not say what was wrong, and TooManyRequestsError.
    """
    account = check_password(services, name, password, client)
    return account, services.credentials.open_session(account.id)


def check_password(services: Services, name: str, password: str, client: str) -> Account:
    """Return the account if the password is right; raises the errors of `sign_in`."""
    named = fold_account_name(name)[:MAX_NAME_CHARACTERS]
    failed = FailedSignIns(services.store.database, WINDOW)
    _check_tries(failed, named, client)
    failed.record(named, client)  # counted first, so that simultaneous attempts count too
    account = _find(services, named)
    # Never store what was typed: it may be a password in the wrong field.
    note_changed(account.name if account else NO_ACCOUNT)
    right = verify_password(password, account.password_hash if account else None)
    if account is None or account.closed or not right:
        raise SignInRefusedError(SIGN_IN_REFUSED())
    failed.forget(named, client)
    if is_outdated(account.password_hash):
        services.accounts.renew_hash(account.name, rehash_password(password))
    return account


def _find(services: Services, name: str) -> Account | None:
    try:
        return services.accounts.find(name)
    except AccountNotFoundError:
        return None


def _check_tries(failed: FailedSignIns, name: str, client: str) -> None:
    limits = (
        (name, client, MAX_BY_NAME_AND_CLIENT),
        (None, client, MAX_BY_CLIENT),
        (name, None, MAX_BY_NAME),
    )
    for of_name, of_client, most in limits:
        moments = failed.moments(of_name, of_client)
        if len(moments) >= most:
            free_again = moments[-most] + WINDOW - datetime.now(UTC)
            raise TooManyRequestsError(TOO_MANY_SIGN_INS, max(1, round(free_again.total_seconds())))
