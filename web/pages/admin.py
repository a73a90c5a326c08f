"""The page of whoever keeps the archive."""

from dataclasses import replace

from babel.units import format_unit
from flask import redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from archive.feed_formats.model import Feed
from archive.intake.failures import FailedItem
from web.context import get_context
from web.i18n.messages import translate_message
from web.routes import Blueprint, Level
from web.upkeep.overview import make_overview, retry_items

# A retry that is done by then is shown finished at once.
PATIENCE_SECONDS = 2.0
ALL = "all"
_UNITS = (("gigabyte", 1e9), ("megabyte", 1e6), ("kilobyte", 1e3))

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin", access=Level.EDITOR)
def show() -> str:
    overview = make_overview(get_context().services)
    health = replace(
        overview.health, problems=tuple(map(translate_message, overview.health.problems))
    )
    return render_template(
        "admin.html",
        overview=replace(
            overview,
            health=health,
            feeds=tuple(map(_translate_feed, overview.feeds)),
            failures=tuple(map(_translate_failure, overview.failures)),
        ),
        show_bytes=show_bytes,
        all_items=ALL,
    )


@blueprint.post("/admin/retry", access=Level.EDITOR)
def retry() -> Response:
    """Ask again for the failed item that was named, or for all of them, as a job."""
    context = get_context()
    named = request.form.get("item", "")
    whole = request.form.get("which") == ALL
    job = retry_items(context.services, context.jobs, None if whole else {named})
    if job is None:
        return redirect(url_for("admin.show"), 303)
    context.jobs.wait_for(job.id, PATIENCE_SECONDS)
    return redirect(url_for("intake.job", job_id=job.id), 303)


def show_bytes(size: int) -> str:
    """A size as the reader writes it, to a tenth of its unit."""
    unit, of_bytes = next((pair for pair in _UNITS if size >= pair[1]), _UNITS[-1])
    shown = round(size / of_bytes, 1)
    return str(format_unit(shown, f"digital-{unit}", length="short", locale=get_locale()))


def _translate_feed(feed: Feed) -> Feed:
    return replace(feed, outcome=feed.outcome and translate_message(feed.outcome))


def _translate_failure(failure: FailedItem) -> FailedItem:
    return replace(failure, reason=translate_message(failure.reason))
