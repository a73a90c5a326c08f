"""The query language: words are ranked, "a phrase" must occur, -word must not. Pure."""

import unicodedata
from dataclasses import dataclass

import regex

from archive.normalize import clean_line
from indexer.analysis import tokenize
from indexer.errors import QueryError

MOST_WORDS = 64
LONGEST_MEANING_CHARACTERS = 2_000
_PART = regex.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»＂", '""""""')


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood.

    `meaning` is the text for the embedder, `words` the folded words to rank by, `phrases` runs of
    folded words that must occur, `excluded` runs of them that must not.
    """

    meaning: str
    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()


def plain_query(text: str) -> Query:
    """The text as words alone, whatever signs it holds. Raises QueryError as parse_query does."""
    meaning = _clean(text)[:LONGEST_MEANING_CHARACTERS]
    return Query(meaning, _folded_words(meaning))


def parse_query(text: str) -> Query:
    """Raises QueryError for a query without a letter, figure or sign to search for."""
    phrases, excluded, kept = [], [], []
    for part in _PART.finditer(_clean(text).translate(_QUOTES)):
        tokens = tokenize(part["phrase"] or part["word"] or "")
        words = tuple(token.folded for token in tokens[:MOST_WORDS])
        if words and part["minus"]:
            excluded.append(words)
            continue
        if words and part["phrase"]:
            phrases.append(words)
        kept.append(part["phrase"] or part["word"] or "")
    meaning = " ".join(filter(None, kept))[:LONGEST_MEANING_CHARACTERS]
    bounded = tuple(phrases[:MOST_WORDS]), tuple(excluded[:MOST_WORDS])
    return Query(meaning, _folded_words(meaning), *bounded)


def _clean(text: str) -> str:
    cleaned = clean_line(text)
    if not any(unicodedata.category(character)[0] in "LNS" for character in cleaned):
        raise QueryError("nothing to search for; type a word, a name or a question")
    return cleaned


def _folded_words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token.folded for token in tokenize(text)))[:MOST_WORDS]
