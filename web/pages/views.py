"""What the templates show: results and articles cut into pieces, with their links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from flask import url_for

from archive.copies.clusters import WireCopy
from archive.messages import Message
from archive.model import PARAGRAPH_BREAK, Article
from indexer.engines.port import WordGain
from indexer.passages import Passage, split_passages
from indexer.query import Query
from indexer.ranking.judging import Match
from indexer.ranking.merged_ranking import KeywordRank, ScoreParts, SemanticRank
from indexer.ranking.reasons import PassageReason, Span, article_terms, mark_words
from indexer.ranking.result_page import SearchPage, SearchResult
from web.pages.fragments import link_words
from web.records.answers import match_label, near_heading
from web.urls.links import article_url, range_text

# The kind of a piece of text: plain, a word of the query, or nearest in meaning.
Piece = tuple[str, Literal["", "word", "near"]]
Pieces = list[Piece]


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage in a list of results; `pieces` are (text, kind of mark).

    Without marked pieces, the whole passage is near in meaning.
    """

    id: int
    ordinal: int
    start: int
    end: int
    pieces: Pieces
    by_meaning: bool
    text: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result with its links; `search` holds the search's arguments, kept in them."""

    article: Article
    score: float
    keyword: KeywordRank | None
    semantic: SemanticRank | None
    parts: ScoreParts
    gains: tuple[WordGain, ...]
    rerank: float | None
    passages: list[PassageView]
    search: Mapping[str, Any]
    copies: tuple[WireCopy, ...] = ()
    match: Match | None = None
    heading: Message | None = None

    @property
    def label(self) -> Message | None:
        """How the article answers, in words; None for similar articles."""
        return match_label(self.match)

    @property
    def url(self) -> str:
        return self.passage_url(self.passages[0])

    @property
    def similar_url(self) -> str:
        return url_for("pages.similar", article=self.article.id)

    @property
    def publisher_url(self) -> str | None:
        """Return the publisher's page, opened at the first passage's words."""
        url = self.article.url
        return link_words(url, self.passages[0].text) if url else None

    def passage_url(self, passage: PassageView) -> str:
        return article_url(self.article, (passage.start, passage.end), self.search)


@dataclass(frozen=True, slots=True)
class ArticlePiece:
    """The part of one passage in one paragraph; `anchor` marks its start or the characters sought.

    `url` is the passage's permanent address.
    """

    ordinal: int
    passage_id: int
    start: int
    pieces: Pieces
    current: bool
    anchor: str | None
    url: str
    similar_url: str


def view_result(result: SearchResult, search: Mapping[str, Any]) -> ResultView:
    passages = [_view_passage(reason) for reason in result.passages]
    return ResultView(
        result.article,
        result.score,
        result.keyword,
        result.semantic,
        result.parts,
        result.gains,
        result.rerank,
        passages,
        search,
        result.copies,
        result.match,
    )


def view_results(page: SearchPage, search: Mapping[str, Any]) -> list[ResultView]:
    """View the results; the first that is merely near has a heading that says so."""
    views = [view_result(result, search) for result in page.results]
    if (found := near_heading(page)) is not None:
        place, heading = found
        views[place] = replace(views[place], heading=heading)
    return views


def view_article(
    article: Article, query: Query | None, sought: Span | None
) -> list[list[ArticlePiece]]:
    """Return the article's paragraphs, each as the pieces of its passages.

    Pieces that overlap the range sought are current.
    """
    terms = frozenset[str]().union(*article_terms(query, article) if query else ())
    passages = split_passages(article)
    blocks, offset = [], 0
    for paragraph in article.paragraphs:
        end = offset + len(paragraph)
        inside = [p for p in passages if p.start < end and p.end > offset]
        blocks.append([_view_piece(article, p, (offset, end), terms, sought) for p in inside])
        offset = end + len(PARAGRAPH_BREAK)
    return _anchor_sought(blocks, sought)


def _anchor_sought(
    blocks: list[list[ArticlePiece]], sought: Span | None
) -> list[list[ArticlePiece]]:
    """Give the first current piece the anchor asked for, wherever passages begin now."""
    for block in blocks:
        for place, piece in enumerate(block):
            if piece.current and sought is not None:
                block[place] = replace(piece, anchor=f"char={range_text(sought)}")
                return blocks
    return blocks


def cut_pieces(text: str, marks: Iterable[Span], kind: Literal["word", "near"] = "word") -> Pieces:
    """Cut the text into pieces that join to it again."""
    pieces: Pieces = []
    last = 0
    for start, end in marks:
        pieces += [(text[last:start], ""), (text[start:end], kind)]
        last = end
    return [piece for piece in [*pieces, (text[last:], "")] if piece[0]]


def _view_passage(reason: PassageReason) -> PassageView:
    passage = reason.passage
    pieces = cut_pieces(passage.text, reason.marks)
    if reason.sentence:
        pieces = cut_pieces(passage.text, [reason.sentence], "near")
    return PassageView(
        id=passage.id,
        ordinal=passage.ordinal,
        start=passage.start,
        end=passage.end,
        pieces=pieces,
        by_meaning=reason.cosine is not None and not reason.marks and not reason.sentence,
        text=passage.text,
    )


def _view_piece(
    article: Article,
    passage: Passage,
    paragraph: Span,
    terms: frozenset[str],
    sought: Span | None,
) -> ArticlePiece:
    start, end = max(passage.start, paragraph[0]), min(passage.end, paragraph[1])
    text = article.text[start:end]
    anchor = f"char={range_text((passage.start, passage.end))}"
    return ArticlePiece(
        ordinal=passage.ordinal,
        passage_id=passage.id,
        start=start,
        pieces=cut_pieces(text, mark_words(text, terms, article.language)),
        current=sought is not None and start < sought[1] and sought[0] < end,
        anchor=anchor if start == passage.start else None,
        url=article_url(article, (passage.start, passage.end)),
        similar_url=url_for("pages.similar", passage=passage.id),
    )
