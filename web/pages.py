"""The pages. All state of a search is in its URL."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from typing import Any, cast

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from archive.model import ItemOutcome, SourceItem
from indexer.errors import QueryError
from indexer.filters import make_filter
from indexer.query import parse_query
from indexer.search import MODES, SearchPage, SearchQuery
from web import adding, i18n
from web.context import get_context
from web.security import may_write
from web.views import article_url, view_article, view_result

PAGE_RESULTS = 10
THEMES = ("auto", "light", "dark")
PREFERENCE_SECONDS = 365 * 24 * 3600
EXAMPLES = ("missiles moyenne portée", "vol de tableaux dans un musée", "canicule vigilance rouge")

blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The search as the URL states it."""

    q: str
    mode: str
    sources: list[str]
    languages: list[str]
    after: str
    before: str


@dataclass(frozen=True, slots=True)
class PageView:
    """Where in the list a page stands, and how long it took."""

    number: int
    last: int
    total: int
    took_ms: int
    notices: list[str]


@dataclass(frozen=True, slots=True)
class Origin:
    """What neighbours are sought of."""

    kind: str
    title: str
    text: str
    url: str | None


@blueprint.app_context_processor
def provide_context() -> dict[str, Any]:
    """What every template may use."""
    context = get_context()
    return {
        "archive": context.services.store.summarize(),
        "can_write": may_write(),
        "token_needed": bool(context.services.settings.token),
        "locale": i18n.current_language(),
        "theme": _theme(),
        "query": request.args.get("q", ""),
        "language_name": i18n.language_name,
        "show_date": i18n.show_date,
        "show_number": i18n.show_number,
        "preferences_url": _preferences_url,
    }


@blueprint.get("/")
def index() -> str:
    return render_template("index.html", examples=EXAMPLES)


@blueprint.get("/search")
def search() -> str | Response:
    form = _read_form()
    if not form.q.strip():
        return redirect(url_for("pages.index"))
    service = get_context().services.search
    try:
        found = _timed(lambda: service.search(_query(form)))
    except QueryError as exc:
        return render_template("search.html", form=form, page=None, results=[], problem=str(exc))
    return render_template("search.html", form=form, problem=None, **_listing(*found, form.q))


@blueprint.get("/articles/<int:article_id>")
def article(article_id: int) -> str:
    found = get_context().services.store.get(article_id)
    query = request.args.get("q", "")
    current = request.args.get("passage", type=int)
    blocks = view_article(found, _understand(query), current)
    return render_template("article.html", article=found, blocks=blocks, form_q=query)


@blueprint.post("/articles/<int:article_id>/delete")
def delete(article_id: int) -> Response:
    adding.remove_article(get_context(), article_id)
    return redirect(url_for("pages.index"))


@blueprint.get("/similar")
def similar() -> str:
    context, form = get_context(), _read_form()
    service, query = context.services.search, _query(form)
    article_id = request.args.get("article", type=int)
    passage_id = request.args.get("passage", type=int)
    text = request.args.get("text", "")
    if article_id is not None:
        held = context.services.store.get(article_id)
        origin = Origin("article", held.headline, "", article_url(held, 0))
        found = _timed(lambda: service.similar_to_article(article_id, query))
    elif passage_id is not None:
        held, passage = service.find_passage(passage_id)
        url = article_url(held, passage.ordinal)
        origin = Origin("passage", held.headline, passage.text, url)
        found = _timed(lambda: service.similar_to_passage(passage_id, query))
    elif text.strip():
        origin = Origin("text", "", text, None)
        found = _timed(lambda: service.similar_to_text(text, query))
    else:
        return render_template("similar.html", origin=None, results=[], page=None)
    return render_template("similar.html", origin=origin, **_listing(*found, ""))


@blueprint.get("/add")
def add() -> str:
    return render_template("add.html", outcomes=[], values={})


@blueprint.post("/add")
def add_post() -> str:
    outcomes = adding.add_items(get_context(), _offered_items())
    kept = request.form.to_dict() if _nothing_taken(outcomes) else {}
    kept.pop("token", None)
    return render_template("add.html", outcomes=outcomes, values=kept)


@blueprint.get("/preferences")
def preferences() -> Response:
    """Remember the reader's choice of language or theme, then go back."""
    response = redirect(_local_path(request.args.get("next", "")))
    for name, allowed in ((i18n.COOKIE, i18n.LANGUAGES), ("theme", THEMES)):
        chosen = request.args.get(name, "")
        if chosen in allowed:
            response.set_cookie(
                name, chosen, max_age=PREFERENCE_SECONDS, samesite="Lax", httponly=True
            )
    return response


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    """For whoever waits for the server to be up."""
    return {"status": "ok"}


def _offered_items() -> list[SourceItem]:
    """What the add page sent, by the way its button names."""
    way = request.form.get("way")
    if way == "address":
        return adding.read_address(request.form.get("address", ""))
    if way == "file":
        uploads = [(f.filename or "file", f.read()) for f in request.files.getlist("file")]
        return [
            item
            for name, data in uploads
            if name and data
            for item in adding.read_upload(
                name, cast(BufferedReader, BufferedReader(BytesIO(data)))
            )
        ]
    return [adding.read_pasted(request.form)]


def _nothing_taken(outcomes: list[ItemOutcome]) -> bool:
    return all(outcome.outcome == "rejected" for outcome in outcomes)


def _read_form() -> SearchForm:
    arguments = request.args
    return SearchForm(
        q=arguments.get("q", ""),
        mode=arguments.get("mode", "hybrid"),
        sources=arguments.getlist("source"),
        languages=arguments.getlist("language"),
        after=arguments.get("after", ""),
        before=arguments.get("before", ""),
    )


def _query(form: SearchForm) -> SearchQuery:
    return SearchQuery(
        text=form.q,
        mode=form.mode if form.mode in MODES else "hybrid",
        filter=make_filter(form.sources, form.languages, form.after, form.before),
        page=max(1, request.args.get("page", 1, type=int)),
        page_size=PAGE_RESULTS,
    )


def _listing(found: SearchPage, took_ms: int, query: str) -> dict[str, Any]:
    view = PageView(
        number=found.page,
        last=found.last,
        total=found.total,
        took_ms=took_ms,
        notices=[gettext(notice) for notice in found.notices],
    )
    results = [view_result(result, query) for result in found.results]
    return {"page": view, "results": results, "page_url": _page_url}


def _page_url(number: int) -> str:
    arguments = request.args.to_dict(flat=False) | {"page": [str(number)]}
    return url_for(cast(str, request.endpoint), **cast(Any, arguments))


def _understand(query: str) -> Any:
    try:
        return parse_query(query)
    except QueryError:
        return None


def _timed(find: Callable[[], SearchPage]) -> tuple[SearchPage, int]:
    start = time.perf_counter()
    return find(), round((time.perf_counter() - start) * 1000)


def _theme() -> str:
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _preferences_url(lang: str | None = None, theme: str | None = None) -> str:
    here = request.full_path if request.method == "GET" else request.path
    return url_for("pages.preferences", lang=lang, theme=theme, next=here.rstrip("?"))


def _local_path(path: str) -> str:
    """The path where it stays on this site, else the landing page."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path
    return path if safe else url_for("pages.index")
