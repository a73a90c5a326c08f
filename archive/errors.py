"""What can go wrong between an outside document and the store.

Each layer has one root error. A leaf names its category, by which the fronts choose an HTTP status
and an exit code, and carries a message: what happened and what to do next.
"""

from enum import Enum, auto
from typing import ClassVar

from archive.messages import Message


class Category(Enum):
    """The kinds of failure that the fronts answer differently."""

    INVALID_QUERY = auto()  # a question that cannot be understood
    INVALID_INPUT = auto()  # what was sent cannot be taken
    NOT_FOUND = auto()
    NO_SUCH_ACCOUNT = auto()
    SIGN_IN_NEEDED = auto()
    FORBIDDEN = auto()
    TOO_MANY_REQUESTS = auto()
    UNREACHABLE = auto()  # another site or server did not answer as needed
    BUSY = auto()  # another process holds what is needed; later it will do
    STALE = auto()  # the index must be built anew
    UNAVAILABLE = auto()  # a part of Hemero, such as the model, does not work now
    MISCONFIGURED = auto()
    DISK = auto()  # files cannot be read or written
    DAMAGED = auto()  # files are not as they were written
    FAILED = auto()


class CodedError(Exception):
    """Base of the layers' root errors: an error whose text is a message."""

    category: ClassVar[Category] = Category.FAILED

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class ArchiveError(CodedError):
    """Root of this layer's errors."""


class UnreadableInputError(ArchiveError):
    """A document that holds no article we can take: empty, binary, oversized or broken."""

    category = Category.INVALID_INPUT


class FieldRefusedError(ArchiveError):
    """A field of an article, such as its address or its date, that cannot be used."""

    category = Category.INVALID_INPUT


class SourceNotFoundError(ArchiveError):
    """A file or folder to add that is not there or cannot be opened."""

    category = Category.NOT_FOUND


class FetchError(ArchiveError):
    """A URL that could not be fetched, or whose answer was refused."""

    category = Category.UNREACHABLE


class BlockedAddressError(FetchError):
    """A URL or redirect that leads to a private, loopback or link-local address."""

    category = Category.INVALID_INPUT


class SiteRulesError(ArchiveError):
    """A file of site rules that cannot be used."""

    category = Category.MISCONFIGURED


class ArticleNotFoundError(ArchiveError):
    """No article under this id."""

    category = Category.NOT_FOUND


class JobNotFoundError(ArchiveError):
    """No job under this id."""

    category = Category.NOT_FOUND


class SavedSearchNotFoundError(ArchiveError):
    """No saved search under this id."""

    category = Category.NOT_FOUND


class SavedSearchLimitError(ArchiveError):
    """More searches than an archive keeps."""

    category = Category.INVALID_INPUT


class AccountNotFoundError(ArchiveError):
    """No account of this name."""

    category = Category.NO_SUCH_ACCOUNT


class AccountRefusedError(ArchiveError):
    """An account or a token that cannot be made or changed so."""

    category = Category.INVALID_INPUT


class TokenNotFoundError(ArchiveError):
    """No API token under this number."""

    category = Category.NOT_FOUND


class StoreError(ArchiveError):
    """The store cannot be opened, read or written."""

    category = Category.DISK


class DamagedRowError(StoreError):
    """An article, an earlier version or a kept page that is not as it was stored."""

    category = Category.DAMAGED


class BackupError(ArchiveError):
    """A backup that cannot be made or restored here; nothing was changed."""

    category = Category.DISK


class DamagedBackupError(UnreadableInputError):
    """A backup that is not as it was made."""


class NotAFeedError(UnreadableInputError):
    """A document that is no feed, or one that is refused."""


class FeedNotFoundError(SourceNotFoundError):
    """No feed is subscribed under this address."""


class PollLockedError(ArchiveError):
    """Another process polls the feeds of this archive."""

    category = Category.BUSY


class RobotsForbiddenError(FetchError):
    """The site's robots.txt asks us not to fetch this address."""


class RobotsUnreachableError(FetchError):
    """A site whose robots.txt cannot be had, so that nothing of it is fetched for now."""


class PageRefusedError(FetchError):
    """A page that is not there or not for us (4xx): asking again would not help."""


class HostClosedError(FetchError):
    """A host that asked for quiet (Retry-After): no request was made."""

    def __init__(self, message: Message, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
