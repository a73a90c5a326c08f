"""Manners towards hosts: one request at a time, a pause after each, robots.txt and Retry-After.

robots.txt is read as RFC 9309 says: kept a day; 4xx allows all (2.3.1.3); where it cannot be had,
nothing is fetched (2.3.1.4).
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
ROBOTS_SECONDS = 86_400.0  # RFC 9309, 2.4: not to be kept for longer
UNREACHABLE_SECONDS = 900.0
MAX_ROBOTS_CHARACTERS = 512_000  # RFC 9309, 2.5: at least 500 KiB are to be read
BUSY = (429, 503)

Fetch = Callable[[str, Mapping[str, str]], FetchedPage]
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the poll knows it; tests turn it by hand."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep

    @classmethod
    def stopped_by(cls, stopping: Event) -> "Clock":
        """One whose sleep ends when the event is set."""
        return cls(sleep=stopping.wait)


@dataclass(slots=True)
class _Host:
    """What is known of one host name, whatever the ports and schemes it answers on."""

    lock: Lock = field(default_factory=Lock)
    free_at: float = float("-inf")
    closed_until: float = float("-inf")
    delay_seconds: float = 0.0
    sites: dict[str, "_Site"] = field(default_factory=dict)


@dataclass(slots=True)
class _Site:
    """The robots.txt of one origin, or why it cannot be fetched, and until when that is kept."""

    rules: Protego | Message
    kept_until: float


class HostGate:
    """Every request of a poll passes here. Safe for many threads."""

    def __init__(
        self, fetch: Fetch, clock: Clock = Clock(), delay_seconds: float = DELAY_SECONDS
    ) -> None:
        self._fetch = fetch
        self.clock = clock
        self._delay_seconds = delay_seconds
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    def request(self, url: str, headers: Mapping[str, str] = NO_HEADERS) -> FetchedPage:
        """The host's answer, whatever its status, in its turn.

        Raises RobotsForbiddenError, RobotsUnreachableError, HostClosedError where the host is to be
        left alone for now, FetchError for all else.
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
        if site is None or self.clock.monotonic() >= site.kept_until:
            site = host.sites[origin] = self._read_site(host, origin)
        if isinstance(site.rules, Message):
            raise RobotsUnreachableError(site.rules)
        wanted = site.rules.crawl_delay(ROBOT) or 0.0
        host.delay_seconds = min(max(wanted, 0.0), MAX_CRAWL_DELAY_SECONDS)
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
        return _Site(Protego.parse(text), self.clock.monotonic() + ROBOTS_SECONDS)

    def _closed_site(self, problem: Message) -> _Site:
        return _Site(problem, self.clock.monotonic() + UNREACHABLE_SECONDS)

    def _ask(self, host: _Host, url: str, headers: Mapping[str, str]) -> FetchedPage:
        now = self.clock.monotonic()
        if now < host.closed_until:
            seconds = host.closed_until - now
            told = HOST_CLOSED(site=origin_of(url), seconds=f"{seconds:.0f}")
            raise HostClosedError(told, seconds)
        if now < host.free_at:
            self.clock.sleep(host.free_at - now)
        try:
            page = self._fetch(url, headers)
        finally:
            host.free_at = self.clock.monotonic() + max(self._delay_seconds, host.delay_seconds)
        self._heed_retry_after(host, page)
        return page

    def _heed_retry_after(self, host: _Host, page: FetchedPage) -> None:
        if page.status in BUSY:
            seconds = parse_retry_after(page.headers.get("retry-after"), self.clock.now())
            host.closed_until = self.clock.monotonic() + (seconds or 0.0)


def origin_of(url: str) -> str:
    """Scheme, host and port: what a robots.txt speaks for (RFC 9309, 2.3). Raises FetchError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise FetchError(NOT_FETCHABLE(address=f"{url!r:.300}")) from exc
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise FetchError(NOT_FETCHABLE(address=f"{url!r:.300}"))
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{f':{port}' if port else ''}"
