"""Politeness to hosts: one request at a time, a pause after each, robots.txt and Retry-After.

robots.txt follows RFC 9309: it is cached for a day, a 4xx status allows everything (2.3.1.3), and
if it cannot be fetched, nothing else is (2.3.1.4).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock
from types import MappingProxyType
from urllib.parse import urlsplit

from protego import Protego

from archive.errors import (
    BlockedAddressError,
    FetchError,
    HostClosedError,
    RobotsForbiddenError,
    RobotsUnreachableError,
)
from archive.feeds.decide import parse_retry_after
from archive.messages import Message
from archive.net.fetch import FetchedPage
from archive.wordings import (
    HOST_CLOSED,
    NOT_FETCHABLE,
    ROBOTS_ANSWERED,
    ROBOTS_FORBID,
    ROBOTS_UNREACHABLE,
)

ROBOT = "Hemero"
DELAY_SECONDS = 1.0
MAX_CRAWL_DELAY_SECONDS = 30.0
ROBOTS_CACHE_SECONDS = 86_400.0  # RFC 9309, 2.4: must not be cached for longer
UNREACHABLE_CACHE_SECONDS = 900.0
MAX_ROBOTS_CHARACTERS = 512_000  # RFC 9309, 2.5: at least 500 KiB must be read
BUSY_STATUSES = (429, 503)

Fetch = Callable[[str, Mapping[str, str]], FetchedPage]
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a poll; tests replace it by one they set."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep

    @classmethod
    def stopped_by(cls, stopping: Event) -> "Clock":
        """Return a clock whose sleep ends when the event is set."""
        return cls(sleep=stopping.wait)


@dataclass(slots=True)
class _Host:
    """The state of one host name, shared by all its ports and schemes."""

    lock: Lock = field(default_factory=Lock)
    free_at: float = float("-inf")
    closed_until: float = float("-inf")
    delay_seconds: float = 0.0
    sites: dict[str, "_Site"] = field(default_factory=dict)


@dataclass(slots=True)
class _Site:
    """The robots.txt of one origin, or why it cannot be fetched, and when that expires."""

    rules: Protego | Message
    expires_at: float


class HostGate:
    """Sends all requests of a poll. Safe for many threads."""

    def __init__(
        self, fetch: Fetch, clock: Clock = Clock(), delay_seconds: float = DELAY_SECONDS
    ) -> None:
        self._fetch = fetch
        self.clock = clock
        self._delay_seconds = delay_seconds
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    def request(self, url: str, headers: Mapping[str, str] = NO_HEADERS) -> FetchedPage:
        """Wait until the host may be asked, and return its answer, whatever the status.

        Raise RobotsForbiddenError, RobotsUnreachableError, HostClosedError if the host must not be
        asked for now, or FetchError for any other failure.
        """
        origin = origin_of(url)
        with self._lock:
            host = self._hosts.setdefault(urlsplit(origin).hostname or "", _Host())
        with host.lock:
            if not self._rules_of(host, origin).can_fetch(url, ROBOT):
                raise RobotsForbiddenError(ROBOTS_FORBID(site=origin))
            return self._ask(host, url, headers)

    def _rules_of(self, host: _Host, origin: str) -> Protego:
        site = host.sites.get(origin)
        if site is None or self.clock.monotonic() >= site.expires_at:
            site = host.sites[origin] = self._read_site(host, origin)
        if isinstance(site.rules, Message):
            raise RobotsUnreachableError(site.rules)
        crawl_delay = site.rules.crawl_delay(ROBOT) or 0.0
        host.delay_seconds = min(max(crawl_delay, 0.0), MAX_CRAWL_DELAY_SECONDS)
        return site.rules

    def _read_site(self, host: _Host, origin: str) -> _Site:
        try:
            page = self._ask(host, f"{origin}/robots.txt", NO_HEADERS)
        except (HostClosedError, BlockedAddressError):
            raise
        except FetchError as exc:
            return self._closed_site(ROBOTS_UNREACHABLE(site=origin, reason=exc.message))
        if not page.ok and (page.status not in range(400, 500) or page.status == 429):
            return self._closed_site(ROBOTS_ANSWERED(site=origin, status=page.status))
        text = page.body.decode("utf-8", "replace")[:MAX_ROBOTS_CHARACTERS]
        return _Site(Protego.parse(text), self.clock.monotonic() + ROBOTS_CACHE_SECONDS)

    def _closed_site(self, problem: Message) -> _Site:
        return _Site(problem, self.clock.monotonic() + UNREACHABLE_CACHE_SECONDS)

    def _ask(self, host: _Host, url: str, headers: Mapping[str, str]) -> FetchedPage:
        now = self.clock.monotonic()
        if now < host.closed_until:
            seconds = host.closed_until - now
            problem = HOST_CLOSED(site=origin_of(url), seconds=f"{seconds:.0f}")
            raise HostClosedError(problem, seconds)
        if now < host.free_at:
            self.clock.sleep(host.free_at - now)
        try:
            page = self._fetch(url, headers)
        finally:
            host.free_at = self.clock.monotonic() + max(self._delay_seconds, host.delay_seconds)
        self._apply_retry_after(host, page)
        return page

    def _apply_retry_after(self, host: _Host, page: FetchedPage) -> None:
        if page.status in BUSY_STATUSES:
            seconds = parse_retry_after(page.headers.get("retry-after"), self.clock.now())
            host.closed_until = self.clock.monotonic() + (seconds or 0.0)


def origin_of(url: str) -> str:
    """Return scheme, host and port, the scope of a robots.txt (RFC 9309, 2.3). Raise FetchError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise FetchError(NOT_FETCHABLE(address=f"{url!r:.300}")) from exc
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise FetchError(NOT_FETCHABLE(address=f"{url!r:.300}"))
    authority = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{authority}{f':{port}' if port else ''}"
