"""Whether a fetched page is the article that a feed announces. Pure.

A server may answer with a consent form, a bot check, its front page or the first lines of an
article, all with status 200. The feed's own words tell: the page of an article repeats them.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from archive.copies.near_duplicates import fold_words
from archive.feed_formats.entries import content_paragraphs
from archive.feed_formats.model import FeedEntry
from archive.messages import Message
from archive.model import ArticleDraft
from archive.wordings import PAGE_IS_ANOTHER, PAGE_IS_SHORTER, PAGE_IS_THE_FRONT

# Shorter words are in any text. Pairs of signs, in scripts without spaces, are not.
MIN_WORD_LETTERS, FIRST_UNSPACED = 5, "\u2e80"
# With fewer words the feed says too little to judge a page by.
MIN_WORDS = 5
# The share of the feed's words that the page of its article has at least.
MIN_SHARE = 0.25
MIN_TITLE_WORDS, MIN_TITLE_SHARE = 2, 0.6
# A page with this share of the feed's text is a teaser of it.
TEASER_SHARE, MIN_FULL_CHARACTERS = 0.7, 300


def doubt_page(draft: ArticleDraft, final_url: str, entry: FeedEntry) -> Message | None:
    """Return why the page cannot be the article of the entry, or is only its beginning; None if
    nothing speaks against it.
    """
    if _is_front(final_url) and not _is_front(entry.link or ""):
        return PAGE_IS_THE_FRONT()
    told = content_paragraphs(entry.content)
    shown = _words(draft.title, draft.paragraphs)
    if _is_foreign(_words(entry.title, ()), _words(entry.title, told), shown):
        return PAGE_IS_ANOTHER()
    full, read = sum(map(len, told)), sum(map(len, draft.paragraphs))
    if full >= MIN_FULL_CHARACTERS and read < TEASER_SHARE * full:
        return PAGE_IS_SHORTER()
    return None


def _is_foreign(title: set[str], told: set[str], shown: set[str]) -> bool:
    if len(told) < MIN_WORDS:
        return False
    has_title = len(title) >= MIN_TITLE_WORDS and len(title & shown) >= MIN_TITLE_SHARE * len(title)
    return not has_title and len(told & shown) < MIN_SHARE * len(told)


def _words(title: str, paragraphs: Sequence[str]) -> set[str]:
    words = fold_words("\n".join((title, *paragraphs)))
    return {w for w in words if len(w) >= MIN_WORD_LETTERS or w[0] >= FIRST_UNSPACED}


def _is_front(url: str) -> bool:
    """Return whether the address is that of a whole site."""
    parts = urlsplit(url)
    return not parts.path.strip("/") and not parts.query
