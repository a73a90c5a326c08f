"""Decide what to do after a reply, and when to ask again. Pure.

A feed that answers is due at the next poll. A failing feed waits twice as long each time, with
jitter so that many feeds do not come back at once. After BREAKER_FAILURES in a row it is asked once
a day, and after DEAD_AFTER without a good answer only if the user names it.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from archive.feed_formats.model import ACTIVE, DEAD, FAILING, GONE, Feed, FeedReply
from archive.messages import SEVERAL
from archive.model import ItemOutcome
from archive.text.normalize import format_utc
from archive.wordings import FEED_GONE, FEED_READ, NOT_MODIFIED

FIRST_BACKOFF = timedelta(minutes=15)
MAX_BACKOFF = timedelta(days=1)
MAX_RETRY_AFTER_SECONDS = 7 * 86_400.0
BREAKER_FAILURES = 8
DEAD_AFTER = timedelta(days=30)
MAX_ATTEMPTS = 3


def decide_feed(feed: Feed, reply: FeedReply, now: datetime, jitter: float) -> Feed:
    """Return the feed updated by a reply. `jitter` is a random number from 0 to 1."""
    if not reply.asked:
        return _postpone(feed, reply, now)
    feed = replace(feed, polled=format_utc(now))
    if reply.gone:
        return replace(feed, state=GONE, due=None, outcome=FEED_GONE())
    if reply.problem is not None:
        return _fail(feed, reply, now, jitter)
    return _succeed(feed, reply, now)


def backoff_after(failures: int, jitter: float) -> timedelta:
    """Return the wait after so many failures in a row: 15 min, doubled up to a day, plus 0-25 %."""
    doubled = FIRST_BACKOFF * 2 ** min(max(failures - 1, 0), 16)
    wait = MAX_BACKOFF if failures >= BREAKER_FAILURES else min(doubled, MAX_BACKOFF)
    return wait * (1 + 0.25 * jitter)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, a number or HTTP date (RFC 9110, 10.2.3).

    At most a week; None if the header is missing or invalid.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """How to record an item; a `final` one is never fetched again."""

    final: bool
    attempts: int


def decide_item(outcome: ItemOutcome, transient: bool, attempts: int) -> ItemDecision:
    """Allow MAX_ATTEMPTS in all for an item that was rejected or whose page failed for now."""
    attempts += 1
    retry = outcome.outcome == "rejected" or transient
    return ItemDecision(final=not retry or attempts >= MAX_ATTEMPTS, attempts=attempts)


def _postpone(feed: Feed, reply: FeedReply, now: datetime) -> Feed:
    """Wait without counting a failure: the host refuses requests for now, whatever the feed."""
    seconds = reply.retry_after_seconds or FIRST_BACKOFF.total_seconds()
    return replace(feed, due=_after(now, timedelta(seconds=seconds)), outcome=reply.problem)


def _fail(feed: Feed, reply: FeedReply, now: datetime, jitter: float) -> Feed:
    failures = feed.failures + 1
    wait = backoff_after(failures, jitter)
    if reply.retry_after_seconds is not None:
        wait = max(wait, timedelta(seconds=reply.retry_after_seconds))
    dead = failures >= BREAKER_FAILURES and _silence(feed, now) >= DEAD_AFTER
    state = DEAD if dead else FAILING if failures >= BREAKER_FAILURES else feed.state
    return replace(
        feed,
        state=ACTIVE if state in (GONE, DEAD) and not dead else state,
        failures=failures,
        due=None if dead else _after(now, wait),
        outcome=reply.problem,
    )


def _succeed(feed: Feed, reply: FeedReply, now: datetime) -> Feed:
    moment = format_utc(now)
    feed = replace(
        feed, state=ACTIVE, failures=0, succeeded=moment, due=moment, url=reply.moved_to or feed.url
    )
    document = reply.document
    if document is None:
        return replace(feed, outcome=NOT_MODIFIED())
    summary = FEED_READ(kind=document.kind, number=len(document.entries))
    # An index may stay the same while its sitemaps change, so it is read in full every time.
    cacheable = not document.children
    return replace(
        feed,
        title=document.title or feed.title,
        etag=reply.etag if cacheable else None,
        last_modified=reply.last_modified if cacheable else None,
        outcome=SEVERAL(messages=(summary, *document.remarks)),
    )


def _silence(feed: Feed, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(feed.succeeded or feed.added)


def _after(now: datetime, wait: timedelta) -> str:
    """Return the time after the wait, rounded up to the second so that it is never early."""
    return format_utc(now + timedelta(seconds=math.ceil(wait.total_seconds())))
