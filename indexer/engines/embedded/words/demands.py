"""Which articles hold every word of a query: sets of rows, nothing ranked."""

from collections.abc import Sequence

import numpy as np

from indexer.analysis import is_stop_word
from indexer.engines.embedded.storage.articles import Mask
from indexer.engines.embedded.words.conditions import meeting
from indexer.engines.embedded.words.snapshot import KeywordSnapshot
from indexer.query.records import Form, HasPhrase, HasPrefix, HasWord, Parts, Query
from indexer.query.required_words import only_exclude


def holding_all(keyword: KeywordSnapshot, query: Query) -> Mask:
    """The articles that hold each of the query's words in one of its forms, in any inflection.

    A stop word of an article's language is asked of none of that language; where that leaves
    nothing to ask for, and no condition says what to find, no article of it is among them.
    """
    held = np.ones(len(keyword.articles), np.bool_)
    asked = np.full(len(keyword.articles), _asks(query), np.bool_)
    for word in query.words:
        silent = _are_stop_words(keyword, word.parts)
        asked |= ~silent
        # Elsewhere the word, which may be dear to look up, decides nothing.
        if (held & ~silent).any():
            held &= silent | _holding_any(keyword, word.forms)
    return held & asked


def _asks(query: Query) -> bool:
    """Whether its conditions say what to find, or no words are there to say it."""
    return not query.words or not only_exclude(query.conditions)


def _holding_any(keyword: KeywordSnapshot, forms: Sequence[Form]) -> Mask:
    """What is written in one piece must stand in one, or its parts side by side."""
    in_one = {form.parts for form in forms if form.kind == "together"}
    held = np.zeros(len(keyword.articles), np.bool_)
    for form in forms:
        if form.kind != "apart" or form.parts not in in_one:
            held |= _holding_form(keyword, form)
    return held


def _holding_form(keyword: KeywordSnapshot, form: Form) -> Mask:
    if form.kind == "prefix":
        return meeting(keyword, HasPrefix(form.parts[0]))
    if form.kind == "together":
        return meeting(keyword, HasPhrase(form.parts))
    held = np.ones(len(keyword.articles), np.bool_)
    for part in dict.fromkeys(form.parts):
        held &= _are_stop_words(keyword, (part,)) | meeting(keyword, HasWord((part,)))
    return held


def _are_stop_words(keyword: KeywordSnapshot, parts: Parts) -> Mask:
    """The articles in whose language all of these say nothing."""
    codes = [
        code
        for code, language in enumerate(keyword.articles.languages)
        if all(is_stop_word(part, language) for part in parts)
    ]
    return np.isin(keyword.articles.language_codes, codes)
