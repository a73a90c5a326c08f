"""The administrator's page."""

from babel.units import format_unit
from flask import redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from web.context import get_context
from web.routes import Blueprint, Level
from web.upkeep.overview import make_overview, retry_items

# A retry that finishes within this time is shown finished at once.
PATIENCE_SECONDS = 2.0
ALL = "all"
_UNITS = (("gigabyte", 1e9), ("megabyte", 1e6), ("kilobyte", 1e3))

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin", access=Level.EDITOR)
def show() -> str:
    overview = make_overview(get_context().services)
    return render_template(
        "admin.html",
        overview=overview,
        show_bytes=show_bytes,
        all_items=ALL,
    )


@blueprint.post("/admin/retry", access=Level.EDITOR)
def retry() -> Response:
    """Retry the failed item that was named, or all of them, as a job."""
    context = get_context()
    named = request.form.get("item", "")
    whole = request.form.get("which") == ALL
    job = retry_items(context.services, context.jobs, None if whole else {named})
    if job is None:
        return redirect(url_for("admin.show"), 303)
    context.jobs.wait_for(job.id, PATIENCE_SECONDS)
    return redirect(url_for("intake.job", job_id=job.id), 303)


def show_bytes(size: int) -> str:
    """Format a size in the reader's language, to a tenth of its unit."""
    unit, of_bytes = next((pair for pair in _UNITS if size >= pair[1]), _UNITS[-1])
    shown = round(size / of_bytes, 1)
    return str(format_unit(shown, f"digital-{unit}", length="short", locale=get_locale()))
