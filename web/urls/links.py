"""Permanent addresses of articles and of the words in them."""

from flask import url_for

from archive.model import Article
from indexer.passages import Span


def article_url(article: Article, characters: Span | None = None, query: str = "") -> str:
    """The article page, opened at these characters of this version (RFC 5147).

    It names no passage, and so outlives another way to cut them.
    """
    if characters is None:
        return url_for("pages.article", article_id=article.id)
    return url_for(
        "pages.article",
        article_id=article.id,
        v=article.version,
        char=range_text(characters),
        q=query or None,
        _anchor=f"char={range_text(characters)}",
    )


def range_text(characters: Span) -> str:
    """The characters as an address names them: "start,end"."""
    return f"{characters[0]},{characters[1]}"
