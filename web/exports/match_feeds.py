"""The matches of a saved search as a feed. Pure."""

from collections.abc import Sequence

from archive.model import Article
from archive.store.saved_matches import SavedMatch
from archive.store.saved_searches import SavedSearch
from web.exports.feed_formats import Feed, FeedItem, FeedLinks

EXCERPT_CHARACTERS = 500


def make_match_feed(
    saved: SavedSearch,
    matches: Sequence[tuple[SavedMatch, Article]],
    root: str,
    feed_url: str,
) -> Feed:
    """Make the feed; `root` is the archive's absolute address, ending in "/". An item keeps its id
    even if its article changes."""
    page = f"{root}saved/{saved.id}"
    items = [
        FeedItem(
            article,
            f"{page}#article-{article.id}",
            f"{root}articles/{article.id}?v={article.version}",
            (_excerpt(article),),
            match.found,
        )
        for match, article in matches
    ]
    return Feed(saved.name, items, FeedLinks(page, feed_url, page), since=saved.created)


def _excerpt(article: Article) -> str:
    lead = article.paragraphs[0]
    if len(lead) <= EXCERPT_CHARACTERS:
        return lead
    return lead[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + "…"
