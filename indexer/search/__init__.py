"""Search: retrieve, rank, page. One path for pages, API, command line and evaluation."""

from indexer.search.service import SearchService

__all__ = ["SearchService"]
