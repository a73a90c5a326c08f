"""Feeds as people and programs see them: tables, lines, JSON records."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from archive.feed_formats.model import DEAD, FAILING, GONE, Feed
from archive.feeds.poll import ItemPolled
from archive.feeds.visit import FeedVisited
from web.cli.output.tables import OUTCOME_STYLES, out
from web.jobs.polling import PollEvent, PollTotals
from web.records.intake import FeedRecord, Outcome

STATE_STYLES = {FAILING: "yellow", DEAD: "red", GONE: "dim"}
ADVICE = {
    FAILING: "polled once a day",
    DEAD: "no longer polled; try: hemero feeds poll {id}",
    GONE: "no longer polled",
}


def show_feeds(feeds: Sequence[Feed], counts: Mapping[int, Mapping[str, int]]) -> None:
    if not feeds:
        out.print("No feeds yet; add one with: hemero feeds add URL")
        return
    table = Table(box=None)
    for column in ("", "feed", "state", "polled", "items", "last outcome"):
        table.add_column(column, overflow="fold")
    for feed in feeds:
        table.add_row(
            str(feed.id),
            Text(f"{feed.source or feed.title or ''}\n{feed.url}".strip()),
            Text(feed.state, STATE_STYLES.get(feed.state, "green")),
            (feed.polled or "never").replace("T", " ").removesuffix("Z"),
            str(sum(counts.get(feed.id, {}).values())),
            Text(_outcome(feed)),
        )
    out.print(table)


class PollPrinter:
    """Each thing of a poll as it happens: lines for programs, words for people."""

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
            told = {"feeds": totals.feeds, "failed": totals.failed, "items": totals.outcomes}
            _print_json({"totals": told})
            return
        counts = [f"{number} {outcome}" for outcome, number in totals.outcomes.items()]
        feeds = f"{totals.feeds} feed{'' if totals.feeds == 1 else 's'} polled"
        failed = [f"{totals.failed} failed"] if totals.failed else []
        out.print(", ".join([feeds, *failed, *(counts or ["nothing new"])]), style="bold")

    def _show_item(self, event: ItemPolled) -> None:
        outcome = event.outcome
        if self._as_json:
            _print_json(Outcome.write(outcome) | {"feed": event.feed.url})
            return
        identity = f" {outcome.id}" if outcome.id else ""
        reason = f": {outcome.reason}" if outcome.reason else ""
        out.print(
            Text(f"  {outcome.outcome}{identity}", OUTCOME_STYLES[outcome.outcome]),
            escape(f"{outcome.item}{reason}"),
        )

    def _show_feed(self, event: FeedVisited) -> None:
        style = "red" if event.failed else "bold"
        later = f", {event.waiting} wait for the next poll" if event.waiting else ""
        told = f": {event.new} new, {_outcome(event.feed)}{later}"
        out.print(Text(event.feed.title or event.feed.url, style), escape(told), sep="")


def _outcome(feed: Feed) -> str:
    advice = ADVICE.get(feed.state, "").format(id=feed.id)
    return "; ".join(filter(None, (feed.outcome or "not polled yet", advice)))


def _print_json(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False), flush=True)
