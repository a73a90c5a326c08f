"""Search results for other programs: each page of results as a feed, a table or citations.

/search.atom and the others take the same arguments as /search and return the same articles in the
same order; `size` requests up to MAX_PAGE_SIZE of them in a feed, MAX_LIST_SIZE in a file.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TextIO

from flask import Response, current_app, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from archive.errors import CodedError
from archive.sources.export import article_cells, write_rows
from indexer.ranking.request import MAX_LIST_SIZE, MAX_PAGE_SIZE
from indexer.ranking.result_page import SearchPage, SearchResult, SearchStream
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
from web.exports.files import make_file, write_each
from web.http.problems import answer_problem
from web.routes import Blueprint, Level
from web.urls.addresses import absolute_url
from web.urls.arguments import page_url, read_number, this_url
from web.urls.links import article_url
from web.urls.search_form import PAGE_RESULTS, read_form, read_query

RIS_TYPE = "application/x-research-info-systems"
BIBTEX_TYPE = "application/x-bibtex"
CSV_TYPE = "text/csv"
COLUMNS = ("id", "title", "published", "language", "source", "section", "url", "authors")
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets misread UTF-8

Items = Iterable[FeedItem]

blueprint = Blueprint("search_formats", __name__)


@blueprint.get(
    "/search.<any(atom, json, csv, ris, bib):kind>", access=Level.VISITOR, label="twins.search"
)
def search(kind: str) -> AnyResponse:
    """Return the page of results that /search shows for these arguments, in another format."""
    found = _find(kind)
    page = found.page
    if page.page > page.last:
        return redirect(page_url(page.last))
    links = _links(page)
    items = map(_feed_item, found.results)
    if kind in FEEDS:
        response = _answer_feed(kind, page, links, items)
    else:
        response = _answer_file(kind, page, items)
    for rel, address in (("prev", links.previous), ("next", links.next)):
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
    if kind in FEEDS:
        return _format_path(path)
    return _format_path(path, page=[], size=[str(MAX_LIST_SIZE)])


def _find(kind: str) -> SearchStream:
    """Return the page asked for; a feed needs its results at once, a file one after another."""
    form, requested = read_form(request.args), read_number("size")
    most = MAX_PAGE_SIZE if kind in FEEDS else MAX_LIST_SIZE
    size = PAGE_RESULTS if requested is None else max(1, min(requested, most))
    if not form.q.strip():
        return SearchStream(SearchPage((), 0, 1, size), iter(()))
    query = replace(read_query(form), page_size=size, with_facets=False, explain=False)
    return get_context().services.search.stream(query)


def _links(page: SearchPage) -> FeedLinks:
    number = [] if page.page_size != PAGE_RESULTS else [str(page.page)]
    return FeedLinks(
        feed=absolute_url(this_url(page=[], size=[])),
        current=absolute_url(this_url()),
        page=absolute_url(_format_path(url_for("pages.search"), page=number, size=[])),
        first=absolute_url(page_url(1)),
        last=absolute_url(page_url(page.last)),
        description=absolute_url(url_for("discovery.opensearch")),
        previous=absolute_url(page_url(page.page - 1)) if page.page > 1 else None,
        next=absolute_url(page_url(page.page + 1)) if page.page < page.last else None,
    )


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


def _answer_feed(kind: str, page: SearchPage, links: FeedLinks, items: Items) -> Response:
    query = read_form(request.args).q
    place = ListPlace(query, page.total, page.page, page.page_size)
    feed = Feed(f"{query} – {NAME}" if query else NAME, list(items), links, place)
    media_type, write = FEEDS[kind]
    return answer(write(feed), media_type)


def _answer_file(kind: str, page: SearchPage, items: Items) -> Response:
    media_type, write = FILES[kind]
    first = (page.page - 1) * page.page_size + 1
    file = make_file(lambda stream: write(items, stream, first))
    response = send_file(file, media_type, as_attachment=True, download_name=f"search.{kind}")
    response.content_type = f"{media_type}; charset=utf-8"
    return response


def _write_csv(items: Items, stream: TextIO, first: int) -> None:
    """Write a row for each article; `link` leads to the passage."""
    stream.write(BYTE_ORDER_MARK)
    rows = (
        (str(rank), *article_cells(item.article, COLUMNS), item.url, item.content)
        for rank, item in enumerate(items, first)
    )
    write_rows(("rank", *COLUMNS, "link", "passages"), rows, stream)


def _write_ris(items: Items, stream: TextIO, _first: int) -> None:
    stream.writelines(format_ris([item.citation]) for item in items)


def _write_bibtex(items: Items, stream: TextIO, _first: int) -> None:
    write_each((format_bibtex([item.citation]) for item in items), stream, "\n")


FEEDS: dict[str, tuple[str, Callable[[Feed], str | bytes]]] = {
    "atom": (ATOM_TYPE, format_atom),
    "json": (JSON_FEED_TYPE, lambda feed: current_app.json.dumps(json_feed_record(feed))),
}
FILES: dict[str, tuple[str, Callable[[Items, TextIO, int], None]]] = {
    "csv": (CSV_TYPE, _write_csv),
    "ris": (RIS_TYPE, _write_ris),
    "bib": (BIBTEX_TYPE, _write_bibtex),
}
