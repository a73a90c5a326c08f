"""What can go wrong with feeds. Each message is one line: what happened, what to do next."""

from archive.errors import ArchiveError, FetchError, SourceNotFoundError, UnreadableInputError


class NotAFeedError(UnreadableInputError):
    """A document that is no feed, or one that is refused."""


class FeedNotFoundError(SourceNotFoundError):
    """No feed is subscribed under this address."""


class PollLockedError(ArchiveError, OSError):
    """Another process polls the feeds of this archive."""


class RobotsForbiddenError(FetchError):
    """The site's robots.txt asks us not to fetch this address."""


class RobotsUnreachableError(FetchError):
    """A site whose robots.txt cannot be had, so that nothing of it is fetched for now."""


class PageRefusedError(FetchError):
    """A page that is not there or not for us (4xx): asking again would not help."""


class HostClosedError(FetchError):
    """A host that asked for quiet (Retry-After): no request was made."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
