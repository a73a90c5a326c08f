"""Everything that can go wrong between an outside document and the store.

Each message is one line that says what happened and what to do next.
"""


class ArchiveError(Exception):
    """Root of this layer's errors."""


class UnreadableInputError(ArchiveError, ValueError):
    """A document that holds no article we can take: empty, binary, oversized or broken."""


class SourceNotFoundError(ArchiveError, FileNotFoundError):
    """A file or folder to add that is not there or cannot be opened."""


class FetchError(ArchiveError, OSError):
    """A URL that could not be fetched, or whose answer was refused."""


class BlockedAddressError(FetchError):
    """A URL or redirect that leads to a private, loopback or link-local address."""


class SiteRulesError(ArchiveError, ValueError):
    """A file of site rules that cannot be used."""


class ArticleNotFoundError(ArchiveError, LookupError):
    """No article under this id."""


class JobNotFoundError(ArchiveError, LookupError):
    """No job under this id."""


class SavedSearchNotFoundError(ArchiveError, LookupError):
    """No saved search under this id."""


class SavedSearchLimitError(ArchiveError, ValueError):
    """More searches than an archive keeps."""


class AccountNotFoundError(ArchiveError, LookupError):
    """No account of this name."""


class AccountRefusedError(ArchiveError, ValueError):
    """An account or a token that cannot be made or changed so."""


class TokenNotFoundError(ArchiveError, LookupError):
    """No API token under this number."""


class StoreError(ArchiveError, OSError):
    """The store cannot be opened, read or written."""


class DamagedRowError(StoreError):
    """An article, an earlier version or a kept page that is not as it was stored."""


class BackupError(ArchiveError, OSError):
    """A backup that cannot be made or restored here; nothing was changed."""


class DamagedBackupError(UnreadableInputError):
    """A backup that is not as it was made."""
