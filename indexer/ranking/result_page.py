"""The page that a reader sees. Pure records."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.copies.clusters import WireCopy
from archive.messages import Message
from archive.model import Article
from archive.stats.facets import Facets
from archive.stats.histogram import Histogram
from indexer.engines.port import WordGain
from indexer.ranking.judging import Match
from indexer.ranking.merged_ranking import KeywordRank, ScoreParts, SemanticRank
from indexer.ranking.reasons import PassageReason


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An article, how it answers, its place in both lists and the passages for which it was found.

    `match` is None for similar articles, which are all found by what they say.

    `copies` are the other articles with the same text, found or not. `rerank` is the reranker's
    score, 0 to 1, if there is one; `gains` are what each word added to the keyword score, if an
    explanation was asked for.
    """

    article: Article
    score: float
    keyword: KeywordRank | None
    semantic: SemanticRank | None
    parts: ScoreParts
    match: Match | None
    passages: tuple[PassageReason, ...]
    copies: tuple[WireCopy, ...] = ()
    rerank: float | None = None
    gains: tuple[WordGain, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results; `total`, `facets` and `histogram` describe all that matches.

    `listed` of these can be paged to: the best, or all where it is not given. `with_all_words`
    articles hold all of the query's words, `with_some_words` others hold some; `near`
    articles of the list are merely near.
    `notices` say what could not be done as asked; `did_you_mean` is the query with its misspellings
    corrected, if it has any.
    """

    results: tuple[SearchResult, ...]
    total: int
    page: int
    page_size: int
    notices: tuple[Message, ...] = ()
    facets: Facets | None = None
    histogram: Histogram | None = None
    did_you_mean: str | None = None
    listed: int | None = None
    with_all_words: int = 0
    with_some_words: int = 0
    near: int = 0

    @property
    def last(self) -> int:
        """The number of the last page."""
        listed = self.total if self.listed is None else self.listed
        return max(1, -(-listed // self.page_size))


@dataclass(frozen=True, slots=True)
class SearchStream:
    """A page without results, and its results one after another."""

    page: SearchPage
    results: Iterator[SearchResult]
