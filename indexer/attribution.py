"""Tags and collections of a query or a filter, resolved to the ids of their articles.

They change without a change of the article, so no index holds them.
"""

from dataclasses import replace

from archive.model import ArticleFilter
from archive.stats.attribution import each_tag
from archive.store.articles import ArticleStore
from archive.store.database import Database
from indexer.analysis import holds_run
from indexer.query import TagLookup
from indexer.query.records import NO_ARTICLE, Parts


def tag_lookup(database: Database) -> TagLookup:
    """Return a lookup of the articles one of whose tags contains a run of folded words."""

    def find(parts: Parts) -> tuple[int, ...]:
        return tuple(dict.fromkeys(i for i, tag in each_tag(database) if holds_run(tag, parts)))

    return find


def resolve_filter(wanted: ArticleFilter, store: ArticleStore) -> ArticleFilter:
    """Replace what no index holds by the ids of the articles that pass the filter."""
    if not any((wanted.tags, wanted.collections)):
        return wanted
    ids = tuple(store.article_ids(wanted)) or NO_ARTICLE
    return replace(wanted, tags=(), collections=(), article_ids=ids)
