"""What to do after an answer: pure, so every case is one line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.feed_formats.model import ACTIVE, DEAD, FAILING, GONE, Feed, FeedDocument, FeedReply
from archive.feeds.decide import (
    BREAKER_FAILURES,
    MAX_ATTEMPTS,
    MAX_BACKOFF,
    MAX_RETRY_AFTER_SECONDS,
    backoff_after,
    decide_feed,
    decide_item,
    parse_retry_after,
)
from archive.messages import verbatim
from archive.model import ItemOutcome
from archive.text.normalize import format_utc

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = Feed(1, "https://a.example/feed", ACTIVE, format_utc(NOW - timedelta(days=90)))
DOCUMENT = FeedDocument("rss", title="Le Fanal")
BAD = FeedReply(problem=verbatim("answered 500"))

jitters = st.floats(0, 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("9" * 5_000, MAX_RETRY_AFTER_SECONDS),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER_SECONDS),
        ("", None),
        (None, None),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("Sun, 99 Mar 2026 12:01:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@given(st.text())
def test_retry_after_never_fails(header: str) -> None:
    seconds = parse_retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_SECONDS


@given(st.integers(0, 10_000), jitters)
def test_backoff_grows_and_stays_within_a_day_and_its_jitter(failures: int, jitter: float) -> None:
    wait = backoff_after(failures, jitter)
    assert timedelta(minutes=15) <= wait <= MAX_BACKOFF * 1.25
    assert backoff_after(failures + 1, jitter) >= wait


@given(st.integers(0, 50), jitters, st.floats(0, 10**6) | st.none())
def test_a_failure_is_counted_and_never_due_before_the_host_allows(
    failures: int, jitter: float, retry_after: float | None
) -> None:
    reply = replace(BAD, retry_after_seconds=retry_after)
    feed = replace(FEED, failures=failures, succeeded=format_utc(NOW))
    after = decide_feed(feed, reply, NOW, jitter)
    assert after.failures == failures + 1
    assert after.state == (FAILING if after.failures >= BREAKER_FAILURES else ACTIVE)
    assert after.due is not None
    assert after.due >= format_utc(NOW + timedelta(seconds=retry_after or 0))


@given(st.integers(0, 50), st.sampled_from([ACTIVE, FAILING, DEAD, GONE]))
def test_a_good_answer_forgives_everything(failures: int, state: str) -> None:
    feed = replace(FEED, failures=failures, state=state, due=None)
    for reply in (FeedReply(), FeedReply(document=DOCUMENT)):
        after = decide_feed(feed, reply, NOW, 0.5)
        assert (after.state, after.failures, after.due) == (ACTIVE, 0, format_utc(NOW))


def test_a_month_of_failures_is_the_end() -> None:
    feed = replace(FEED, failures=BREAKER_FAILURES)
    assert decide_feed(feed, BAD, NOW, 0).state == DEAD
    lately = replace(feed, succeeded=format_utc(NOW - timedelta(days=29)))
    assert decide_feed(lately, BAD, NOW, 0).state == FAILING


def test_gone_is_kept_as_gone() -> None:
    after = decide_feed(FEED, FeedReply(gone=True), NOW, 0)
    assert (after.state, after.due) == (GONE, None)


def test_what_was_not_asked_is_no_failure() -> None:
    reply = FeedReply(
        problem=verbatim("asked to be left alone"), retry_after_seconds=60, asked=False
    )
    after = decide_feed(FEED, reply, NOW, 0)
    assert (after.failures, after.polled) == (0, None)
    assert after.due == format_utc(NOW + timedelta(seconds=60))


def test_validators_are_kept_unless_the_feed_is_an_index() -> None:
    reply = FeedReply(document=DOCUMENT, etag='"1"', last_modified="Sun")
    after = decide_feed(FEED, reply, NOW, 0)
    assert (after.etag, after.last_modified, after.title) == ('"1"', "Sun", "Le Fanal")
    index = replace(DOCUMENT, children=("https://a.example/news.xml",))
    assert decide_feed(FEED, replace(reply, document=index), NOW, 0).etag is None
    assert decide_feed(after, FeedReply(), NOW, 0).etag == '"1"'


@given(
    st.sampled_from(["added", "updated", "unchanged", "duplicate", "rejected"]),
    st.booleans(),
    st.integers(0, MAX_ATTEMPTS - 1),
)
def test_every_item_becomes_final_after_a_few_tries(
    outcome: str, transient: bool, attempts: int
) -> None:
    decided = decide_item(ItemOutcome("a", outcome), transient, attempts)
    assert decided.attempts == attempts + 1
    assert decided.final or decided.attempts < MAX_ATTEMPTS
    assert decided.final or transient or outcome == "rejected"
