"""Feeds: subscribe, list, poll, unsubscribe, import and export."""

import sys
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from archive.wordings import FEED_READ
from web.cli.commands.shared import (
    Composition,
    audited,
    index_if_free,
    json_option,
    print_json,
    print_result,
    say,
)
from web.i18n.catalogue import word_for_terminal
from web.server.signals import StopSignals
from web.wordings import (
    CHECK_FAILED,
    FEED_ADDED,
    FEED_KNOWN,
    FEED_NOT_ADDED,
    FEEDS_NOT_DUE,
    IMPORT_COUNTS,
    IMPORT_DONE,
    IMPORTED,
    NO_FEED_IN_LIST,
    OTHER_FEED,
    REMOVED,
)

if TYPE_CHECKING:
    from datetime import datetime

    from archive.feed_formats.model import Feed
    from archive.feed_formats.opml import Outline
    from archive.feeds.store import FeedStore
    from web.jobs.polling import PollTotals
    from web.services import Services


@click.group()
def feeds() -> None:
    """Follow RSS, Atom, RDF and JSON feeds and news sitemaps.

    \b
    hemero feeds add https://example.org/rss.xml
    hemero feeds poll
    hemero feeds poll --every 15m
    """


@feeds.command("add")
@click.argument("urls", nargs=-1, required=True)
@click.option("--source", help="Outlet of its articles, instead of the feed's title.")
@json_option
@click.pass_obj
@audited
def add_feeds(
    composition: Composition, /, urls: tuple[str, ...], source: str | None, as_json: bool
) -> None:
    """Subscribe to feeds.

    For a web page, subscribes to the first feed that it names.

    \b
    hemero feeds add https://example.org/rss.xml
    hemero feeds add https://example.org --source "The Example"
    """
    from archive.errors import ArchiveError
    from archive.feeds.subscribe import subscribe
    from web.jobs.polling import make_poller
    from web.records.intake import FeedRecord

    services = composition.services()
    poller, failed = make_poller(services), False
    gate = poller.make_gate()
    for url in urls:
        try:
            subscription = subscribe(gate, poller.feeds, url, poller.clock.now(), source)
        except ArchiveError as exc:
            failed = True
            record = {"url": url, "added": False, "reason": str(exc)}
            print_result(as_json, FEED_NOT_ADDED(reason=exc.message), record)
            continue
        feed, found = subscription.feed, subscription.found
        record = FeedRecord.write(feed) | {"added": subscription.new, "others": list(found.others)}
        items = FEED_READ(kind=found.document.kind, number=len(found.document.entries))
        added = FEED_ADDED if subscription.new else FEED_KNOWN
        print_result(as_json, added(feed=feed.id, name=feed.title or feed.url, found=items), record)
        for other in found.others if not as_json else ():
            say(OTHER_FEED(address=other))
    if failed:
        sys.exit(1)


@feeds.command("list")
@json_option
@click.pass_obj
def list_feeds(composition: Composition, /, as_json: bool) -> None:
    """List the feeds with their state, their last poll and its outcome.

    \b
    hemero feeds list
    hemero feeds list --json
    """
    from web.cli.output.feeds import show_feeds
    from web.records.base import Extended
    from web.records.intake import FeedRecord

    store = _feed_store(composition.services())
    counts = store.item_counts()
    if not as_json:
        show_feeds(store.feeds(), counts)
        return
    for feed in store.feeds():
        print_json(FeedRecord.write(Extended(feed, items=counts.get(feed.id, {}))))


@feeds.command("poll")
@click.argument("named", nargs=-1, metavar="[URL|ID]...")
@click.option("--every", metavar="INTERVAL", help="Keep polling at this interval: 15m, 2h, 1d.")
@click.option("--no-index", is_flag=True, help="Store only; index later with: hemero index")
@json_option
@click.pass_obj
def poll_feeds(
    composition: Composition,
    /,
    named: tuple[str, ...],
    every: str | None,
    no_index: bool,
    as_json: bool,
) -> None:
    """Fetch new articles of the feeds that are due.

    Given feeds are polled whether they are due or not.

    \b
    hemero feeds poll
    hemero feeds poll --every 15m
    hemero feeds poll https://example.org/rss.xml
    """
    from archive.feeds.lock import poll_lock
    from web.cli.output.feeds import PollPrinter
    from web.jobs.polling import make_poller, poll_forever, poll_once

    seconds = _interval(every)
    services, stopping = composition.services(), Event()
    store, printer = _feed_store(services), PollPrinter(as_json)
    chosen = find_feeds(store, named) or None
    if chosen and seconds:
        raise click.UsageError("give feeds, or --every, one of them")

    def finish(totals: "PollTotals") -> None:
        if totals.changed and not no_index:
            index_if_free(services)
        printer.finish(totals)

    with poll_lock(services.settings.home), StopSignals(stopping.set):
        poller = make_poller(services, stopping)
        if seconds:
            poll_forever(poller, seconds, printer.show, finish)
            return
        totals = poll_once(poller, printer.show, chosen)
        finish(totals)
        if not as_json and chosen is None:
            _say_how_many_wait(store, poller.clock.now())
    if totals.failed:
        sys.exit(1)


@feeds.command("remove")
@click.argument("named", nargs=-1, required=True, metavar="URL|ID...")
@json_option
@click.pass_obj
@audited
def remove_feeds(composition: Composition, /, named: tuple[str, ...], as_json: bool) -> None:
    """Unsubscribe from feeds; their articles are kept.

    \b
    hemero feeds remove https://example.org/rss.xml
    hemero feeds remove 3
    """
    store = _feed_store(composition.services())
    for feed in find_feeds(store, named):
        store.remove(feed.id)
        print_result(
            as_json, REMOVED(name=feed.url), {"id": feed.id, "url": feed.url, "removed": True}
        )


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@json_option
@click.pass_obj
@audited
def import_feeds(composition: Composition, /, file: Any, as_json: bool) -> None:
    """Subscribe to every feed of an OPML list.

    Broken entries are skipped.

    \b
    hemero feeds import subscriptions.opml
    """
    from archive.feed_formats.opml import MAX_OPML_BYTES, read_opml

    outlines = read_opml(file.read(MAX_OPML_BYTES + 1))
    store, counts = _feed_store(composition.services()), {"added": 0, "known": 0, "skipped": 0}
    for outline in outlines:
        outcome = _subscribe(store, outline)
        counts[outcome] += 1
        reason = outline.problem and str(outline.problem)
        line = IMPORTED[outcome](name=outline.url or outline.name)
        if outline.problem:
            line = CHECK_FAILED(checked=line, problem=outline.problem)
        print_result(as_json, line, {"url": outline.url, "outcome": outcome, "reason": reason})
    worded_counts = (IMPORT_COUNTS[each](number=n) for each, n in counts.items() if n)
    totals = ", ".join(map(word_for_terminal, worded_counts))
    print_result(as_json, IMPORT_DONE(counts=totals or NO_FEED_IN_LIST()), counts)


def _subscribe(store: "FeedStore", outline: "Outline") -> str:
    """Subscribe to the feed of an OPML entry; return "added", "known" or "skipped"."""
    from datetime import UTC, datetime

    if outline.url is None:
        return "skipped"
    _, new = store.add(outline.url, datetime.now(UTC), title=outline.name or None)
    return "added" if new else "known"


@feeds.command("export")
@click.pass_obj
def export_feeds(composition: Composition, /) -> None:
    """Print the feeds as OPML.

    Other readers and `hemero feeds import` can read it.

    \b
    hemero feeds export > subscriptions.opml
    """
    from archive.feed_formats.opml import write_opml

    store = _feed_store(composition.services())
    click.echo(write_opml(store.feeds()).encode("utf-8"), nl=False)


COMMANDS = (feeds,)


def _feed_store(services: "Services") -> "FeedStore":
    from archive.feeds.store import FeedStore

    return FeedStore(services.store.database)


def find_feeds(store: "FeedStore", named: tuple[str, ...]) -> "list[Feed]":
    """Return the feeds with these addresses or numbers, each once. Raises FeedNotFoundError."""
    return [store.find(name) for name in dict.fromkeys(named)]


def _interval(text: str | None) -> float | None:
    from web.jobs.polling import parse_interval

    try:
        return parse_interval(text) if text is not None else None
    except ValueError as exc:
        raise click.BadParameter(str(exc), param_hint="--every") from exc


def _say_how_many_wait(store: "FeedStore", now: "datetime") -> None:
    from archive.text.normalize import format_utc

    waiting = [feed for feed in store.feeds() if feed.due and feed.due > format_utc(now)]
    if waiting:
        soonest = min(feed.due or "" for feed in waiting)
        say(FEEDS_NOT_DUE(number=len(waiting), moment=soonest), err=True)
