"""One GET or POST of an outside URL, safe against hostile servers and against reaching private
services: every hop connects through `address_guard`, and nothing is kept from one hop to the next.
"""

import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from types import MappingProxyType

import httpcore
import httpx

from archive.errors import FetchError
from archive.messages import Message
from archive.net.address_guard import GuardedBackend
from archive.wordings import (
    ADDRESS_WITH_PASSWORD,
    ANSWERED,
    ANSWERED_FOR_NOW,
    FETCH_FAILED,
    FETCH_TIMEOUT,
    NOT_FETCHABLE,
    PAGE_CUT_SHORT,
    PAGE_TOO_LARGE,
    TOO_MANY_REDIRECTS,
    UNKNOWN_CODING,
)

# The only headers of callers that are sent, as a redirect may pass them on to anyone.
_CONDITIONS = ("if-none-match", "if-modified-since")
_HTTP_ERRORS = (httpx.InvalidURL, httpcore.NetworkError, httpcore.ProtocolError, zlib.error)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of one fetch, all redirect hops together."""

    max_bytes: int = 10_000_000  # of the body, after decompression
    timeout_seconds: float = 20.0
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """The response of the last hop; its header names are lower case.

    Only `request_url` returns a status other than 200 to 299; its body is not read.
    """

    url: str
    content_type: str  # media type in lower case without parameters; "" if absent or malformed
    charset: str | None  # as declared, in lower case; may be a name Python does not know
    body: bytes
    status: int
    headers: Mapping[str, str]
    moved_to: str | None = None  # by permanent redirects (RFC 9110, 15.4.2, 15.4.9) alone

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def fetch_url(
    url: str,
    limits: FetchLimits = FetchLimits(),
    *,
    allowed_networks: Sequence[str] = (),
    user_agent: str = "Hemero",
) -> FetchedPage:
    """Return the page at `url` after redirects, its body decompressed.

    `allowed_networks` (CIDR, e.g. "10.2.0.0/16") allows private networks, for the archive of an
    intranet and for tests; any page may then redirect there. Raises ValueError if one is malformed,
    BlockedAddressError if an address is not public, FetchError for all else.
    """
    page = request_url(url, limits, allowed_networks=allowed_networks, user_agent=user_agent)
    if not page.ok:
        raise FetchError(refusal_of(page))
    return page


def request_url(
    url: str,
    limits: FetchLimits = FetchLimits(),
    *,
    allowed_networks: Sequence[str] = (),
    user_agent: str = "Hemero",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> FetchedPage:
    """Do as `fetch_url`, but return any status, for callers that handle 304, 410, 429 or 503.

    `headers` are added to our own at every hop: only If-None-Match and If-Modified-Since, as a
    redirect may lead to any host. Raises ValueError if there is another.
    """
    if unknown := [name for name in headers if name.lower() not in _CONDITIONS]:
        raise ValueError(f"{unknown!r:.100} may be sent to no stranger; leave it out")
    with _guarded_pool(url, limits, allowed_networks) as pool:
        return _get_page(pool, url, {"User-Agent": user_agent, **headers}, limits)


def post_url(
    url: str,
    body: bytes,
    limits: FetchLimits = FetchLimits(),
    *,
    allowed_networks: Sequence[str] = (),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> FetchedPage:
    """Post `body` to `url` and return the response, whatever its status, without its body.

    No redirect is followed, as the body is signed for one receiver only. Raises as `fetch_url`
    does.
    """
    with _guarded_pool(url, limits, allowed_networks) as pool:
        target = httpx.URL(url)
        check_url(target, url)
        extra = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        sent = [(b"Host", target.netloc), *extra]
        with pool.stream("POST", _core_url(target), headers=sent, content=body) as reply:
            received = dict(httpx.Headers(reply.headers))
            content_type, charset = parse_content_type(received.get("content-type", ""))
            return FetchedPage(str(target), content_type, charset, b"", reply.status, received)


@contextmanager
def _guarded_pool(
    url: str, limits: FetchLimits, allowed_networks: Sequence[str]
) -> Iterator[httpcore.ConnectionPool]:
    """Open checked connections that end in time; any failure within becomes a FetchError."""
    allowed = tuple(ip_network(network) for network in allowed_networks)
    backend = GuardedBackend(time.monotonic() + limits.timeout_seconds, allowed)
    shown = f"{url!r:.300}"
    try:
        with httpcore.ConnectionPool(network_backend=backend) as pool:
            yield pool
    except (TimeoutError, httpcore.TimeoutException) as exc:
        raise FetchError(FETCH_TIMEOUT(address=shown, seconds=limits.timeout_seconds)) from exc
    except (OSError, ValueError, *_HTTP_ERRORS) as exc:  # UnicodeError is a ValueError
        reason = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise FetchError(FETCH_FAILED(address=shown, reason=reason)) from exc


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _get_page(
    pool: httpcore.ConnectionPool, url: str, headers: Mapping[str, str], limits: FetchLimits
) -> FetchedPage:
    # Not httpx.Client: it reads the bodies of redirects whole and inflates chunks without bound.
    hop, moved_to, permanent = httpx.URL(url), None, True
    common = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for _ in range(limits.max_redirects + 1):
        check_url(hop)
        sent = [(b"Host", hop.netloc), *common, (b"Accept-Encoding", b"gzip")]
        with pool.stream("GET", _core_url(hop), headers=sent) as reply:
            location = httpx.Headers(reply.headers).get("location")
            if location is None or not httpx.codes.is_redirect(reply.status):
                return _read_page(str(hop), reply, limits.max_bytes, moved_to)
        hop = hop.join(location)
        permanent = permanent and reply.status in (301, 308)
        moved_to = str(hop) if permanent else moved_to
    raise FetchError(TOO_MANY_REDIRECTS(address=f"{url!r:.300}", number=limits.max_redirects))


def check_url(url: httpx.URL, original: str = "") -> None:
    """Raise FetchError unless `url` is http or https, names a host and has no user name.

    The error quotes `original`, the address before parsing, if it is given.
    """
    if url.userinfo:  # not quoted in the message: it may be a password
        raise FetchError(ADDRESS_WITH_PASSWORD())
    if url.scheme not in ("http", "https") or not url.raw_host or b"%" in url.raw_host:
        raise FetchError(NOT_FETCHABLE(address=f"{original or str(url)!r:.300}"))


def _read_page(
    url: str, reply: httpcore.Response, max_bytes: int, moved_to: str | None
) -> FetchedPage:
    headers = dict(httpx.Headers(reply.headers))
    content_type, charset = parse_content_type(headers.get("content-type", ""))
    body = b""
    if 200 <= reply.status < 300:
        body = read_body(reply.iter_stream(), headers.get("content-encoding", ""), max_bytes)
    return FetchedPage(url, content_type, charset, body, reply.status, headers, moved_to)


def refusal_of(page: FetchedPage) -> Message:
    """Return the message for a status other than 200 to 299."""
    status = f"{page.status} {httpx.codes.get_reason_phrase(page.status)}".strip()
    template = ANSWERED_FOR_NOW if page.status >= 500 else ANSWERED
    return template(address=f"{page.url!r:.300}", status=status)


def parse_content_type(header: str) -> tuple[str, str | None]:
    """Return media type ("" if malformed) and charset, both in lower case (RFC 9110, 8.3)."""
    media = re.match(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", header.strip().lower(), re.ASCII)
    charset = re.search(r";\s*charset\s*=\s*[\"']?([\w.:+-]+)", header.lower(), re.ASCII)
    return media[0] if media else "", charset[1] if charset else None


def read_body(chunks: Iterable[bytes], coding: str, max_bytes: int) -> bytes:
    """Return the chunks joined and decompressed as the Content-Encoding `coding` says.

    Reads at most `max_bytes` and one chunk. Raises FetchError for more, for an unknown or nested
    coding and for a truncated compressed body. Reads gzip (RFC 1952) and zlib (RFC 1950) data.
    """
    codings = [name for name in re.split(r"[,\s]+", coding.lower()) if name not in ("", "identity")]
    if codings not in ([], ["gzip"], ["x-gzip"], ["deflate"]):  # RFC 9110, 8.4.1
        raise FetchError(UNKNOWN_CODING(coding=f"{coding!r:.100}"))
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32) if codings else None  # 32: either header
    body, chunk = bytearray(), b""
    for chunk in chunks:
        body += inflater.decompress(chunk, max_bytes + 1 - len(body)) if inflater else chunk
        if len(body) > max_bytes:
            raise FetchError(PAGE_TOO_LARGE(number=max_bytes))
        if inflater and inflater.eof:  # like browsers, ignore what follows
            return bytes(body)
    if inflater and chunk:
        raise FetchError(PAGE_CUT_SHORT())
    return bytes(body)
