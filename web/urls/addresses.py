"""Absolute addresses for use outside this site: in feeds, citations and sitemaps."""

from flask import request

from web.context import get_context


def absolute_url(path: str) -> str:
    """Return the absolute address of a path: below `base_url` if it is set, else below the host
    asked for.
    """
    root = get_context().services.settings.base_url or request.url_root
    return f"{root.rstrip('/')}/{path.removeprefix(request.script_root).lstrip('/')}"
