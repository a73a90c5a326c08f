"""Suggestions while a query is typed: names by the beginning of any of their words, then titles.

Names come from SQLite through a table in memory, titles from the engine; the model is never asked.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from threading import Lock
from typing import Literal

from archive.model import Article
from archive.stats.attribution import count_names
from archive.stats.facets import FacetStore
from archive.store.articles import ArticleStore
from indexer.analysis import tokenize
from indexer.engines.port import RetrievalRequest, SearchEngine
from indexer.query.records import Condition, HasPrefix, HasWord, Query
from indexer.ranking.listing import make_listing

NameKind = Literal["author", "section", "source"]
NAME_KINDS: tuple[NameKind, ...] = ("author", "section", "source")
SHORTEST_CHARACTERS, LONGEST_CHARACTERS = 2, 100
# One letter begins too many words to say which are meant.
SHORTEST_PREFIX = 2
MOST_TYPED_WORDS = 8
MOST_SUGGESTIONS, MOST_NAMES = 8, 3
# Copies and namesakes fall away from so many titles.
TITLE_DEPTH = 32
MOST_NAMES_HELD = 50_000
MOST_WORDS_OF_NAME = 6
LONGEST_NAME_CHARACTERS = 100
MOST_NAMES_MATCHED = 5_000
# A table of names is kept at least so many times as long as it took to make.
LEAST_USES_OF_WORK = 10
LAST_SIGN = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Name:
    """An author, section or outlet, and how many articles bear it."""

    kind: NameKind
    text: str
    articles: int


Suggestion = Name | Article


class SuggestionService:
    """Answers from one engine and one store. Safe for many threads."""

    def __init__(self, store: ArticleStore, engine: SearchEngine) -> None:
        self._store = store
        self._facets = FacetStore(store.database)
        self._engine = engine
        self._names = NameTable(store)

    def suggest(self, typed: str) -> list[Suggestion]:
        """At most MOST_SUGGESTIONS: the most frequent names, then the newest articles whose title
        holds all the words, the last of them as a beginning."""
        if not SHORTEST_CHARACTERS <= len(typed.strip()) <= LONGEST_CHARACTERS:
            return []
        words = tuple(token.folded for token in tokenize(typed))
        if not words or len(words) > MOST_TYPED_WORDS:
            return []
        names = self._names.current().find(" ".join(words), MOST_NAMES)
        return [*names, *self._find_titles(words, MOST_SUGGESTIONS - len(names))]

    def _find_titles(self, words: Sequence[str], most: int) -> list[Article]:
        """The newest first, one for each title and each cluster of copies."""
        conditions = _title_conditions(words)
        if not conditions:
            return []
        query = Query(meaning="", words=(), conditions=conditions)
        hits = self._engine.retrieve(RetrievalRequest(query, None, depth=TITLE_DEPTH)).keyword
        ranked = [hit.article_id for hit in hits]
        shown = make_listing(ranked, self._facets.facts(ranked))
        titles: dict[str, Article] = {}
        for article in self._store.get_many(shown):
            titles.setdefault(article.title, article)
        return list(titles.values())[:most]


class NameTable:
    """The archive's names in memory, counted again when the store has changed, but never for more
    than a tenth of the time. Safe for many threads; while one counts the others use the old."""

    def __init__(self, store: ArticleStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._held: Names | None = None
        self._seq = -1
        self._kept_until = 0.0

    def current(self) -> "Names":
        held, seq = self._held, self._store.last_seq()
        if held is not None and (seq == self._seq or self._clock() < self._kept_until):
            return held
        if not self._lock.acquire(blocking=held is None):
            return held or Names(())
        try:
            return self._count(seq)
        finally:
            self._lock.release()

    def _count(self, seq: int) -> "Names":
        if self._held is not None and seq == self._seq:
            return self._held
        begun = self._clock()
        self._held = Names(
            Name(kind, text, articles)
            for kind in NAME_KINDS
            for text, articles in count_names(self._store.database, kind, MOST_NAMES_HELD)
        )
        ended = self._clock()
        self._seq, self._kept_until = seq, ended + LEAST_USES_OF_WORK * (ended - begun)
        return self._held


class Names:
    """Names in the order of their words' beginnings."""

    def __init__(self, names: Iterable[Name]) -> None:
        entries = sorted(
            ((key, name) for name in names for key in _beginnings(name.text)),
            key=lambda entry: entry[0],
        )
        self._keys = [key for key, _ in entries]
        self._names = [name for _, name in entries]

    def find(self, beginning: str, most: int) -> list[Name]:
        """The most frequent names one of whose words, and what follows it, begins so."""
        first = bisect_left(self._keys, beginning)
        last = bisect_left(self._keys, beginning + LAST_SIGN)
        matching = dict.fromkeys(self._names[first : min(last, first + MOST_NAMES_MATCHED)])
        return nlargest(most, matching, key=lambda name: name.articles)


def _beginnings(name: str) -> list[str]:
    """The folded name from each of its words on."""
    words = [token.folded for token in tokenize(name[:LONGEST_NAME_CHARACTERS])]
    return [" ".join(words[n:]) for n in range(min(len(words), MOST_WORDS_OF_NAME))]


def _title_conditions(words: Sequence[str]) -> tuple[Condition, ...]:
    whole = tuple(HasWord((word,), in_title=True) for word in words[:-1])
    if len(words[-1]) < SHORTEST_PREFIX:
        return whole
    return (*whole, HasPrefix(words[-1], in_title=True))
