"""What can go wrong in the fronts themselves, and which status or exit code any error gets."""

from archive.errors import (
    AccountNotFoundError,
    AccountRefusedError,
    ArchiveError,
    ArticleNotFoundError,
    BlockedAddressError,
    CodedError,
    FetchError,
    JobNotFoundError,
    PollLockedError,
    SavedSearchLimitError,
    SavedSearchNotFoundError,
    SiteRulesError,
    SourceNotFoundError,
    TokenNotFoundError,
    UnreadableInputError,
)
from indexer.errors import (
    IndexerError,
    IndexLockedError,
    ModelError,
    QueryError,
    StaleIndexError,
    TopicsError,
)


class WebError(CodedError):
    """Root of this layer's errors."""


class SettingsError(WebError, ValueError):
    """A setting that is unknown or cannot be used."""


class WriteRefusedError(WebError, PermissionError):
    """A write by someone who may not write."""


class SignInNeededError(WebError, PermissionError):
    """Asked by someone unknown for what not everyone may do."""


class SignInRefusedError(WebError, PermissionError):
    """A name and a password that do not open an account."""


class TooManyRequestsError(WebError, RuntimeError):
    """More in a while than one client may ask."""

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        seconds, minutes = retry_after_seconds, -(-retry_after_seconds // 60)
        wait = f"{seconds} s" if seconds < 120 else f"{minutes} minutes"
        super().__init__(f"{message}; wait {wait}, then try again")
        self.retry_after_seconds = retry_after_seconds


class SavedSearchRefusedError(WebError, ValueError):
    """A name or an address of a saved search that cannot be used."""


class AlertError(WebError, OSError):
    """A message that its receiver did not take."""


class ArchiveInUseError(WebError, TimeoutError):
    """A server has the archive open that is to be replaced."""


class SavedLockedError(WebError, TimeoutError):
    """Another process checks the saved searches."""


# The first class that fits decides: HTTP status, exit code of the command line.
STATUSES: dict[type[Exception], tuple[int, int]] = {
    WriteRefusedError: (403, 77),
    SignInNeededError: (401, 77),
    SignInRefusedError: (401, 77),
    TooManyRequestsError: (429, 75),
    AccountNotFoundError: (404, 67),
    AccountRefusedError: (422, 65),
    TokenNotFoundError: (404, 66),
    SettingsError: (500, 78),
    ArticleNotFoundError: (404, 66),
    JobNotFoundError: (404, 66),
    SavedSearchNotFoundError: (404, 66),
    SavedSearchLimitError: (422, 65),
    SavedSearchRefusedError: (422, 65),
    SavedLockedError: (503, 75),
    ArchiveInUseError: (503, 75),
    SiteRulesError: (500, 78),
    QueryError: (400, 64),
    TopicsError: (400, 65),
    SourceNotFoundError: (404, 66),
    UnreadableInputError: (422, 65),
    BlockedAddressError: (422, 65),
    FetchError: (422, 69),
    PollLockedError: (503, 75),
    StaleIndexError: (503, 75),
    IndexLockedError: (503, 75),
    ModelError: (503, 69),
    ArchiveError: (500, 74),
    IndexerError: (500, 74),
}
KNOWN_ERRORS = (ArchiveError, IndexerError, WebError)


def http_status(error: Exception) -> int:
    return _codes(error)[0]


def exit_code(error: Exception) -> int:
    """As sysexits.h numbers them."""
    return _codes(error)[1]


def _codes(error: Exception) -> tuple[int, int]:
    return next((codes for kind, codes in STATUSES.items() if isinstance(error, kind)), (500, 70))
