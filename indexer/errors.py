"""Everything that can go wrong between an article and a ranked answer.

Each message is one line that says what happened and what to do next.
"""

from archive.errors import CodedError


class IndexerError(CodedError):
    """Root of this layer's errors."""


class ModelError(IndexerError, RuntimeError):
    """The embedding model is missing, damaged or failed while encoding."""


class QueryError(IndexerError, ValueError):
    """A query or filter that cannot be understood."""


class StaleIndexError(IndexerError, RuntimeError):
    """The index was built with another model, splitter or analyzer version."""


class CorruptIndexError(IndexerError, OSError):
    """Files of the index are missing, torn or not ours."""


class IndexWriteError(IndexerError, OSError):
    """The index cannot be written: its disk is full, broken or not ours to write."""


class IndexLockedError(IndexerError, TimeoutError):
    """Another process is writing the index."""


class TopicsError(IndexerError, ValueError):
    """An evaluation folder that is not in TREC form."""
