"""The search, article and similar pages. The whole state of a search is in its URL."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.diff import compare_details, compare_versions, pick_version, pick_versions
from archive.errors import ArchiveError
from archive.messages import Message
from archive.model import ArchiveSummary
from indexer.errors import IndexerError, QueryError
from indexer.query import Query
from indexer.ranking.request import SearchQuery
from indexer.ranking.result_page import SearchPage
from web.actions import adding
from web.context import get_context
from web.http.admission import search_under_load
from web.http.identity import current_identity
from web.http.security import may, may_write, token_needed
from web.i18n import locale as i18n
from web.i18n.catalogue import LANGUAGES
from web.pages.examples import example_queries
from web.pages.histograms import view_histogram
from web.pages.views import view_article, view_results
from web.records.answers import describe_words
from web.routes import Blueprint, Level
from web.urls.arguments import (
    drop_filter_url,
    drop_url,
    here_url,
    local_path,
    page_url,
    read_number,
    read_numbers,
    read_range,
    search_arguments,
    this_url,
    unfiltered_url,
    with_url,
    without_url,
)
from web.urls.links import article_url
from web.urls.search_form import read_form, read_query
from web.urls.similar_inputs import InputArguments, read_inputs

THEMES = ("auto", "light", "dark")
PREFERENCE_SECONDS = 365 * 24 * 3600
RECENT_ARTICLES = 50
EXAMPLE_TITLES = 12

blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class PageView:
    """Where a page lies in the list, and how long the search took."""

    number: int
    last: int
    total: int
    answers: int
    took_ms: int
    notices: tuple[Message, ...]
    words: tuple[Message, ...]


@blueprint.app_context_processor
def provide_context() -> dict[str, Any]:
    """Provide what every template may use."""
    return {
        "archive": _summarize() if may(Level.VISITOR) else None,
        "can_read": may(Level.VISITOR),
        "can_write": may_write(),
        "is_reader": may(Level.READER),
        "is_editor": may(Level.EDITOR),
        "is_admin": may(Level.ADMIN),
        "identity": current_identity(),
        "token_needed": token_needed(),
        "locale": i18n.current_language(),
        "theme": _theme(),
        "query": request.args.get("q", ""),
        "language_name": i18n.language_name,
        "show_date": i18n.show_date,
        "show_moment": i18n.show_moment,
        "show_period": i18n.show_period,
        "show_number": i18n.show_number,
        "figure": i18n.show_figure,
        "other_languages": i18n.other_languages,
        "preferences_url": _preferences_url,
        "here_url": here_url,
        "with_url": with_url,
        "drop_url": drop_url,
        "drop_filter_url": drop_filter_url,
        "without_url": without_url,
        "unfiltered_url": unfiltered_url,
    }


@blueprint.get("/", access=Level.VISITOR)
def index() -> str:
    recent = get_context().services.store.list_articles(limit=RECENT_ARTICLES)
    readable = [article for article in recent if article.language == i18n.current_language()]
    titles = [article.title for article in (readable or recent)[:EXAMPLE_TITLES]]
    return render_template("index.html", examples=example_queries(titles))


@blueprint.get("/search", access=Level.VISITOR)
def search() -> str | Response:
    form = read_form(request.args)
    if not form.q.strip():
        return redirect(url_for("pages.index"))
    find = get_context().services.search.search
    try:
        found, took_ms = _timed(lambda: search_under_load(find, read_query(form)))
    except QueryError as exc:
        problem = exc.message
        nothing: dict[str, Any] = {"page": None, "results": [], "facets": None, "histogram": None}
        return render_template("search.html", form=form, problem=problem, **nothing)
    if found.page > found.last:
        return redirect(page_url(found.last))
    listing = _listing(found, took_ms)
    return render_template("search.html", form=form, problem=None, **listing)


@blueprint.get("/articles/<int:article_id>", access=Level.VISITOR)
def article(article_id: int) -> str:
    found = get_context().services.store.get(article_id)
    query = request.args.get("q", "")
    version = read_number("v") or found.version
    sought = read_range("char") if version == found.version else None
    blocks = view_article(found, _understand(query), sought)
    return render_template(
        "article.html",
        article=found,
        blocks=blocks,
        form_q=query,
        results_url=url_for("pages.search", **search_arguments()),
        copies=get_context().services.clusters.copies_of(article_id),
        cited_version=version,
    )


@blueprint.get("/articles/<int:article_id>/versions", access=Level.VISITOR)
def versions(article_id: int) -> str:
    """Show every version of an article: one of them whole, or the difference between two."""
    known = get_context().services.store.versions(article_id)
    shown = read_number("version")
    if shown is not None:
        version = pick_version(known, shown)
        return render_template("versions.html", versions=known, shown=version, pair=None)
    pair = pick_versions(known, read_number("old"), read_number("new"))
    return render_template(
        "versions.html",
        versions=known,
        pair=pair,
        changes=compare_versions(*pair) if pair else (),
        details=compare_details(*pair) if pair else (),
        shown=None,
    )


@blueprint.post("/articles/<int:article_id>/delete", access=Level.EDITOR)
def delete(article_id: int) -> Response:
    adding.remove_article(get_context(), article_id)
    return redirect(url_for("pages.index"))


@blueprint.get("/similar", access=Level.VISITOR)
def similar() -> str | Response:
    services, form = get_context().services, read_form(request.args)
    inputs = read_inputs(_read_input_arguments(), services.store, services.search)
    shown: dict[str, Any] = {"form": form, "inputs": inputs, "article_url": article_url}
    if not inputs.like:
        return render_template("similar.html", results=[], page=None, **shown)
    query = replace(read_query(form), with_facets=False)  # the page shows no versions

    def find(lightened: SearchQuery) -> SearchPage:
        return services.search.similar(inputs.examples, lightened, inputs.counterexamples)

    found, took_ms = _timed(lambda: search_under_load(find, query))
    if found.page > found.last:
        return redirect(page_url(found.last))
    return render_template("similar.html", **_listing(found, took_ms), **shown)


@blueprint.get("/preferences", access=Level.NOBODY)
def preferences() -> Response:
    """Remember the reader's choice of language or theme, then go back."""
    response = redirect(local_path(request.args.get("next", "")))
    for name, allowed in ((i18n.COOKIE, LANGUAGES), ("theme", THEMES)):
        chosen = request.args.get(name, "")
        if chosen in allowed:
            response.set_cookie(
                name, chosen, max_age=PREFERENCE_SECONDS, samesite="Lax", httponly=True
            )
    return response


@blueprint.get("/healthz", access=Level.NOBODY, identified=False, queued=False)
def healthz() -> dict[str, str]:
    """Answer 200 once the server is up."""
    return {"status": "ok"}


def _summarize() -> ArchiveSummary | None:
    """Return None if the store fails: the page that reports it must not fail too."""
    try:
        return get_context().services.summarize()
    except ArchiveError:
        return None


def _read_input_arguments() -> InputArguments:
    return InputArguments(
        articles=read_numbers("article"),
        passages=read_numbers("passage"),
        text=request.args.get("text", "").strip() or None,
        not_articles=read_numbers("not_article"),
        not_passages=read_numbers("not_passage"),
    )


def _listing(found: SearchPage, took_ms: int) -> dict[str, Any]:
    view = PageView(
        number=found.page,
        last=found.last,
        total=found.total,
        answers=found.total - found.near,
        took_ms=took_ms,
        notices=found.notices,
        words=describe_words(found),
    )
    search = search_arguments() if request.endpoint == "pages.search" else {}
    results = view_results(found, search)
    listing = {"page": view, "results": results, "page_url": page_url}
    if found.did_you_mean:
        listing |= {"meant": found.did_you_mean}
        listing |= {"meant_url": this_url(q=[found.did_you_mean], page=[])}
    return listing | {"facets": found.facets, "histogram": view_histogram(found.histogram)}


def _understand(query: str) -> Query | None:
    """Return the query as the search reads it, or None if it is empty or cannot be searched."""
    try:
        return get_context().services.search.understand(query) if query.strip() else None
    except (ArchiveError, IndexerError):
        return None


def _timed(find: Callable[[], SearchPage]) -> tuple[SearchPage, int]:
    start = time.perf_counter()
    return find(), round((time.perf_counter() - start) * 1000)


def _theme() -> str:
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _preferences_url(lang: str | None = None, theme: str | None = None) -> str:
    return url_for("pages.preferences", lang=lang, theme=theme, next=here_url())
