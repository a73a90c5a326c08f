"""What to do after an answer, and when to ask again. Pure.

A feed that answers is due at the next turn. One that fails waits twice as long each time, with
jitter so that many feeds do not come back at once; after BREAKER_FAILURES in a row it is asked once
a day, and after DEAD_AFTER without a good answer no more, until it is named.
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
    """The feed as it stands after a reply; `jitter` is 0 to 1, drawn by the caller."""
    if not reply.asked:
        return _postpone(feed, reply, now)
    feed = replace(feed, polled=format_utc(now))
    if reply.gone:
        return replace(feed, state=GONE, due=None, outcome=FEED_GONE())
    if reply.problem is not None:
        return _fail(feed, reply, now, jitter)
    return _succeed(feed, reply, now)


def backoff_after(failures: int, jitter: float) -> timedelta:
    """How long to wait after so many failures in a row: 15 min doubling to a day, plus 0-25 %."""
    doubled = FIRST_BACKOFF * 2 ** min(max(failures - 1, 0), 16)
    wait = MAX_BACKOFF if failures >= BREAKER_FAILURES else min(doubled, MAX_BACKOFF)
    return wait * (1 + 0.25 * jitter)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that Retry-After asks for, by number or HTTP date (RFC 9110, 10.2.3), at most a week.

    None where it is missing or means nothing.
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
    """How an item is remembered: `settled` is never fetched again."""

    settled: bool
    attempts: int


def decide_item(outcome: ItemOutcome, transient: bool, attempts: int) -> ItemDecision:
    """A rejected item, or one whose page may yet be had, is tried MAX_ATTEMPTS times in all."""
    attempts += 1
    again = outcome.outcome == "rejected" or transient
    return ItemDecision(settled=not again or attempts >= MAX_ATTEMPTS, attempts=attempts)


def _postpone(feed: Feed, reply: FeedReply, now: datetime) -> Feed:
    """The host wants quiet, for a reason that is not this feed's: no failure is counted."""
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
    read = FEED_READ(kind=document.kind, number=len(document.entries))
    # An index may stay the same while its sitemaps change: it is read in full every time.
    keep = not document.children
    return replace(
        feed,
        title=document.title or feed.title,
        etag=reply.etag if keep else None,
        last_modified=reply.last_modified if keep else None,
        outcome=SEVERAL(messages=(read, *document.remarks)),
    )


def _silence(feed: Feed, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(feed.succeeded or feed.added)


def _after(now: datetime, wait: timedelta) -> str:
    """Rounded up to the second, so that it is never early."""
    return format_utc(now + timedelta(seconds=math.ceil(wait.total_seconds())))
