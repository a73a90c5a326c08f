"""The arguments of the request's address, and links that state them again in another way."""

import re
from urllib.parse import quote, urlencode

from flask import request, url_for

from indexer.filters import FILTER_NAMES, FILTERS, MAX_NUMBER
from web.context import current_route
from web.urls.search_form import DEFAULT_ARGUMENTS

# A path of this site: browsers drop tabs and newlines, and take \ for /.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")


def read_number(name: str) -> int | None:
    """The argument where it is a number, brought to one the store can hold."""
    number = request.args.get(name, type=int)
    return None if number is None else max(0, min(number, MAX_NUMBER))


def read_range(name: str) -> tuple[int, int] | None:
    """The characters [start, end) the argument names (RFC 5147), None where it names none."""
    found = re.fullmatch(r"(\d{1,9}),(\d{1,9})", request.args.get(name, ""), re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


def read_numbers(name: str) -> list[int]:
    """All such arguments that are numbers a store can hold."""
    return [max(0, min(n, MAX_NUMBER)) for n in request.args.getlist(name, type=int)]


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


def drop_filter_url(name: str, value: str) -> str:
    """This page without one value of a filter."""
    repeatable = any(each.name == name and each.repeatable for each in FILTERS)
    return drop_url(name, value) if repeatable else without_url(name)


def unfiltered_url() -> str:
    """This page without any filter."""
    return without_url(*FILTER_NAMES)


def here_url() -> str:
    """This page, or where a reader finds it again after a form."""
    if request.endpoint is None:
        return url_for("pages.index")
    if request.method not in ("GET", "HEAD"):
        return url_for(current_route().back)
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
        if value and (name, value) not in DEFAULT_ARGUMENTS
    ]
    # Not url_for, to which a stranger's argument could be one of its own.
    return quote(request.path) + (f"?{urlencode(kept)}" if kept else "")
