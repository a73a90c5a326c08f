"""What can go wrong in the fronts themselves, and which status or exit code any error gets."""

from archive.errors import Category, CodedError
from archive.messages import Template
from web.wordings import MINUTES, SECONDS


class WebError(CodedError):
    """Root of this layer's errors."""


class SettingsError(WebError):
    """A setting that is unknown or cannot be used."""

    category = Category.MISCONFIGURED


class WriteRefusedError(WebError):
    """A write by someone who may not write."""

    category = Category.FORBIDDEN


class SignInNeededError(WebError):
    """A request by a stranger for what not everyone may do."""

    category = Category.SIGN_IN_NEEDED


class SignInRefusedError(WebError):
    """A name and a password that do not open an account."""

    category = Category.SIGN_IN_NEEDED


class TooManyRequestsError(WebError):
    """More requests than one client may send in a while."""

    category = Category.TOO_MANY_REQUESTS

    def __init__(self, template: Template, retry_after_seconds: int) -> None:
        """The template says how long to wait, by its parameter `wait`."""
        seconds, minutes = retry_after_seconds, -(-retry_after_seconds // 60)
        wait = SECONDS(number=seconds) if seconds < 120 else MINUTES(number=minutes)
        super().__init__(template(wait=wait))
        self.retry_after_seconds = retry_after_seconds


class SavedSearchRefusedError(WebError):
    """A name or an address of a saved search that cannot be used."""

    category = Category.INVALID_INPUT


class AlertError(WebError):
    """An alert that its receiver did not take."""

    category = Category.UNREACHABLE


class ArchiveInUseError(WebError):
    """A server has the archive open that is to be replaced."""

    category = Category.BUSY


class SavedLockedError(WebError):
    """Another process checks the saved searches."""

    category = Category.BUSY


# HTTP status and exit code of the command line, as sysexits.h numbers them.
STATUSES = {
    Category.INVALID_QUERY: (400, 64),
    Category.INVALID_INPUT: (422, 65),
    Category.NOT_FOUND: (404, 66),
    Category.NO_SUCH_ACCOUNT: (404, 67),
    Category.SIGN_IN_NEEDED: (401, 77),
    Category.FORBIDDEN: (403, 77),
    Category.TOO_MANY_REQUESTS: (429, 75),
    Category.UNREACHABLE: (422, 69),
    Category.BUSY: (503, 75),
    Category.STALE: (503, 75),
    Category.UNAVAILABLE: (503, 69),
    Category.MISCONFIGURED: (500, 78),
    Category.DISK: (500, 74),
    Category.DAMAGED: (500, 74),
    Category.FAILED: (500, 74),
}


def http_status(error: CodedError) -> int:
    return STATUSES[error.category][0]


def exit_code(error: CodedError) -> int:
    return STATUSES[error.category][1]
