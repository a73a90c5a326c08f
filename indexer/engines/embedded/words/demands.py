"""Which articles hold every word of a query: sets of rows, nothing ranked."""

from collections.abc import Collection, Sequence

import numpy as np

from indexer.engines.embedded.storage.articles import Mask
from indexer.engines.embedded.words.conditions import meeting
from indexer.engines.embedded.words.snapshot import KeywordSnapshot
from indexer.query.records import Form, HasPhrase, HasPrefix, HasWord, Parts, Query
from indexer.query.required_words import only_exclude
from indexer.query.stop_words import asked_words
from indexer.stop_words import is_stop_word


def holding_all(keyword: KeywordSnapshot, query: Query) -> Mask:
    """The articles that hold each word asked of their language in one of its forms, in any
    inflection (`asked_words`).

    Where no word is asked, and no condition says what to find, no article is among them.
    """
    asked = asked_words(query, keyword.articles.languages)
    held = np.ones(len(keyword.articles), np.bool_)
    if query.words and only_exclude(query.conditions):
        held = _in_languages(keyword, [code for code, words in asked.items() if words])
    for word in query.words:
        asking = _in_languages(keyword, [code for code, words in asked.items() if word in words])
        # Elsewhere the word, which may be expensive to look up, decides nothing.
        if (held & asking).any():
            held &= ~asking | _holding_any(keyword, word.forms)
    return held


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
        held &= _saying_nothing(keyword, form.parts, part) | meeting(keyword, HasWord((part,)))
    return held


def _saying_nothing(keyword: KeywordSnapshot, parts: Parts, part: str) -> Mask:
    """The articles in whose language this one of several parts is a stop word."""
    languages = keyword.articles.languages if len(parts) > 1 else ()
    return _in_languages(keyword, [code for code in languages if is_stop_word(part, code)])


def _in_languages(keyword: KeywordSnapshot, languages: Collection[str]) -> Mask:
    codes = [n for n, language in enumerate(keyword.articles.languages) if language in languages]
    return np.isin(keyword.articles.language_codes, codes)
