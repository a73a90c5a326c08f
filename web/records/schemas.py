"""Shapes of the API's objects, from which the OpenAPI document is made."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import validate

from archive.model import OUTCOMES, ArticleFilter
from archive.stats.histogram import UNITS
from indexer.filters import FILTER_NAMES, FILTERS, Filter, make_filter
from indexer.ranking.listing import SORTS
from indexer.ranking.request import KEYWORD_WEIGHT, MODES, MOST_PER_PAGE

MOST_ADDRESSES = 1_000
ARTICLE_RANGE = validate.Range(1, 2**47)
PASSAGE_RANGE = validate.Range(1, 2**63 - 1)


class Problem(ma.Schema):
    """An error (RFC 9457)."""

    type = ma.fields.String()
    title = ma.fields.String()
    status = ma.fields.Integer()
    detail = ma.fields.String()


def _filter_field(each: Filter) -> ma.fields.Field[Any]:
    if each.kind == "number":
        return ma.fields.List(ma.fields.Integer(validate=ARTICLE_RANGE), load_default=[])
    if each.repeatable:
        return ma.fields.List(ma.fields.String(), load_default=[])
    example = {"example": "2021-12"} if each.kind == "first_day" else {}
    return ma.fields.String(load_default="", metadata=example)


class Selection(ma.Schema):
    """Which articles may be answered; dates are years, months or days, both included."""

    class Meta:
        include = {each.name: _filter_field(each) for each in FILTERS}  # noqa: RUF012


class Filters(Selection):
    """A page of them."""

    page = ma.fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    page_size = ma.fields.Integer(load_default=10, validate=validate.Range(1, MOST_PER_PAGE))


def read_selection(arguments: Mapping[str, Any]) -> ArticleFilter:
    """The filter of a request's arguments. Raises QueryError."""
    return make_filter(**{name: arguments[name] for name in FILTER_NAMES})


class SearchArguments(Filters):
    q = ma.fields.String(required=True, metadata={"example": "missiles moyenne portée"})
    mode = ma.fields.String(load_default="hybrid", validate=validate.OneOf(MODES))
    sort = ma.fields.String(load_default="relevance", validate=validate.OneOf(SORTS))
    per_outlet = ma.fields.Integer(load_default=None, validate=validate.Range(1, 1_000))
    fold = ma.fields.Boolean(load_default=True, metadata={"description": "Fold wire copies."})
    facets = ma.fields.Boolean(load_default=False)
    balance = ma.fields.Float(
        load_default=KEYWORD_WEIGHT,
        validate=validate.Range(0, 1),
        metadata={"description": "What words count beside meaning, 0 to 1."},
    )
    explain = ma.fields.Boolean(
        load_default=False, metadata={"description": "Every number that made the order."}
    )


class SimilarArguments(Filters):
    """At least one of article, passage and text; what answers shall be unlike, in not_…"""

    article = ma.fields.List(ma.fields.Integer(validate=ARTICLE_RANGE), load_default=[])
    passage = ma.fields.List(ma.fields.Integer(validate=PASSAGE_RANGE), load_default=[])
    text = ma.fields.String(load_default=None)
    not_article = ma.fields.List(ma.fields.Integer(validate=ARTICLE_RANGE), load_default=[])
    not_passage = ma.fields.List(ma.fields.Integer(validate=PASSAGE_RANGE), load_default=[])
    facets = ma.fields.Boolean(load_default=False)


class SimilarText(SimilarArguments):
    text = ma.fields.String(required=True)


class ArticleHeading(ma.Schema):
    id = ma.fields.Integer()
    title = ma.fields.String()
    source = ma.fields.String(allow_none=True)
    published = ma.fields.String(allow_none=True)
    language = ma.fields.String()
    url = ma.fields.String(allow_none=True)


class Copy(ma.Schema):
    id = ma.fields.Integer()
    title = ma.fields.String()
    source = ma.fields.String(allow_none=True)
    published = ma.fields.String(allow_none=True)


class ArticleRecord(ArticleHeading):
    version = ma.fields.Integer()
    authors = ma.fields.List(ma.fields.String())
    section = ma.fields.String(allow_none=True)
    modified = ma.fields.String(allow_none=True)
    paywalled = ma.fields.Boolean(allow_none=True)
    added = ma.fields.String()
    text = ma.fields.String()
    copies = ma.fields.List(ma.fields.Nested(Copy))


class ArticleList(ma.Schema):
    articles = ma.fields.List(ma.fields.Nested(ArticleHeading))
    total = ma.fields.Integer()
    page = ma.fields.Integer()
    page_size = ma.fields.Integer()


class NewArticle(ma.Schema):
    """`text` is plain or a whole HTML page; or `address` alone, a page to fetch."""

    title = ma.fields.String(load_default="")
    text = ma.fields.String(load_default="")
    published = ma.fields.String(load_default="", allow_none=True)
    language = ma.fields.String(load_default="", allow_none=True)
    source = ma.fields.String(load_default="", allow_none=True)
    url = ma.fields.String(load_default="", allow_none=True)
    authors = ma.fields.List(ma.fields.String(), load_default=[])
    address = ma.fields.String(load_default="")


class Outcome(ma.Schema):
    item = ma.fields.String()
    outcome = ma.fields.String(validate=validate.OneOf(OUTCOMES))
    id = ma.fields.Integer(allow_none=True)
    reason = ma.fields.String(allow_none=True)


class KeywordPlace(ma.Schema):
    """`share` is of what a perfect match would score."""

    rank = ma.fields.Integer()
    score = ma.fields.Float()
    share = ma.fields.Float()


class SemanticPlace(ma.Schema):
    """`deviations` tell how far the cosine stands above the mean of the article's language."""

    rank = ma.fields.Integer()
    cosine = ma.fields.Float()
    deviations = ma.fields.Float()


class PassageRecord(ma.Schema):
    """Characters [start, end) of the article's text."""

    id = ma.fields.Integer()
    text = ma.fields.String()
    start = ma.fields.Integer()
    end = ma.fields.Integer()


class ReasonRecord(PassageRecord):
    """Marks are words of the query, `sentence` the one nearest in meaning where none is: [start,
    end) characters of the passage's text."""

    cosine = ma.fields.Float(allow_none=True)
    marks = ma.fields.List(ma.fields.List(ma.fields.Integer()))
    sentence = ma.fields.List(ma.fields.Integer(), allow_none=True)


class Spread(ma.Schema):
    """How the query's cosines are spread over the passages of the article's language."""

    mean = ma.fields.Float()
    deviation = ma.fields.Float()
    passages = ma.fields.Integer()


class Gain(ma.Schema):
    """What a word, or two side by side, added to the keyword score."""

    text = ma.fields.String()
    score = ma.fields.Float()


class Explanation(ma.Schema):
    """score = keyword_weight * words + (1 - keyword_weight) * meaning, unless it was reranked.

    `coverage` is the share of the query's words that the articles of this language hold at all: the
    lower it is, the more `words` are those that articles of such a meaning have on average.
    """

    keyword_weight = ma.fields.Float()
    words = ma.fields.Float()
    meaning = ma.fields.Float()
    coverage = ma.fields.Float(allow_none=True)
    spread = ma.fields.Nested(Spread, allow_none=True)
    gains = ma.fields.List(ma.fields.Nested(Gain))
    rerank = ma.fields.Float(allow_none=True)


class Result(ma.Schema):
    article = ma.fields.Nested(ArticleHeading)
    score = ma.fields.Float()
    keyword = ma.fields.Nested(KeywordPlace, allow_none=True)
    semantic = ma.fields.Nested(SemanticPlace, allow_none=True)
    passages = ma.fields.List(ma.fields.Nested(ReasonRecord))
    copies = ma.fields.List(ma.fields.Nested(Copy))
    explanation = ma.fields.Nested(Explanation)


class FacetValue(ma.Schema):
    value = ma.fields.String()
    articles = ma.fields.Integer()


class FacetLists(ma.Schema):
    """Of the whole list, not of the page; months are written 2021-12."""

    sources = ma.fields.List(ma.fields.Nested(FacetValue))
    languages = ma.fields.List(ma.fields.Nested(FacetValue))
    sections = ma.fields.List(ma.fields.Nested(FacetValue))
    authors = ma.fields.List(ma.fields.Nested(FacetValue))
    months = ma.fields.List(ma.fields.Nested(FacetValue))


class Bar(ma.Schema):
    first = ma.fields.String(metadata={"format": "date"})
    last = ma.fields.String(metadata={"format": "date"})
    articles = ma.fields.Integer()


class HistogramRecord(ma.Schema):
    """Of the whole list, without gaps."""

    unit = ma.fields.String(validate=validate.OneOf(UNITS))
    bars = ma.fields.List(ma.fields.Nested(Bar))


class ResultPage(ma.Schema):
    results = ma.fields.List(ma.fields.Nested(Result))
    total = ma.fields.Integer()
    page = ma.fields.Integer()
    page_size = ma.fields.Integer()
    notices = ma.fields.List(ma.fields.String())
    facets = ma.fields.Nested(FacetLists, allow_none=True)
    histogram = ma.fields.Nested(HistogramRecord, allow_none=True)
    did_you_mean = ma.fields.String(allow_none=True)


class HealthRecord(ma.Schema):
    ok = ma.fields.Boolean()
    articles = ma.fields.Integer()
    indexed = ma.fields.Integer()
    waiting = ma.fields.Integer()
    problems = ma.fields.List(ma.fields.String())


class Uploads(ma.Schema):
    """Files of any format that is read here, in one field or several of this name."""

    class Meta:
        unknown = ma.INCLUDE  # fields of other names are left alone

    file = ma.fields.Raw(metadata={"type": "string", "format": "binary"})


class Addresses(ma.Schema):
    addresses = ma.fields.List(
        ma.fields.String(), required=True, validate=validate.Length(1, MOST_ADDRESSES)
    )


class NewFeeds(Addresses):
    """Addresses of feeds, or of pages that name them."""


class FeedRecord(ma.Schema):
    """A feed that is followed; `items` tell those seen so far by their outcome."""

    id = ma.fields.Integer()
    url = ma.fields.String()
    title = ma.fields.String(allow_none=True)
    source = ma.fields.String(allow_none=True)
    state = ma.fields.String(validate=validate.OneOf(("active", "failing", "dead", "gone")))
    polled = ma.fields.String(allow_none=True)
    due = ma.fields.String(allow_none=True)
    failures = ma.fields.Integer()
    outcome = ma.fields.String(allow_none=True)
    items = ma.fields.Dict(ma.fields.String(), ma.fields.Integer())


class FeedList(ma.Schema):
    feeds = ma.fields.List(ma.fields.Nested(FeedRecord))


class JobRecord(ma.Schema):
    """`counts` tell the items dealt with by their outcome."""

    id = ma.fields.Integer()
    title = ma.fields.String()
    state = ma.fields.String(validate=validate.OneOf(("waiting", "running", "done", "failed")))
    created = ma.fields.String()
    finished = ma.fields.String(allow_none=True)
    done = ma.fields.Integer()
    counts = ma.fields.Dict(ma.fields.String(), ma.fields.Integer())
    message = ma.fields.String(allow_none=True)


class JobList(ma.Schema):
    jobs = ma.fields.List(ma.fields.Nested(JobRecord))


class JobItems(ma.Schema):
    first = ma.fields.Integer(load_default=0, validate=validate.Range(0, 2**47))


class JobReport(JobRecord):
    items = ma.fields.List(ma.fields.Nested(Outcome))


class VersionRecord(ma.Schema):
    """What an article said from `since` on, until its next version."""

    article = ma.fields.Integer()
    version = ma.fields.Integer()
    since = ma.fields.String()
    title = ma.fields.String()
    text = ma.fields.String()


class VersionList(ma.Schema):
    versions = ma.fields.List(ma.fields.Nested(VersionRecord))


class VersionPair(ma.Schema):
    old = ma.fields.Integer(validate=validate.Range(1, 2**31))
    new = ma.fields.Integer(validate=validate.Range(1, 2**31))


class Run(ma.Schema):
    kind = ma.fields.String(validate=validate.OneOf(("same", "added", "removed")))
    text = ma.fields.String()


class Difference(ma.Schema):
    """Title and paragraphs of both versions, each as runs of words."""

    article = ma.fields.Integer()
    old = ma.fields.Integer()
    new = ma.fields.Integer()
    paragraphs = ma.fields.List(ma.fields.List(ma.fields.Nested(Run)))
