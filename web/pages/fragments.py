"""Links to the very words on the publisher's page. Pure.

A text directive (URL Fragment Text Directives, WICG) names the first and last words of what a
browser shall seek and show. A browser that knows none, or finds none, opens the page at its top.
"""

from urllib.parse import quote, urlsplit

# So many words at either end are enough to find a passage, and few enough to survive small edits.
WORDS = 5


def link_words(url: str, text: str) -> str:
    """The address with a directive for the text; unchanged where it has a fragment of its own."""
    directive = text_directive(text)
    if urlsplit(url).fragment or not directive:
        return url
    return f"{url.removesuffix('#')}#:~:text={directive}"


def text_directive(text: str) -> str:
    """The `start,end` of the text, percent-encoded; all of it where it is short."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if len(lines) == 1 and len(lines[0]) <= 2 * WORDS:
        return _encode(lines[0])
    return f"{_encode(lines[0][:WORDS])},{_encode(lines[-1][-WORDS:])}"


def _encode(words: list[str]) -> str:
    """A hyphen and a comma are the directive's own signs."""
    return quote(" ".join(words), safe="").replace("-", "%2D")
