"""Routes that export an article: citations in each format, and the whole article as ninjs."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from flask import Response, current_app, url_for

from archive.diff import pick_version
from archive.errors import CodedError
from archive.model import Article
from indexer.errors import QueryError
from indexer.ranking.reasons import Span
from web.context import get_context
from web.exports.citations import (
    Citation,
    cite,
    csl_record,
    format_bibtex,
    format_markdown,
    format_plain,
    format_ris,
    publisher_address,
)
from web.exports.metadata import coins_title, meta_tags, news_article_record, script_json
from web.exports.ninjs import ninjs_record
from web.exports.search_formats import BIBTEX_TYPE, RIS_TYPE, answer, keep_out_of_search_engines
from web.http.problems import answer_problem
from web.routes import Blueprint, Level
from web.urls.addresses import absolute_url
from web.urls.arguments import read_number, read_range
from web.urls.links import article_url
from web.wordings import NO_SUCH_CHARACTERS

Written = tuple[str, str]

blueprint = Blueprint("article_exports", __name__)
blueprint.after_request(keep_out_of_search_engines)
blueprint.register_error_handler(CodedError, answer_problem)


@blueprint.get(
    '/articles/<int:article_id>.<any(bib, ris, "csl.json", md, txt):kind>', access=Level.VISITOR
)
def citation(article_id: int, kind: str) -> Response:
    """Return the citation of the article, or of the characters `char=a,b` of its version `v`."""
    article = _version_of(get_context().services.store.get(article_id))
    body, media_type = _WRITERS[kind](_cite(article, read_range("char")))
    file_name = None if kind in ("md", "txt") else f"article-{article_id}.{kind}"
    return answer(body, media_type, file_name)


@blueprint.get("/articles/<int:article_id>.ninjs.json", access=Level.VISITOR)
def ninjs(article_id: int) -> Response:
    """Return the whole article as IPTC ninjs 2.0."""
    article = get_context().services.store.get(article_id)
    record = ninjs_record(article, publisher_address(article) or _tag_uri(article))
    name = f"article-{article_id}.ninjs.json"
    return answer(current_app.json.dumps(record), "application/json", name)


@blueprint.app_template_global()
def cite_article(article: Article) -> Citation:
    """Return the citation of the whole article, with its permanent address."""
    return cite(article, absolute_url(article_url(article)))


blueprint.add_app_template_global(coins_title, "coins_title")
blueprint.add_app_template_global(meta_tags, "meta_tags")
blueprint.add_app_template_global(lambda c: script_json(news_article_record(c)), "json_ld")


def _version_of(article: Article) -> Article:
    """Return the article in its version `v`. Raises ArticleNotFoundError if it is missing."""
    number = read_number("v") or article.version
    if number == article.version:
        return article
    version = pick_version(get_context().services.store.versions(article.id), number)
    return replace(article, version=number, title=version.title, paragraphs=version.paragraphs)


def _cite(article: Article, characters: Span | None) -> Citation:
    if characters is None:
        path = url_for("pages.article", article_id=article.id, v=read_number("v"))
        return cite(article, absolute_url(path))
    quoted = article.text[slice(*characters)]
    if not quoted.strip():
        first, last = characters
        raise QueryError(NO_SUCH_CHARACTERS(article=article.id, first=first, last=last))
    return cite(article, absolute_url(article_url(article, characters)), quoted)


def _tag_uri(article: Article) -> str:
    """Return a tag URI (RFC 4151), for an article without an address."""
    host = urlsplit(absolute_url("/")).hostname
    return f"tag:{host},{article.added[:10]}:article/{article.id}"


def _write_csl(citation: Citation) -> Written:
    media_type = "application/vnd.citationstyles.csl+json"
    return current_app.json.dumps([csl_record(citation)]), media_type


_WRITERS: dict[str, Callable[[Citation], Written]] = {
    "bib": lambda citation: (format_bibtex([citation]), BIBTEX_TYPE),
    "ris": lambda citation: (format_ris([citation]), RIS_TYPE),
    "csl.json": _write_csl,
    "md": lambda citation: (format_markdown(citation), "text/markdown"),
    "txt": lambda citation: (format_plain(citation), "text/plain"),
}
