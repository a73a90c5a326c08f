"""Saved searches and their matches as JSON objects."""

import marshmallow as ma

from archive.model import Article
from archive.store.saved_matches import SavedMatch
from archive.store.saved_searches import SavedSearch
from web.records.articles import ArticleHeading
from web.records.base import Extended, Record, Rounded

PRIVATE_FIELDS = ("email", "webhook", "secret", "outcome")


class SavedRecord(Record):
    """`new` of its `matches` are unread. Addresses, outcome and the secret that signs webhooks are
    null but for who may write."""

    id = ma.fields.Integer()
    name = ma.fields.String()
    arguments = ma.fields.String()
    created = ma.fields.String()
    new = ma.fields.Integer(attribute="unread")
    matches = ma.fields.Integer(attribute="total")
    seq = ma.fields.Integer(attribute="seen_seq")
    email = ma.fields.String(allow_none=True)
    webhook = ma.fields.String(allow_none=True)
    secret = ma.fields.String(allow_none=True)
    outcome = ma.fields.String(allow_none=True)


class SavedList(Record):
    saved = ma.fields.List(ma.fields.Nested(SavedRecord))


class MatchRecord(Record):
    article = ma.fields.Nested(ArticleHeading)
    seq = ma.fields.Integer()
    found = ma.fields.String()
    score = Rounded(6)
    new = ma.fields.Boolean()


class SavedReport(SavedRecord):
    """The latest match first."""

    found = ma.fields.List(ma.fields.Nested(MatchRecord))


def hide_addresses(saved: SavedSearch) -> Extended:
    """The search without what only those who may write are shown."""
    return Extended(saved, **dict.fromkeys(PRIVATE_FIELDS))


def match_of(saved: SavedSearch, match: SavedMatch, article: Article) -> Extended:
    """What a MatchRecord is written of."""
    return Extended(match, article=article, new=match.seq > saved.read_seq)
