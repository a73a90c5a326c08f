"""The errors of this layer, between an article and a ranked answer."""

from archive.errors import Category, CodedError


class IndexerError(CodedError):
    """Root of this layer's errors."""


class ModelError(IndexerError):
    """The embedding model is missing, damaged or failed while encoding."""

    category = Category.UNAVAILABLE


class QueryError(IndexerError):
    """A query or filter that cannot be understood."""

    category = Category.INVALID_QUERY


class StaleIndexError(IndexerError):
    """The index was built with another model, splitter or analyzer version."""

    category = Category.STALE


class CorruptIndexError(IndexerError):
    """Files of the index are missing, truncated or in another format."""

    category = Category.DAMAGED


class IndexWriteError(IndexerError):
    """The index cannot be written: its disk is full or broken, or permissions are missing."""

    category = Category.DISK


class IndexLockedError(IndexerError):
    """Another process is writing the index."""

    category = Category.BUSY


class EngineUnreachableError(IndexerError):
    """The search engine cannot be reached; searches say so instead of failing."""

    category = Category.UNAVAILABLE


class TopicsError(IndexerError):
    """An evaluation folder that is not in TREC format."""

    category = Category.INVALID_INPUT
