"""Authors and sections in a query, looked up in the store and settled as ids of articles."""

from archive.credits import each_credit
from archive.database import Database
from indexer.analysis import holds_run
from indexer.query import CreditLookup
from indexer.query.records import Credit, Parts


def credit_lookup(database: Database) -> CreditLookup:
    """The articles whose author, or section, holds these folded words in a row."""

    def find(credit: Credit, parts: Parts) -> tuple[int, ...]:
        if credit == "source":
            return ()
        named = each_credit(database, credit)
        return tuple(dict.fromkeys(i for i, name in named if holds_run(name, parts)))

    return find
