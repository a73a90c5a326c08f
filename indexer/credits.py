"""Authors and sections of a query or a filter, settled as the ids of their articles."""

from dataclasses import replace

from archive.credits import each_credit
from archive.database import Database
from archive.model import ArticleFilter
from archive.store import ArticleStore
from indexer.analysis import holds_run
from indexer.query import CreditLookup
from indexer.query.records import NO_ARTICLE, Credit, Parts


def credit_lookup(database: Database) -> CreditLookup:
    """The articles whose author, or section, holds these folded words in a row."""

    def find(credit: Credit, parts: Parts) -> tuple[int, ...]:
        if credit == "source":
            return ()
        named = each_credit(database, credit)
        return tuple(dict.fromkeys(i for i, name in named if holds_run(name, parts)))

    return find


def settle_filter(wanted: ArticleFilter, store: ArticleStore) -> ArticleFilter:
    """The filter with sections and authors as the ids of all articles that pass it."""
    if not wanted.sections and not wanted.authors:
        return wanted
    ids = tuple(store.article_ids(wanted))
    return replace(wanted, sections=(), authors=(), article_ids=ids or NO_ARTICLE)
