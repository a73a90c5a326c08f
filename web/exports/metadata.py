"""The machine-readable metadata of an article page: meta elements, JSON-LD, COinS. Pure."""

import json
from typing import Any
from urllib.parse import urlencode

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from archive.model import Article
from web.exports.bylines import split_name
from web.exports.citations import Citation

# (naming attribute, name, content)
Tag = tuple[str, str, str]


def meta_tags(citation: Citation) -> list[Tag]:
    """Return Highwire Press, Dublin Core, PRISM and Open Graph tags for Zotero and crawlers.

    citation_journal_title is left out: Zotero would take the article for a scholarly one.
    """
    article = citation.article
    published, modified = article.published_local or "", article.modified or ""
    tags = [
        ("name", "citation_title", citation.title),
        *(("name", "citation_author", name) for name in citation.authors),
        ("name", "citation_publication_date", citation.day.replace("-", "/")),
        ("name", "citation_language", citation.language),
        ("name", "citation_public_url", citation.url),
        ("name", "prism.publicationName", citation.source),
        ("name", "DC.type", "newspaperArticle"),
        ("name", "DC.title", citation.title),
        *(("name", "DC.creator", name) for name in citation.authors),
        ("name", "DC.date", citation.day),
        ("name", "DC.language", citation.language),
        ("name", "DC.publisher", citation.source),
        ("name", "DC.identifier", citation.url),
        ("property", "og:type", "article"),
        ("property", "og:title", citation.title),
        ("property", "og:url", citation.url),
        ("property", "og:site_name", citation.source),
        ("property", "article:published_time", published),
        ("property", "article:modified_time", modified),
        ("property", "article:section", citation.section),
        *(("property", "article:author", name) for name in citation.authors),
    ]
    return [tag for tag in tags if tag[2]]


def news_article_record(citation: Citation) -> dict[str, Any]:
    """Return a schema.org NewsArticle without empty fields."""
    article = citation.article
    publisher = {"@type": "Organization", "name": citation.source} if citation.source else None
    record = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": citation.title,
        "url": citation.url,
        "mainEntityOfPage": citation.url,
        "datePublished": article.published_local,
        "dateModified": article.modified,
        "inLanguage": citation.language,
        "author": [_author(name, article) for name in citation.authors],
        "publisher": publisher,
        "articleSection": citation.section,
        "isAccessibleForFree": None if article.paywalled is None else not article.paywalled,
    }
    return {name: value for name, value in record.items() if value not in (None, "", [])}


def script_json(record: dict[str, Any]) -> Markup:
    """Return the record as JSON for a script element: ASCII, with < > & and ' escaped."""
    return htmlsafe_json_dumps(record, dumps=json.dumps)


def coins_title(citation: Citation) -> str:
    """Return an OpenURL context object (Z39.88-2004) of the article, the title of a COinS span."""
    fields = [
        ("url_ver", "Z39.88-2004"),
        ("ctx_ver", "Z39.88-2004"),
        ("rfr_id", "info:sid/hemero"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "newspaperArticle"),
        ("rft.title", citation.title),
        ("rft.source", citation.source),
        *(("rft.creator", name) for name in citation.authors),
        ("rft.date", citation.day),
        ("rft.language", citation.language),
        ("rft.identifier", citation.url),
    ]
    return urlencode([field for field in fields if field[1]])


def _author(name: str, article: Article) -> dict[str, str]:
    kind = "Person" if split_name(name, article.language) else "Organization"
    return {"@type": kind, "name": name}
