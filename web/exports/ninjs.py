"""An article as IPTC ninjs 2.0, which `archive.sources.ninjs` reads back. Pure."""

from collections.abc import Sequence
from typing import Any

from archive.model import Article
from archive.sources.shared.agency import byline_names
from archive.sources.shared.authors import AUTHOR_SEPARATOR

SCHEMA_URL = "https://www.iptc.org/std/ninjs/ninjs-schema_2.0.json"


def ninjs_record(article: Article, uri: str) -> dict[str, Any]:
    """Return the article under this URI, without empty fields.

    A day without a time stays so: midnight would be invented. A semicolon in an author's name
    becomes a comma, because semicolons separate the names.
    """
    text = article.text
    record = {
        "uri": uri,
        "standard": {"name": "ninjs", "version": "2.0", "schema": SCHEMA_URL},
        "type": "text",
        "representationtype": "complete",
        "language": article.language,
        "firstcreated": article.published_local,
        "versioncreated": article.modified,
        "headlines": _named("value", article.title, {"role": "main"}),
        "by": _byline(article.authors),
        "infosources": _named("name", article.source),
        "subjects": _named("name", article.section),
        "bodies": [
            {
                "role": "main",
                "contenttype": "text/plain",
                "charcount": len(text),
                "wordcount": len(text.split()),
                "value": text,
            }
        ],
    }
    return {name: value for name, value in record.items() if value}


def _named(key: str, value: str | None, more: dict[str, str] | None = None) -> list[dict[str, str]]:
    return [{**(more or {}), key: value}] if value else []


def _byline(authors: Sequence[str]) -> str:
    """Return the names on one line, after "By" if the line would otherwise be misread."""
    names = tuple(name.replace(AUTHOR_SEPARATOR, ",") for name in authors)
    byline = "; ".join(names)
    return byline if byline_names(byline) == names else f"By {byline}"
