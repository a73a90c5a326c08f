"""Addresses that hold outside this site: in feeds, citations and sitemaps."""

from flask import request

from web.context import get_context


def absolute_url(path: str) -> str:
    """The address of a path of this site: below `base_url` where that is set, else as asked for."""
    root = get_context().services.settings.base_url or request.url_root
    return f"{root.rstrip('/')}/{path.removeprefix(request.script_root).lstrip('/')}"
