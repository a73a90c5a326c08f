"""Show feeds and polls, as tables and lines for people or JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from archive.feed_formats.model import DEAD, FAILING, GONE, Feed
from archive.feeds.poll import ItemPolled
from archive.feeds.visit import FeedVisited
from archive.messages import join_messages
from web.cli.output.tables import OUTCOME_STYLES, count_outcomes, out
from web.i18n.catalogue import word_for_terminal
from web.jobs.polling import PollEvent, PollTotals
from web.records.intake import FeedRecord, Outcome
from web.wordings import (
    FEED_POLLED,
    FEEDS_FAILED,
    FEEDS_POLLED,
    ITEMS_WAIT,
    NEVER_POLLED,
    NO_FEEDS,
    NOT_POLLED_YET,
    NOTHING_NEW,
    OUTCOMES,
    POLLED_BY_HAND,
    POLLED_DAILY,
    POLLED_NO_MORE,
)

STATE_STYLES = {FAILING: "yellow", DEAD: "red", GONE: "dim"}
ADVICE = {FAILING: POLLED_DAILY, DEAD: POLLED_BY_HAND, GONE: POLLED_NO_MORE}


def show_feeds(feeds: Sequence[Feed], counts: Mapping[int, Mapping[str, int]]) -> None:
    if not feeds:
        out.print(word_for_terminal(NO_FEEDS()))
        return
    table = Table(box=None)
    for column in ("", "feed", "state", "polled", "items", "last outcome"):
        table.add_column(column, overflow="fold")
    for feed in feeds:
        table.add_row(
            str(feed.id),
            Text(f"{feed.source or feed.title or ''}\n{feed.url}".strip()),
            Text(feed.state, STATE_STYLES.get(feed.state, "green")),
            (feed.polled or word_for_terminal(NEVER_POLLED())).replace("T", " ").removesuffix("Z"),
            str(sum(counts.get(feed.id, {}).values())),
            Text(_outcome(feed)),
        )
    out.print(table)


class PollPrinter:
    """Show each event of a poll as it happens: JSON lines for programs, text for people."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def show(self, event: PollEvent) -> None:
        if isinstance(event, ItemPolled):
            self._show_item(event)
        elif self._as_json:
            counts = {"new": event.new, "waiting": event.waiting}
            _print_json(FeedRecord.write(event.feed) | counts)
        else:
            self._show_feed(event)

    def finish(self, totals: PollTotals) -> None:
        if self._as_json:
            record = {"feeds": totals.feeds, "failed": totals.failed, "items": totals.outcomes}
            _print_json({"totals": record})
            return
        feeds = word_for_terminal(FEEDS_POLLED(number=totals.feeds))
        failed = [word_for_terminal(FEEDS_FAILED(number=totals.failed))] if totals.failed else []
        counts = count_outcomes(totals.outcomes) or [word_for_terminal(NOTHING_NEW())]
        out.print(", ".join([feeds, *failed, *counts]), style="bold")

    def _show_item(self, event: ItemPolled) -> None:
        outcome = event.outcome
        if self._as_json:
            _print_json(Outcome.write(outcome) | {"feed": event.feed.url})
            return
        worded = word_for_terminal(OUTCOMES[outcome.outcome]())
        identity = f" {outcome.id}" if outcome.id else ""
        reason = f": {word_for_terminal(outcome.reason)}" if outcome.reason else ""
        out.print(
            Text(f"  {worded}{identity}", OUTCOME_STYLES[outcome.outcome]),
            escape(f"{outcome.item}{reason}"),
        )

    def _show_feed(self, event: FeedVisited) -> None:
        style = "red" if event.failed else "bold"
        parts = [word_for_terminal(FEED_POLLED(number=event.new, outcome=_outcome(event.feed)))]
        if event.waiting:
            parts.append(word_for_terminal(ITEMS_WAIT(number=event.waiting)))
        name = Text(event.feed.title or event.feed.url, style)
        out.print(name, escape(f": {', '.join(parts)}"), sep="")


def _outcome(feed: Feed) -> str:
    advice = ADVICE[feed.state](feed=feed.id) if feed.state in ADVICE else None
    outcome = join_messages(feed.outcome or NOT_POLLED_YET(), advice)
    return word_for_terminal(outcome) if outcome else ""


def _print_json(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False), flush=True)
