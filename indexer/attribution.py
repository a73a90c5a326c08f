"""Authors, sections and tags of a query or a filter, resolved to the ids of their articles."""

from dataclasses import replace
from functools import cache

from archive.model import ArticleFilter
from archive.stats.attribution import CreditColumn, each_credit
from archive.store.articles import ArticleStore
from archive.store.database import Database
from indexer.analysis import holds_run
from indexer.query import CreditLookup
from indexer.query.records import NO_ARTICLE, Credit, Parts


def credit_lookup(database: Database) -> CreditLookup:
    """Return a lookup of the articles whose author, section or tag contains a run of folded words.

    It reads each column once, so it should live for one query only.
    """

    @cache
    def named(credit: CreditColumn) -> list[tuple[int, str]]:
        return list(each_credit(database, credit))

    def find(credit: Credit, parts: Parts) -> tuple[int, ...]:
        if credit == "source":
            return ()
        return tuple(dict.fromkeys(i for i, name in named(credit) if holds_run(name, parts)))

    return find


def settle_filter(wanted: ArticleFilter, store: ArticleStore) -> ArticleFilter:
    """Replace what no index holds by the ids of the articles that pass the filter."""
    if not any((wanted.sections, wanted.authors, wanted.tags, wanted.collections)):
        return wanted
    ids = tuple(store.article_ids(wanted)) or NO_ARTICLE
    return replace(wanted, sections=(), authors=(), tags=(), collections=(), article_ids=ids)
