"""A search as the URL states it, and the links that state it again, without what says nothing."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from flask import request, url_for

from indexer.errors import QueryError
from indexer.query.filters import make_filter, period_bounds
from indexer.ranking.listing import SORTS
from indexer.ranking.request import KEYWORD_WEIGHT, MODES, SearchQuery

PAGE_RESULTS = 10
EVEN_BALANCE = round(100 * KEYWORD_WEIGHT)
MOST_PAGES = 1_000_000
LARGEST_NUMBER = 2**62
SILENT_VALUES = {
    ("mode", "hybrid"),
    ("page", "1"),
    ("sort", "relevance"),
    ("balance", str(EVEN_BALANCE)),
}
# A path of this site: browsers drop tabs and newlines, and take \ for /.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
# Where a reader is taken back to from an answer to a form.
FORM_PAGES = {
    "intake.add_post": "intake.add",
    "feeds.follow": "feeds.feeds",
    "saved.create": "saved.show_all",
    "collections.create": "collections.show_all",
    "signing.sign_in_post": "signing.sign_in",
    "account.change_password": "account.show",
    "account.create_token": "account.show",
    "users.create": "users.show",
    "users.change": "users.show",
}


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The search as the URL states it."""

    q: str
    mode: str
    sources: list[str]
    languages: list[str]
    sections: list[str]
    authors: list[str]
    tags: list[str]
    collections: list[int]
    after: str
    before: str
    sort: str
    per_outlet: int | None
    balance: int
    explain: bool

    @property
    def filters(self) -> int:
        """How many filters are in use."""
        names = (self.sources, self.languages, self.sections, self.authors, self.tags)
        listed = sum(map(len, names)) + len(self.collections)
        return listed + bool(self.after) + bool(self.before)

    @property
    def first_day(self) -> str:
        """The first day `after` includes, for a date field; "" where it states none."""
        return _bounds(self.after)[0]

    @property
    def last_day(self) -> str:
        """The last day `before` includes, for a date field; "" where it states none."""
        return _bounds(self.before)[1]


def read_form() -> SearchForm:
    arguments = request.args
    mode, sort = arguments.get("mode", "hybrid"), arguments.get("sort", "relevance")
    return SearchForm(
        q=arguments.get("q", ""),
        mode=mode if mode in MODES else "hybrid",
        sources=list(filter(None, arguments.getlist("source"))),
        languages=list(filter(None, arguments.getlist("language"))),
        sections=list(filter(None, arguments.getlist("section"))),
        authors=list(filter(None, arguments.getlist("author"))),
        tags=list(filter(None, arguments.getlist("tag"))),
        collections=read_numbers("collection"),
        after=arguments.get("after", "").strip(),
        before=arguments.get("before", "").strip(),
        sort=sort if sort in SORTS else "relevance",
        per_outlet=arguments.get("per_outlet", type=int),
        balance=_read_balance(arguments.get("balance", type=int)),
        explain=arguments.get("explain") == "1",
    )


def read_query(form: SearchForm) -> SearchQuery:
    """Raises QueryError where a filter means nothing."""
    return SearchQuery(
        text=form.q,
        mode=next(mode for mode in MODES if mode == form.mode),
        filter=make_filter(
            form.sources,
            form.languages,
            form.after,
            form.before,
            sections=form.sections,
            authors=form.authors,
            tags=form.tags,
            collections=form.collections,
        ),
        page=min(read_number("page") or 1, MOST_PAGES),
        page_size=PAGE_RESULTS,
        sort=next(sort for sort in SORTS if sort == form.sort),
        most_per_outlet=form.per_outlet,
        keyword_weight=form.balance / 100,
        with_facets=True,
        explain=form.explain,
    )


def read_number(name: str) -> int | None:
    """The argument where it is a number, brought to one the store can hold."""
    number = request.args.get(name, type=int)
    return None if number is None else max(0, min(number, LARGEST_NUMBER))


def read_range(name: str) -> tuple[int, int] | None:
    """The characters [start, end) the argument names (RFC 5147), None where it names none."""
    found = re.fullmatch(r"(\d{1,9}),(\d{1,9})", request.args.get(name, ""), re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


def read_numbers(name: str) -> list[int]:
    """All such arguments that are numbers a store can hold."""
    return [max(0, min(n, LARGEST_NUMBER)) for n in request.args.getlist(name, type=int)]


def page_url(number: int) -> str:
    """This page at another page of its results."""
    return this_url(page=[str(number)])


def with_url(name: str, value: str | int) -> str:
    """This page with one value of an argument more."""
    return this_url(page=[], **{name: [*request.args.getlist(name), str(value)]})


def drop_url(name: str, value: str) -> str:
    """This page with one value of an argument less."""
    return this_url(page=[], **{name: [v for v in request.args.getlist(name) if v != value]})


def without_url(*names: str) -> str:
    """This page without these arguments."""
    return this_url(page=[], **{name: [] for name in names})


def here_url() -> str:
    """This page, or where a reader finds it again after a form."""
    if request.endpoint is None:
        return url_for("pages.index")
    if request.method not in ("GET", "HEAD"):
        return url_for(FORM_PAGES.get(request.endpoint, "pages.index"))
    return this_url()


def local_path(path: str) -> str:
    """The path where it stays on this site, else the landing page."""
    return path if _LOCAL_PATH.fullmatch(path) else url_for("pages.index")


def this_url(**changed: list[str]) -> str:
    """This page with other arguments."""
    arguments = request.args.to_dict(flat=False) | changed
    kept = [
        (name, value)
        for name, values in arguments.items()
        for value in values
        if value and (name, value) not in SILENT_VALUES
    ]
    # Not url_for, to which a stranger's argument could be one of its own.
    return quote(request.path) + (f"?{urlencode(kept)}" if kept else "")


def _read_balance(percent: int | None) -> int:
    """What words count beside meaning, in percent."""
    return EVEN_BALANCE if percent is None else max(0, min(percent, 100))


def _bounds(period: str) -> tuple[str, str]:
    try:
        first, following = period_bounds(period)
    except QueryError:
        return "", ""
    return first, (date.fromisoformat(following) - timedelta(days=1)).isoformat()
