"""Suggestions while a query is typed: names by the start of any of their words, then titles.

Names come from SQLite by way of a table in memory, titles from the engine. The model is not used.
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
MIN_CHARACTERS, MAX_CHARACTERS = 2, 100
# Too many words begin with the same letter to tell which is meant.
MIN_PREFIX_CHARACTERS = 2
MAX_TYPED_WORDS = 8
MAX_SUGGESTIONS, MAX_NAMES = 8, 3
# More titles than are shown, because copies and equal titles are dropped.
TITLE_DEPTH = 32
MAX_NAMES_OF_A_KIND = 50_000
MAX_NAME_WORDS = 6
MAX_NAME_CHARACTERS = 100
MAX_NAMES_MATCHED = 5_000
# A table of names is kept for at least this many times the time it took to make.
MIN_LIFE_RATIO = 10
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Name:
    """An author, section or outlet, and the number of its articles."""

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
        """At most MAX_SUGGESTIONS: the most frequent names, then the newest articles whose title
        contains all the words, the last of them as a prefix."""
        if not MIN_CHARACTERS <= len(typed.strip()) <= MAX_CHARACTERS:
            return []
        words = tuple(token.folded for token in tokenize(typed))
        if not words or len(words) > MAX_TYPED_WORDS:
            return []
        names = self._names.current().find(" ".join(words), MAX_NAMES)
        return [*names, *self._find_titles(words, MAX_SUGGESTIONS - len(names))]

    def _find_titles(self, words: Sequence[str], limit: int) -> list[Article]:
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
        return list(titles.values())[:limit]


class NameTable:
    """The archive's names in memory, counted again when the store has changed.

    Counting takes at most a tenth of the time. Safe for many threads: while one counts, the others
    use the old table.
    """

    def __init__(self, store: ArticleStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._names: Names | None = None
        self._seq = -1
        self._kept_until = 0.0

    def current(self) -> "Names":
        names, seq = self._names, self._store.last_seq()
        if names is not None and (seq == self._seq or self._clock() < self._kept_until):
            return names
        if not self._lock.acquire(blocking=names is None):
            return names or Names(())
        try:
            return self._count(seq)
        finally:
            self._lock.release()

    def _count(self, seq: int) -> "Names":
        if self._names is not None and seq == self._seq:
            return self._names
        started = self._clock()
        self._names = Names(
            Name(kind, text, articles)
            for kind in NAME_KINDS
            for text, articles in count_names(self._store.database, kind, MAX_NAMES_OF_A_KIND)
        )
        ended = self._clock()
        self._seq, self._kept_until = seq, ended + MIN_LIFE_RATIO * (ended - started)
        return self._names


class Names:
    """Names sorted by each of their words, for lookup by prefix."""

    def __init__(self, names: Iterable[Name]) -> None:
        entries = sorted(
            ((key, name) for name in names for key in _word_starts(name.text)),
            key=lambda entry: entry[0],
        )
        self._keys = [key for key, _ in entries]
        self._names = [name for _, name in entries]

    def find(self, beginning: str, limit: int) -> list[Name]:
        """The most frequent names that begin so from one of their words on."""
        first = bisect_left(self._keys, beginning)
        last = bisect_left(self._keys, beginning + LAST_CHARACTER)
        matching = dict.fromkeys(self._names[first : min(last, first + MAX_NAMES_MATCHED)])
        return nlargest(limit, matching, key=lambda name: name.articles)


def _word_starts(name: str) -> list[str]:
    """The folded name from each of its words on."""
    words = [token.folded for token in tokenize(name[:MAX_NAME_CHARACTERS])]
    return [" ".join(words[n:]) for n in range(min(len(words), MAX_NAME_WORDS))]


def _title_conditions(words: Sequence[str]) -> tuple[Condition, ...]:
    whole = tuple(HasWord((word,), in_title=True) for word in words[:-1])
    if len(words[-1]) < MIN_PREFIX_CHARACTERS:
        return whole
    return (*whole, HasPrefix(words[-1], in_title=True))
