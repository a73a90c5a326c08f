"""Web addresses: the form that is stored and shown, and the key that tells which are one. Pure."""

import re
from urllib.parse import quote, unquote, urlsplit

from archive.errors import FieldRefusedError
from archive.text.lines import MAX_FIELD_CHARACTERS, clean_line, shorten
from archive.wordings import ADDRESS_SECRET, ADDRESS_TOO_LONG, NOT_AN_ADDRESS

# Parameters that say where a reader came from, never what is read. No others: two articles taken
# for one overwrite each other, while one article under two addresses is recognized by its text.
_TRACKER = re.compile(
    r"(?:utm|itm|mtm|pk|piwik|matomo|mc|hsa|vero|oly|at|stm|wt|ns|trk)_\w+|amp_(?:js_v|gsa|ct)|usqp"
    r"|(?:fb|g|dc|tw|yc|ttc|msclk)(?:c?lid)|msclkid|gbraid|wbraid|li_fat_id|rb_clickid|_hs(?:enc|mi)"
    r"|igshid|igsh|xtor|xts|(?:s_)?cmpid|ocid|wickedid|epik|dicbo|guccounter|guce_referrer\w*"
    r"|__twitter_impression|soc_(?:src|trk)|ref_src|ref_url|mkt_tok|_ga|_gl|_openstat",
    re.IGNORECASE,
)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_PORTS = {"http": 80, "https": 443}
# Hosts that serve the pages of the host they are named after.
_VARIANT_HOST = re.compile(r"(?:www\d?|amp|m|mobile)\.(?=[^.]+\.)")
_AMP_SUFFIX = re.compile(r"\.amp(?=(?:\.x?html?)?$)|-amp(?=\.x?html?$)", re.IGNORECASE)
_AMP_PARAMETER = re.compile(
    r"_?(?:is)?amp(?:=.*)?|(?:output\w*|view\w*|mode|format|type|version|layout)=amp", re.IGNORECASE
)
# Copies of AMP pages: www.google.com/amp/s/a.org/news, a-org.cdn.ampproject.org/c/s/a.org/news.
_AMP_CACHE = re.compile(
    r"https?://(?:www\.google\.[a-z.]+/amp|[^/]+\.cdn\.ampproject\.org/[a-z])/(s/)?(?=[^/]+\.[^/]+/)"
)
_INDEX = re.compile(r"(?:index|default|amp)\.(?:x?html?|php\d?|aspx?|jsp)", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNRESERVED = "-._~"


def canonical_url(url: str) -> str:
    """Return the URL without tracking, default port or fragment, its parameters sorted by name.

    Raises FieldRefusedError unless it is an absolute http or https URL without user name or
    password.
    """
    try:
        parts = urlsplit(clean_line(url))
        host, explicit_port = _canonical_host(parts.hostname or ""), parts.port
    except ValueError as exc:
        raise FieldRefusedError(NOT_AN_ADDRESS(text=shorten(url))) from exc
    if parts.scheme not in _PORTS or not host or explicit_port == 0:
        raise FieldRefusedError(NOT_AN_ADDRESS(text=shorten(url)))
    if parts.username is not None:  # not quoted in the message: it may be a password
        raise FieldRefusedError(ADDRESS_SECRET())
    port = f":{explicit_port}" if explicit_port not in (None, _PORTS[parts.scheme]) else ""
    path = quote(parts.path or "/", safe="/%!$&'()*+,;=:@~")
    query = _canonical_query(quote(parts.query, safe="/%!$&'()*+,;=:@~?"))
    canonical = f"{parts.scheme}://{host}{port}{path}{query}"
    if len(canonical) > MAX_FIELD_CHARACTERS:
        raise FieldRefusedError(ADDRESS_TOO_LONG(number=len(canonical), text=shorten(url)))
    return canonical


def address_key(url: str) -> str:
    """Return the key that the addresses of one page share. Raises as `canonical_url` does.

    It leaves out what does not tell pages apart: http or https, www, a slash at the end, the name
    of an index page, and the marks of AMP and mobile pages. It is no address, and never shown.

    >>> address_key("http://www.a.org/news/1/"), address_key("https://amp.a.org/news/1.amp?amp=1")
    ('a.org/news/1', 'a.org/news/1')
    """
    canonical = _AMP_CACHE.sub(_original_scheme, canonical_url(url), count=1)
    parts = urlsplit(canonical)
    segments = [_plain_segment(segment) for segment in parts.path.split("/")]
    if _INDEX.fullmatch(segments[-1]):
        segments.pop()
    path = "/".join(segment for segment in segments if not _is_empty(segment))
    query = "&".join(p for p in parts.query.split("&") if p and not _AMP_PARAMETER.fullmatch(p))
    return f"{_plain_host(parts.netloc)}/{path}{f'?{query}' if query else ''}"


def key_or_none(url: str | None) -> str | None:
    """Return the key of an address, or None if there is none or it is not valid."""
    try:
        return address_key(url) if url else None
    except FieldRefusedError:
        return None


def host_of_key(key: str) -> str:
    """Return the host in a key, with its port if it has one; "" of no key."""
    return key.partition("/")[0]


def is_front_page(url: str) -> bool:
    """Return whether the address is that of a whole site."""
    key = key_or_none(url)
    return key is not None and key.endswith("/")


def _original_scheme(cache: re.Match[str]) -> str:
    return "https://" if cache[1] else "http://"


def _plain_host(authority: str) -> str:
    """Return the host without the names of variants: amp.www.a.org is a.org, amp.dev itself."""
    while plain := _VARIANT_HOST.match(authority):
        authority = authority[plain.end() :]
    return authority


def _plain_segment(segment: str) -> str:
    plain = _AMP_SUFFIX.sub("", segment)
    return _ESCAPE.sub(lambda run: quote(unquote(run[0], "latin-1"), _UNRESERVED, "latin-1"), plain)


def _is_empty(segment: str) -> bool:
    return not segment or segment.lower() == "amp"


def _canonical_host(host: str) -> str:
    """Return lower-case ASCII (RFC 3490), IPv6 in brackets; empty if the name is invalid."""
    try:
        name = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    if not _HOST.fullmatch(name):
        return ""
    return f"[{name}]" if ":" in name else name


def _canonical_query(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _TRACKER.fullmatch(_name_of(part))]
    return f"?{'&'.join(sorted(kept, key=_name_of))}" if kept else ""


def _name_of(parameter: str) -> str:
    return parameter.partition("=")[0]
