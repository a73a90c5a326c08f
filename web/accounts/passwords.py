"""Passwords: their rules, hashing and verification."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from archive.errors import AccountRefusedError
from web.wordings import BAD_PASSWORD_LENGTH, PASSWORD_EASILY_GUESSED

MIN_CHARACTERS, MAX_CHARACTERS = 12, 256
# Argon2id takes 64 MiB each time (RFC 9106, second choice): not many at once for strangers.
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHasher()


def hash_password(password: str, name: str = "") -> str:
    """Return an Argon2id hash with salt and costs. Raises AccountRefusedError for a bad password.

    The rules require length, not kinds of characters (NIST SP 800-63B-4, 3.1.1.2).
    """
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        bounds = {"least": MIN_CHARACTERS, "most": MAX_CHARACTERS}
        raise AccountRefusedError(BAD_PASSWORD_LENGTH(**bounds))
    if len(set(password.casefold())) < 4 or (name and name.casefold() in password.casefold()):
        raise AccountRefusedError(PASSWORD_EASILY_GUESSED())
    return rehash_password(password)


def rehash_password(password: str) -> str:
    """Hash a password that was accepted before, perhaps by older rules."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether it matches; without a hash, as for unknown names, this takes as long."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash or _nobodys_hash(), password[:MAX_CHARACTERS])
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other costs than the current ones."""
    return _HASHER.check_needs_rehash(password_hash)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody's")
