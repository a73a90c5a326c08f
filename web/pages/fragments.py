"""Links to the exact words on the publisher's page. Pure.

A text directive (URL Fragment Text Directives, WICG) names the first and last words of what the
browser finds and highlights. A browser that does not support it opens the page at its top.
"""

from urllib.parse import quote, urlsplit

# Enough words at either end to find a passage, and few enough to survive small edits.
WORDS = 5


def link_words(url: str, text: str) -> str:
    """Return the address with a directive for the text; unchanged if it already has a fragment."""
    directive = text_directive(text)
    if urlsplit(url).fragment or not directive:
        return url
    return f"{url.removesuffix('#')}#:~:text={directive}"


def text_directive(text: str) -> str:
    """Return the directive's `start,end`, percent-encoded; a short text is given whole."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if len(lines) == 1 and len(lines[0]) <= 2 * WORDS:
        return _encode(lines[0])
    return f"{_encode(lines[0][:WORDS])},{_encode(lines[-1][-WORDS:])}"


def _encode(words: list[str]) -> str:
    """Encode the text; hyphen and comma have a meaning in directives."""
    return quote(" ".join(words), safe="").replace("-", "%2D")
