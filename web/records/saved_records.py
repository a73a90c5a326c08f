"""Saved searches and their matches as JSON objects, for the API and `--json` alike."""

from archive.model import Article
from archive.store.saved_matches import SavedMatch
from archive.store.saved_searches import SavedSearch
from web.records.records import Record, article_heading


def saved_record(saved: SavedSearch, with_addresses: bool) -> Record:
    record = {
        "id": saved.id,
        "name": saved.name,
        "arguments": saved.arguments,
        "created": saved.created,
        "new": saved.unread,
        "matches": saved.held,
        "seq": saved.seen_seq,
    }
    own = {name: getattr(saved, name) for name in ("email", "webhook", "secret", "outcome")}
    return record | (own if with_addresses else dict.fromkeys(own))


def match_record(saved: SavedSearch, match: SavedMatch, article: Article) -> Record:
    return {
        "article": article_heading(article),
        "seq": match.seq,
        "found": match.found,
        "score": round(match.score, 6),
        "new": match.seq > saved.read_seq,
    }
