"""The port between ranking and whatever holds the index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from archive.messages import Message
from archive.model import DAY_CHARACTERS, ArticleFilter, on_local_clock
from indexer.errors import StaleIndexError
from indexer.query import Query
from indexer.wordings import INDEX_DIFFERS, INDEX_STALE

Vectors = npt.NDArray[np.float32]
MIN_SPELLING_LETTERS, MAX_SPELLING_LETTERS = 3, 32
NO_STATISTICS: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What made an index: another model, splitter, analyzer, engine or format makes another index.

    `format` is that of the engine's own data.
    """

    model: str
    splitter: str
    analyzer: str
    engine: str = ""
    format: str = ""


def check_fingerprint(made_by: Fingerprint | None, expected: Fingerprint) -> None:
    """Raises StaleIndexError, naming the differences, unless the index is empty or as expected."""
    if made_by in (None, expected):
        return
    differing = tuple(
        INDEX_DIFFERS(part=part, held=getattr(made_by, part), expected=getattr(expected, part))
        for part in ("model", "splitter", "analyzer", "engine", "format")
        if getattr(made_by, part) != getattr(expected, part)
    )
    raise StaleIndexError(INDEX_STALE(differences=differing))


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """The whole state of an article in the index.

    `vectors` has one row of unit length for each passage, in the order of their ordinals:
    (passages, dimension); its values are exact in half precision.
    """

    id: int
    title: str
    text: str
    source: str | None
    language: str
    published: str | None
    vectors: Vectors
    authors: tuple[str, ...] = ()
    section: str | None = None
    published_offset: int | None = None

    @property
    def day(self) -> str | None:
        """The day on its publisher's clock, or the month or year, as `Article.day`."""
        local = on_local_clock(self.published, self.published_offset)
        return local[:DAY_CHARACTERS] if local else None

    @property
    def moment(self) -> tuple[str, str]:
        """Its place among all, the oldest first: by day, then by time; "" if it is undated."""
        return self.day or "", self.published or ""


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """The language of an article in the index and its vectors, as `IndexedArticle` has them."""

    language: str
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class IndexBatch:
    """New states of some articles and the ids of those that are gone."""

    fingerprint: Fingerprint
    articles: tuple[IndexedArticle, ...]
    deleted_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    """What to look for; a list whose input is None stays empty.

    `depth` bounds each list; `rest` more articles of the keyword list are returned apart. `filter`
    and the query's phrases and exclusions hold for both lists. With `counted` everything that
    matches is counted if articles are left out of the keyword list and its rest.
    """

    keyword: Query | None
    vector: Vectors | None
    filter: ArticleFilter = field(default_factory=ArticleFilter)
    depth: int = 200
    rest: int = 0
    counted: bool = False


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """An article by its words: its score, the share of a perfect match's score, and the share of
    the query's words that it holds, each 0 to 1.

    All are defined in `indexer.engines.scoring`.
    """

    article_id: int
    score: float
    share: float
    held: float
    language: str


@dataclass(frozen=True, slots=True)
class WordGain:
    """What a word, or a pair of words side by side, adds to an article's keyword score."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class CosineSpread:
    """Mean and standard deviation of a query's cosines over the passages of one language."""

    mean: float
    deviation: float
    passages: int

    def standardize(self, cosine: float) -> float:
        """How many deviations above the mean: a figure that compares across languages."""
        return (cosine - self.mean) / self.deviation


@dataclass(frozen=True, slots=True)
class DenseHit:
    """A passage by its meaning: the cosine of its vector with the query's."""

    passage_id: int
    cosine: float
    language: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many articles there are in all, from each source, in each language and section, by each
    author, and on each day on its publisher's clock (2021-12-03; 2021-12 or 2021 where no more is
    known); an article without a source, section, author or
    date is not among those.
    """

    total: int
    sources: Mapping[str, int]
    languages: Mapping[str, int]
    sections: Mapping[str, int]
    days: Mapping[str, int]
    authors: Mapping[str, int]

    @property
    def undated(self) -> int:
        return self.total - sum(self.days.values())


@dataclass(frozen=True, slots=True)
class KeywordMatches:
    """All articles that the keyword list would hold if it had no end, counted.

    `dense_ids` are those of them whose passages are in the dense list.
    """

    counts: Counts
    dense_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Both lists, best first, and what makes their scores comparable across languages.

    The dense list holds the `depth` nearest passages of each language. `coverage` is the share of
    the query's words, 0 to 1, that the articles of a language hold at all. `statistics` are those
    of the commit that answers, as they were given to it; an engine elsewhere keeps them at hand,
    and sends no more than changes. From them `indexer.ranking.statistics` derives `spreads`, which
    tell how the query's cosines are spread over each language's passages. `rest` goes on where the
    keyword list is cut at its depth. `matches` is given if counts were requested and articles were
    left out of both. `complete` counts the articles that hold all the words, in the lists or not.
    """

    keyword: tuple[KeywordHit, ...] = ()
    rest: tuple[KeywordHit, ...] = ()
    dense: tuple[DenseHit, ...] = ()
    spreads: Mapping[str, CosineSpread] = field(default_factory=dict)
    coverage: Mapping[str, float] = field(default_factory=dict)
    statistics: Mapping[str, bytes] = field(default_factory=dict)
    matches: KeywordMatches | None = None
    complete: int = 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the archive, folded as `indexer.analysis` folds, and how it differs from another.

    `distance` counts letters missing, added, replaced, and neighbours swapped. `articles` hold the
    word as it stands, or, at distance 0, in any inflection; `article_id` is one of them, which
    holds it as it stands where any does.
    """

    word: str
    distance: int
    articles: int
    article_id: int


@dataclass(frozen=True, slots=True)
class StateFile:
    """A file as the engine wrote it; `path` is relative to the engine's folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EngineState:
    """The files that make one commit, for backups; empty for an engine that keeps none here."""

    checkpoint: int
    folder: Path
    files: tuple[StateFile, ...] = ()


class SearchEngine(Protocol):
    """Holds what sync gives it, answers rankings. Knows nothing of Flask or the store.

    `indexer.engines.scoring` defines the keyword score. Every call may raise EngineUnreachableError
    from an engine that runs elsewhere.
    """

    @property
    def name(self) -> str:
        """The engine's name, as the registry knows it."""

    @property
    def format(self) -> str:
        """The format of its data; an index of another one has to be rebuilt."""

    def fingerprint(self) -> Fingerprint | None:
        """What made the index; None while it is empty."""

    def checkpoint(self) -> int:
        """The last change fully applied; 0 when new."""

    def write(self, batch: IndexBatch) -> None:
        """Take the whole new state of some articles; a replay changes nothing.

        Who writes holds the lease (`indexer.lease`); engines need not tell writers apart.
        """

    def rollback(self) -> None:
        """Forget what was written since the last commit."""

    def commit(self, checkpoint: int, statistics: Mapping[str, bytes] = NO_STATISTICS) -> None:
        """Make all written durable and visible, the checkpoint last.

        The `statistics` of these languages replace those kept; empty bytes forget a language.
        """

    def statistics(self) -> Mapping[str, bytes]:
        """The language statistics of the last commit, opaque to the engine."""

    def vectors(self, article_ids: Iterable[int]) -> Mapping[int, PassageVectors]:
        """The vectors of those of the articles that can be found, exactly as they were written."""

    def clear(self) -> None:
        """Forget everything, the fingerprint too."""

    def retrieve(self, request: RetrievalRequest) -> Retrieval:
        """Both lists: keyword over articles, dense over passages; higher is better."""

    def count_matching(self, query: Query, wanted: ArticleFilter) -> Counts:
        """Count all articles that pass the filter, meet the query's conditions and hold every one
        of its words, in any of its forms and any inflection, wherever in the article.

        Which words are asked of a language `asked_words` says; of a language of which none is, and
        nothing else is asked for, no article is counted.
        """

    def explain(
        self, query: Query, article_ids: Sequence[int]
    ) -> Mapping[int, tuple[WordGain, ...]]:
        """What each word of the query adds to the keyword score of each of the articles."""

    def spellings(self, words: Mapping[str, int], most: int) -> Mapping[str, tuple[Spelling, ...]]:
        """For each folded word at most so many words of the archive, no further from it than the
        distance given with it: the word itself, then the nearest, those with the same first letter,
        the most frequent, in alphabetical order. Distance 0 is cheap.

        Near to one another are words of MIN_SPELLING_LETTERS to MAX_SPELLING_LETTERS that do not
        begin with a digit, by optimal string alignment.
        """

    def article_ids(self) -> Iterable[int]:
        """The articles that can be found."""

    def check(self, files: bool = True) -> list[Message]:
        """What is wrong with the engine in its own terms; empty if all is well.

        With `files` every part of it is read, which takes a second for some hundred megabytes.
        """

    def damaged_parts(self) -> Mapping[str, Message]:
        """Parts of the engine (files, shards) that are not as they were written, by name, and what
        is wrong with each."""

    def state(self) -> EngineState:
        """The files of the newest commit. Raises CorruptIndexError."""

    def count(self) -> int:
        """How many articles can be found."""

    def count_passages(self) -> int:
        """How many passages they have."""

    def close(self) -> None:
        """Let go of files."""
