"""The page of the feeds that are followed."""

from datetime import UTC, datetime

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from archive.errors import NotAFeedError
from archive.feed_formats.opml import MAX_OPML_BYTES, read_opml, write_opml
from archive.messages import Message
from web.actions.adding import address_problem
from web.context import get_context
from web.routes import Blueprint, Level
from web.wordings import NO_FEED_IN_LIST

OPML_TYPE = "text/x-opml"
# A poll that finishes within this time is shown finished at once.
PATIENCE_SECONDS = 2.0

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/feeds", access=Level.READER)
def feeds() -> str:
    return _show_feeds()


@blueprint.post("/feeds", access=Level.EDITOR, back="feeds.feeds")
def follow() -> str | AnyResponse:
    """Follow a feed, or all feeds of an OPML list; the first poll runs as a job."""
    upload = request.files.get("opml")
    if upload and upload.filename:
        return _follow_list(upload.stream.read(MAX_OPML_BYTES + 1))
    address = request.form.get("address", "").strip()
    problem = address_problem(address)
    return _show_feeds(problem) if problem else _poll([address])


@blueprint.get("/feeds.opml", access=Level.READER)
def export() -> Response:
    return Response(write_opml(get_context().services.feeds.feeds()), mimetype=OPML_TYPE)


@blueprint.post("/feeds/<int:feed_id>/poll", access=Level.EDITOR)
def poll(feed_id: int) -> AnyResponse:
    return _poll([get_context().services.feeds.find(str(feed_id)).url])


@blueprint.post("/feeds/<int:feed_id>/remove", access=Level.EDITOR)
def remove(feed_id: int) -> AnyResponse:
    """Stop following the feed; its articles stay."""
    store = get_context().services.feeds
    store.remove(store.find(str(feed_id)).id)
    return redirect(url_for("feeds.feeds"), 303)


def _follow_list(data: bytes) -> str | AnyResponse:
    try:
        outlines = read_opml(data)
    except NotAFeedError as exc:
        return _show_feeds(exc.message)
    store, now = get_context().services.feeds, datetime.now(UTC)
    addresses = []
    for outline in outlines:
        if outline.url:  # also a feed that does not answer today
            feed, _ = store.add(outline.url, now, title=outline.name or None)
            addresses.append(feed.url)
    return _poll(addresses) if addresses else _show_feeds(NO_FEED_IN_LIST())


def _poll(addresses: list[str]) -> AnyResponse:
    runner = get_context().jobs
    job = runner.submit_addresses(addresses, "feed")
    runner.wait_for(job.id, PATIENCE_SECONDS)
    return redirect(url_for("intake.job", job_id=job.id), 303)


def _show_feeds(problem: Message | None = None) -> str:
    store = get_context().services.feeds
    counts = {feed_id: sum(own.values()) for feed_id, own in store.item_counts().items()}
    return render_template("feeds.html", feeds=store.feeds(), counts=counts, problem=problem)
