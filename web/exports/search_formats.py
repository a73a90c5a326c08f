"""Search results for other programs: each page of results as a feed, a table or citations.

/search.atom and the others take the same arguments as /search and return the same articles in the
same order; `size` requests up to 100 of them in a feed, the whole list in a file.
"""

import io
from collections.abc import Callable
from dataclasses import replace

from flask import Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from archive.errors import CodedError
from archive.sources.export import article_cells, write_rows
from indexer.ranking.request import MAX_LIST_SIZE, MAX_PAGE_SIZE
from indexer.ranking.result_page import SearchPage, SearchResult
from web.context import get_context
from web.exports.citations import format_bibtex, format_ris
from web.exports.feed_formats import (
    ATOM_TYPE,
    JSON_FEED_TYPE,
    NAME,
    Feed,
    FeedItem,
    FeedLinks,
    ListPlace,
    format_atom,
    json_feed_record,
)
from web.http.problems import answer_problem
from web.routes import Blueprint, Level
from web.urls.addresses import absolute_url
from web.urls.arguments import page_url, read_number, this_url
from web.urls.links import article_url
from web.urls.search_form import PAGE_RESULTS, read_form, read_query

FEED_KINDS = ("atom", "json")
RIS_TYPE = "application/x-research-info-systems"
BIBTEX_TYPE = "application/x-bibtex"
CSV_TYPE = "text/csv"
COLUMNS = ("id", "title", "published", "language", "source", "section", "url", "authors")
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets misread UTF-8

Written = tuple[str | bytes, str]

blueprint = Blueprint("search_formats", __name__)


@blueprint.get(
    "/search.<any(atom, json, csv, ris, bib):kind>", access=Level.VISITOR, label="twins.search"
)
def search(kind: str) -> AnyResponse:
    """Return the page of results that /search shows for these arguments, in another format."""
    page = _find(kind)
    if page.page > page.last:
        return redirect(page_url(page.last))
    feed = _feed(page)
    body, media_type = _WRITERS[kind](feed)
    response = answer(body, media_type, None if kind in ("atom", "json") else f"search.{kind}")
    for rel, address in (("prev", feed.links.previous), ("next", feed.links.next)):
        if address:
            response.headers.add("Link", f'<{address}>; rel="{rel}"')
    return response


@blueprint.after_request
def keep_out_of_search_engines(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    return response


blueprint.register_error_handler(CodedError, answer_problem)


def answer(body: str | bytes, media_type: str, file_name: str | None = None) -> Response:
    """Return the body in UTF-8, to be saved as `file_name`, or 304 if the client has it."""
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    response = Response(data, content_type=f"{media_type}; charset=utf-8")
    if file_name:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.app_template_global()
def format_url(kind: str) -> str:
    """Return the address of this search in another format; files hold the whole list."""
    path = url_for("search_formats.search", kind=kind)
    if kind in FEED_KINDS:
        return _format_path(path)
    return _format_path(path, page=[], size=[str(MAX_LIST_SIZE)])


def _find(kind: str) -> SearchPage:
    form, requested = read_form(request.args), read_number("size")
    most = MAX_PAGE_SIZE if kind in FEED_KINDS else MAX_LIST_SIZE
    size = PAGE_RESULTS if requested is None else max(1, min(requested, most))
    if not form.q.strip():
        return SearchPage((), 0, 1, size)
    query = replace(read_query(form), page_size=size, with_facets=False, explain=False)
    return get_context().services.search.search(query)


def _feed(page: SearchPage) -> Feed:
    form = read_form(request.args)
    number = [] if page.page_size != PAGE_RESULTS else [str(page.page)]
    links = FeedLinks(
        feed=absolute_url(this_url(page=[], size=[])),
        current=absolute_url(this_url()),
        page=absolute_url(_format_path(url_for("pages.search"), page=number, size=[])),
        first=absolute_url(page_url(1)),
        last=absolute_url(page_url(page.last)),
        description=absolute_url(url_for("discovery.opensearch")),
        previous=absolute_url(page_url(page.page - 1)) if page.page > 1 else None,
        next=absolute_url(page_url(page.page + 1)) if page.page < page.last else None,
    )
    items = [_feed_item(result) for result in page.results]
    title = f"{form.q} – {NAME}" if form.q else NAME
    place = ListPlace(form.q, page.total, page.page, page.page_size)
    return Feed(title, items, links, place)


def _feed_item(result: SearchResult) -> FeedItem:
    passages = [reason.passage for reason in result.passages]
    first = passages[0]
    return FeedItem(
        result.article,
        absolute_url(article_url(result.article)),
        absolute_url(article_url(result.article, (first.start, first.end))),
        tuple(passage.text for passage in passages),
    )


def _format_path(path: str, **changed: list[str]) -> str:
    _, mark, arguments = this_url(**changed).partition("?")
    return f"{path}{mark}{arguments}"


def _write_atom(feed: Feed) -> Written:
    return format_atom(feed), ATOM_TYPE


def _write_json(feed: Feed) -> Written:
    return current_app.json.dumps(json_feed_record(feed)), JSON_FEED_TYPE


def _write_csv(feed: Feed) -> Written:
    """Write a row for each article; `link` leads to the passage."""
    stream = io.StringIO(newline="")
    first = (feed.place.number - 1) * feed.place.size + 1 if feed.place else 1
    rows = (
        (str(rank), *article_cells(item.article, COLUMNS), item.url, item.content)
        for rank, item in enumerate(feed.items, first)
    )
    write_rows(("rank", *COLUMNS, "link", "passages"), rows, stream)
    return BYTE_ORDER_MARK + stream.getvalue(), CSV_TYPE


def _write_ris(feed: Feed) -> Written:
    return format_ris(item.citation for item in feed.items), RIS_TYPE


def _write_bibtex(feed: Feed) -> Written:
    return format_bibtex(item.citation for item in feed.items), BIBTEX_TYPE


_WRITERS: dict[str, Callable[[Feed], Written]] = {
    "atom": _write_atom,
    "json": _write_json,
    "csv": _write_csv,
    "ris": _write_ris,
    "bib": _write_bibtex,
}
