"""Which articles meet the conditions of a query: sets of rows, for both lists alike."""

import numpy as np

from indexer.analysis import holds_run
from indexer.engines.embedded.storage.articles import ArticleTable, Mask
from indexer.engines.embedded.words.snapshot import KeywordSnapshot
from indexer.engines.embedded.words.writer import EXACT_FIELDS, RANKED_FIELDS
from indexer.query.records import (
    AllOf,
    AnyOf,
    AttributedTo,
    Condition,
    HasPhrase,
    HasPrefix,
    HasWord,
    Not,
    Parts,
    Passes,
    Query,
)


def permitted(keyword: KeywordSnapshot, query: Query) -> Mask:
    """The articles that meet every condition of the query."""
    return meeting(keyword, AllOf(query.conditions))


def meeting(keyword: KeywordSnapshot, condition: Condition) -> Mask:
    """The articles that meet the condition, wherever in them the words lie."""
    if isinstance(condition, AllOf):
        met = np.ones(len(keyword.articles), np.bool_)
        for part in condition.conditions:
            met &= meeting(keyword, part)
        return met
    if isinstance(condition, AnyOf):
        met = np.zeros(len(keyword.articles), np.bool_)
        for part in condition.conditions:
            met |= meeting(keyword, part)
        return met
    if isinstance(condition, Not):
        return ~meeting(keyword, condition.condition)
    return _meeting_alone(keyword, condition)


def _meeting_alone(
    keyword: KeywordSnapshot, condition: HasWord | HasPhrase | HasPrefix | Passes | AttributedTo
) -> Mask:
    if isinstance(condition, Passes):
        return keyword.articles.mask(condition.wanted)
    if isinstance(condition, AttributedTo):
        return _attributed(keyword.articles, condition)
    places = slice(0, 1) if condition.in_title else slice(None)
    met = np.zeros(len(keyword.articles), np.bool_)
    for ranked, exact in zip(RANKED_FIELDS[places], EXACT_FIELDS[places], strict=True):
        if isinstance(condition, HasWord):
            met |= _holding_word(keyword, ranked, exact, condition.parts)
        elif isinstance(condition, HasPhrase):
            met |= keyword.holding(exact, condition.parts, within=condition.within)
        else:
            for word in keyword.expand(condition.prefix):
                met |= keyword.holding(exact, (word,))
    return met


def _holding_word(keyword: KeywordSnapshot, ranked: str, exact: str, parts: Parts) -> Mask:
    """In any inflection of the article's language; several tokens as they stand, or joined."""
    if len(parts) > 1:
        joined = _holding_word(keyword, ranked, exact, ("".join(parts),))
        return joined | keyword.holding(exact, parts)
    met = np.zeros(len(keyword.articles), np.bool_)
    for term, codes in keyword.terms_of(parts[0]).items():
        met |= keyword.holding(ranked, (term,), codes)
    return met


def _attributed(articles: ArticleTable, condition: AttributedTo) -> Mask:
    """By source, section or author; tags are resolved to articles before an engine is asked."""
    if condition.attribution == "tag":
        return np.zeros(len(articles), np.bool_)
    columns = {"source": articles.source, "section": articles.section, "author": articles.authors}
    return columns[condition.attribution].where(lambda name: holds_run(name, condition.parts))
