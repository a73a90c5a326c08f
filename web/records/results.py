"""Search results and the reasons for them as JSON objects."""

import marshmallow as ma
from marshmallow import validate

from archive.stats.histogram import UNITS
from indexer.ranking.judging import MATCHES
from web.records.articles import ArticleHeading, Copy
from web.records.base import Pairs, Record, Rounded


class KeywordPlace(Record):
    """`share` is of what a perfect match would score, `held` of the words, by their rarity."""

    rank = ma.fields.Integer()
    score = Rounded(4)
    share = Rounded(4)
    held = Rounded(4)


class SemanticPlace(Record):
    """`deviations` tell how far the cosine stands above the mean of the article's language."""

    rank = ma.fields.Integer()
    cosine = Rounded(4)
    deviations = Rounded(4)


class ReasonRecord(Record):
    """A passage, characters [start, end) of the article's text, and why it was found.

    Marks are words of the query, `sentence` the one nearest in meaning if there is none: [start,
    end) characters of the passage's text.
    """

    id = ma.fields.Integer(attribute="passage.id")
    text = ma.fields.String(attribute="passage.text")
    start = ma.fields.Integer(attribute="passage.start")
    end = ma.fields.Integer(attribute="passage.end")
    cosine = Rounded(4, allow_none=True)
    marks = ma.fields.List(ma.fields.List(ma.fields.Integer()))
    sentence = ma.fields.List(ma.fields.Integer(), allow_none=True)


class Spread(Record):
    """How the query's cosines are spread over the passages of the article's language."""

    mean = Rounded(4)
    deviation = Rounded(4)
    passages = ma.fields.Integer()


class Gain(Record):
    """What a word, or two side by side, added to the keyword score."""

    text = ma.fields.String()
    score = Rounded(4)


class Explanation(Record):
    """score = keyword_weight * words + (1 - keyword_weight) * meaning, unless it was reranked.

    `coverage` is the share of the query's words that the articles of this language hold at all: the
    lower it is, the more `words` are those that articles of such a meaning have on average.
    """

    keyword_weight = Rounded(4, attribute="parts.keyword_weight")
    words = Rounded(6, attribute="parts.words")
    meaning = Rounded(6, attribute="parts.meaning")
    coverage = Rounded(4, attribute="parts.coverage", allow_none=True)
    spread = ma.fields.Nested(Spread, attribute="parts.spread", allow_none=True)
    gains = ma.fields.List(ma.fields.Nested(Gain))
    rerank = Rounded(4, allow_none=True)


class Result(Record):
    """`explanation` is there if it was asked for."""

    article = ma.fields.Nested(ArticleHeading)
    match = ma.fields.String(
        allow_none=True,
        validate=validate.OneOf(MATCHES),
        metadata={
            "description": "how it was found: it holds all of the query's words, some of them, or"
            " is surely about it by its meaning; `near` is merely the nearest there is. Null for"
            " similar articles."
        },
    )
    score = Rounded(6)
    keyword = ma.fields.Nested(KeywordPlace, allow_none=True)
    semantic = ma.fields.Nested(SemanticPlace, allow_none=True)
    passages = ma.fields.List(ma.fields.Nested(ReasonRecord))
    copies = ma.fields.List(ma.fields.Nested(Copy))
    explanation = ma.fields.Nested(Explanation)


class FacetValue(Record):
    value = ma.fields.String()
    articles = ma.fields.Integer()


class FacetLists(Record):
    """Of the whole list, not of the page; months are written 2021-12."""

    sources = Pairs(FacetValue)
    languages = Pairs(FacetValue)
    sections = Pairs(FacetValue)
    authors = Pairs(FacetValue)
    months = Pairs(FacetValue)


class Bar(Record):
    first = ma.fields.String(metadata={"format": "date"})
    last = ma.fields.String(metadata={"format": "date"})
    articles = ma.fields.Integer()


class HistogramRecord(Record):
    """Of the whole list, without gaps; `imprecise` articles are in no bar, as only a month or year
    longer than a bar is known of them."""

    unit = ma.fields.String(validate=validate.OneOf(UNITS))
    imprecise = ma.fields.Integer()
    bars = ma.fields.List(ma.fields.Nested(Bar))


class ResultPage(Record):
    results = ma.fields.List(ma.fields.Nested(Result))
    total = ma.fields.Integer(metadata={"description": "all articles that match"})
    listed = ma.fields.Integer(
        allow_none=True,
        metadata={"description": "how many of them can be paged to, if not all"},
    )
    with_all_words = ma.fields.Integer(
        metadata={"description": "how many articles hold all of the query's words"}
    )
    with_some_words = ma.fields.Integer(
        metadata={"description": "how many others hold some of them"}
    )
    page = ma.fields.Integer()
    page_size = ma.fields.Integer()
    notices = ma.fields.List(ma.fields.String())
    facets = ma.fields.Nested(FacetLists, allow_none=True)
    histogram = ma.fields.Nested(HistogramRecord, allow_none=True)
    did_you_mean = ma.fields.String(allow_none=True)
