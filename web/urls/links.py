"""Permanent links to articles and to passages in them."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from archive.model import Article
from indexer.passages import Span


def article_url(
    article: Article,
    characters: Span | None = None,
    search: Mapping[str, Any] | None = None,
) -> str:
    """Return the address of the article, opened at these characters of this version (RFC 5147).

    It names no passage, so it remains valid if articles are split differently later. `search` holds
    the arguments of the search that found the article, for the way back.
    """
    if characters is None:
        return url_for("pages.article", article_id=article.id)
    return url_for(
        "pages.article",
        article_id=article.id,
        v=article.version,
        char=range_text(characters),
        _anchor=f"char={range_text(characters)}",
        **(search or {}),
    )


def range_text(characters: Span) -> str:
    """Return the characters as an address states them: "start,end"."""
    return f"{characters[0]},{characters[1]}"
