"""Example queries that the archive can answer: words from its newest titles. Pure."""

import re
from collections.abc import Iterable

MAX_EXAMPLES = 3
MAX_WORDS = 6
MIN_WORDS = 2
# Mostly articles and prepositions: an example should not end with one.
SHORT_WORD_CHARACTERS = 3
_CLAUSE_END = re.compile(r"\s*[:;,.?!()\[\]|«»“”„\"]+(?:\s+|$)|\s+[-–—:;?!«»]+\s*")


def example_queries(titles: Iterable[str]) -> list[str]:
    """Return up to three different queries. Titles of one clause come first: they shorten best."""
    ordered = sorted(titles, key=lambda title: len(_CLAUSE_END.split(title)))
    queries = dict.fromkeys(map(shorten_title, ordered))
    return [query for query in queries if len(query.split()) >= MIN_WORDS][:MAX_EXAMPLES]


def shorten_title(title: str) -> str:
    """The first words of the title's longest clause.

    >>> shorten_title("Crue : la Sarvelle sort de son lit des deux côtés de la frontière")
    'la Sarvelle sort'
    """
    words = max(_CLAUSE_END.split(title), key=len).strip(' "«»“”„').split()
    kept = words[:MAX_WORDS]
    while len(words) > MAX_WORDS and len(kept[-1]) <= SHORT_WORD_CHARACTERS < len(kept):
        kept.pop()
    return " ".join(kept)
