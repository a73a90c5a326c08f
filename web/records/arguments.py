"""What requests to the API may send, in their address or as a JSON object."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import validate

from archive.model import ArticleFilter
from archive.stats.histogram import UNITS
from indexer.filters import FILTER_NAMES, FILTERS, Filter, make_filter
from indexer.ranking.listing import SORTS
from indexer.ranking.request import KEYWORD_WEIGHT, MAX_PAGE_SIZE, MODES

MAX_ADDRESSES = 1_000
MAX_ARTICLES = 10_000
MAX_MATCHES = 200
ARTICLE_RANGE = validate.Range(1, 2**47)
PASSAGE_RANGE = validate.Range(1, 2**63 - 1)


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


class Paging(ma.Schema):
    page = ma.fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    page_size = ma.fields.Integer(load_default=10, validate=validate.Range(1, MAX_PAGE_SIZE))


class Filters(Paging, Selection):
    """A page of them."""


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


class TimelineArguments(Selection):
    q = ma.fields.String(required=True)
    other = ma.fields.String(data_key="with", load_default="")
    unit = ma.fields.String(load_default=None, validate=validate.OneOf(UNITS))


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


class Uploads(ma.Schema):
    """Files of any format that is read here, in one field or several of this name."""

    class Meta:
        unknown = ma.INCLUDE  # fields of other names are left alone

    file = ma.fields.Raw(metadata={"type": "string", "format": "binary"})


class Addresses(ma.Schema):
    addresses = ma.fields.List(
        ma.fields.String(), required=True, validate=validate.Length(1, MAX_ADDRESSES)
    )


class NewFeeds(Addresses):
    """Addresses of feeds, or of pages that name them."""


class JobItems(ma.Schema):
    first = ma.fields.Integer(load_default=0, validate=validate.Range(0, 2**47))


class VersionPair(ma.Schema):
    old = ma.fields.Integer(validate=validate.Range(1, 2**31))
    new = ma.fields.Integer(validate=validate.Range(1, 2**31))


class NewCollection(ma.Schema):
    name = ma.fields.String(required=True)
    note = ma.fields.String(load_default=None, allow_none=True)


class CollectionChange(ma.Schema):
    """What is not given stays as it is."""

    name = ma.fields.String()
    note = ma.fields.String(allow_none=True)


class ChosenArticles(ma.Schema):
    articles = ma.fields.List(
        ma.fields.Integer(validate=ARTICLE_RANGE),
        required=True,
        validate=validate.Length(1, MAX_ARTICLES),
    )
    note = ma.fields.String(load_default=None, allow_none=True)


class LeavingArticles(ma.Schema):
    article = ma.fields.List(
        ma.fields.Integer(validate=ARTICLE_RANGE),
        required=True,
        validate=validate.Length(1, MAX_ARTICLES),
    )


class NewSaved(ma.Schema):
    """`arguments` are those of the search's page, e.g. q=missiles&language=fr. Without a name, the
    search is named after its q."""

    arguments = ma.fields.String(required=True, metadata={"example": "q=missiles&mode=semantic"})
    name = ma.fields.String(load_default="")
    email = ma.fields.String(load_default="", allow_none=True)
    webhook = ma.fields.String(load_default="", allow_none=True)


class SavedChange(ma.Schema):
    """What is left out stays as it was; null ends the sending. `read` marks matches as read up to
    that `seq`."""

    name = ma.fields.String()
    email = ma.fields.String(allow_none=True)
    webhook = ma.fields.String(allow_none=True)
    read = ma.fields.Integer(validate=validate.Range(0, 2**62))


class MatchRange(ma.Schema):
    first = ma.fields.Integer(load_default=0, validate=validate.Range(0, 2**47))
    size = ma.fields.Integer(load_default=50, validate=validate.Range(1, MAX_MATCHES))
