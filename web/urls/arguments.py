"""The arguments of the request's address, and links that change some of them."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from flask import request, url_for

from indexer.filters import FILTER_NAMES, FILTERS, MAX_NUMBER
from web.context import current_route
from web.urls.search_form import DEFAULT_ARGUMENTS, SEARCH_ARGUMENTS

# A path of this site: browsers drop tabs and newlines, and take \ for /.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")


def read_number(name: str) -> int | None:
    """Return the argument as a number within what the store can hold, or the default."""
    number = request.args.get(name, type=int)
    return None if number is None else max(0, min(number, MAX_NUMBER))


def read_range(name: str) -> tuple[int, int] | None:
    """Return the characters [start, end) that the argument names (RFC 5147), or None."""
    found = re.fullmatch(r"(\d{1,9}),(\d{1,9})", request.args.get(name, ""), re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


def read_numbers(name: str) -> list[int]:
    """Return all such arguments that are numbers the store can hold."""
    return [max(0, min(n, MAX_NUMBER)) for n in request.args.getlist(name, type=int)]


def search_arguments() -> dict[str, Any]:
    """Return the arguments of this address that state a search, each with its values."""
    stated = {name: request.args.getlist(name) for name in SEARCH_ARGUMENTS}
    return {
        name: values
        for name, values in stated.items()
        if any(values) and (name, values[0]) not in DEFAULT_ARGUMENTS
    }


def page_url(number: int) -> str:
    """Return the address of another page of these results."""
    return this_url(page=[str(number)])


def with_url(name: str, value: str | int) -> str:
    """Return this address with one more value of an argument."""
    return this_url(page=[], **{name: [*request.args.getlist(name), str(value)]})


def drop_url(name: str, value: str) -> str:
    """Return this address without one value of an argument."""
    return this_url(page=[], **{name: [v for v in request.args.getlist(name) if v != value]})


def without_url(*names: str) -> str:
    """Return this address without these arguments."""
    return this_url(page=[], **{name: [] for name in names})


def drop_filter_url(name: str, value: str) -> str:
    """Return this address without one value of a filter."""
    repeatable = any(each.name == name and each.repeatable for each in FILTERS)
    return drop_url(name, value) if repeatable else without_url(name)


def unfiltered_url() -> str:
    """Return this address without any filter."""
    return without_url(*FILTER_NAMES)


def here_url() -> str:
    """Return this address or, after a form, the address of the page that contained it."""
    if request.endpoint is None:
        return url_for("pages.index")
    if request.method not in ("GET", "HEAD"):
        return url_for(current_route().back)
    return this_url()


def local_path(path: str) -> str:
    """Return the path if it stays on this site, else the landing page."""
    return path if _LOCAL_PATH.fullmatch(path) else url_for("pages.index")


def this_url(**changed: list[str]) -> str:
    """Return this address with other arguments."""
    arguments = request.args.to_dict(flat=False) | changed
    kept = [
        (name, value)
        for name, values in arguments.items()
        for value in values
        if value and (name, value) not in DEFAULT_ARGUMENTS
    ]
    # Not url_for: an argument from outside could have the name of one of its own.
    return quote(request.path) + (f"?{urlencode(kept)}" if kept else "")
