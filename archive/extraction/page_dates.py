"""Finds the publication date of articles whose page declares none. Pure."""

import re
import warnings

from lxml.html import HtmlElement

with warnings.catch_warnings():
    # Its downloader, which we do not use, warns where urllib3 has no SOCKS.
    warnings.simplefilter("ignore")
    from htmldate import find_date

_AFTER_HEADLINE = "(//h1)[1]/following::time[@datetime][1]/@datetime"
_MARKED = "(//time[@pubdate or ancestor::article or ancestor::main][@datetime])[1]/@datetime"
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/-])")
# htmldate's time grows with the number of tags and of characters.
MAX_SEARCHED_TAGS = 10_000
MAX_SEARCHED_CHARACTERS = 1_000_000


def find_published(root: HtmlElement, url: str | None) -> str | None:
    """Return the <time> after the headline, else the day in the URL, else htmldate's guess."""
    for path in (_AFTER_HEADLINE, _MARKED):
        for value in root.xpath(path):
            if str(value)[:4].isdigit():
                return str(value)
    if url and (found := _IN_ADDRESS.search(url)):
        year, month, day = found.groups()
        return f"{year}-{int(month):02}-{int(day):02}"
    return _guess(root, url)


def _guess(root: HtmlElement, url: str | None) -> str | None:
    if sum(1 for _ in root.iter()) > MAX_SEARCHED_TAGS:
        return None
    if sum(map(len, root.itertext())) > MAX_SEARCHED_CHARACTERS:
        return None
    try:
        guess: str | None = find_date(root, original_date=True, url=url)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return guess
