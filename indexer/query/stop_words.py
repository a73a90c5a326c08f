"""Which words of a query are asked of the articles of each language. Pure.

Stop words say nothing beside other words, and are what is sought where nothing else is: "MES",
"elle", "to be or not to be".
"""

from collections.abc import Iterable

from indexer.query.records import Query, Word
from indexer.stop_words import is_stop_word

# A stop word is in most articles, so each is dear to read.
MAX_STOP_WORDS = 8


def asked_words(query: Query, languages: Iterable[str]) -> dict[str, frozenset[Word]]:
    """For each of the archive's languages the words of the query that are asked of its articles.

    These are the words that are no stop words of the language; none, if there are such words in
    another language alone; and if there are in none, the first MAX_STOP_WORDS words.
    """
    asked = {
        language: frozenset(word for word in query.words if not is_silent(word, language))
        for language in languages
    }
    if any(asked.values()):
        return asked
    return dict.fromkeys(asked, frozenset(query.words[:MAX_STOP_WORDS]))


def is_silent(word: Word, language: str) -> bool:
    """Whether all of the word is stop words of the language, and written as such."""
    return not word.telling and all(is_stop_word(part, language) for part in word.parts)
