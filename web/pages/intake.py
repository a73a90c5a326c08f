"""The pages through which articles come in: the form to add them, and its jobs."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.intake.jobs import Job
from archive.messages import Message
from archive.model import ItemOutcome, SourceItem
from web.actions import adding
from web.context import get_context
from web.routes import Blueprint, Level
from web.urls.arguments import read_number
from web.wordings import NOTHING_CHOSEN

# A job that finishes within this time is shown finished at once; a longer one has its own page.
PATIENCE_SECONDS = 2.0
JOB_ITEMS = 100

blueprint = Blueprint("intake", __name__)


@blueprint.get("/add", access=Level.READER)
def add() -> str:
    return render_template("add.html", outcomes=[], values={})


@blueprint.post("/add", access=Level.EDITOR, takes_files=True, back="intake.add")
def add_post() -> str | Response:
    """Add what the form sent, in the way that its button names."""
    way = request.form.get("way")
    if way == "file":
        return _add_files()
    if way == "address":
        return _add_address(request.form.get("address", ""))
    return _show_outcomes(adding.add_items(get_context(), [adding.read_pasted(request.form)]))


@blueprint.get("/jobs", access=Level.READER)
def jobs() -> str:
    return render_template("jobs.html", jobs=get_context().services.jobs.latest())


@blueprint.get("/jobs/<int:job_id>", access=Level.READER)
def job(job_id: int) -> str:
    job_store = get_context().services.jobs
    found = job_store.get(job_id)
    first = min(read_number("first") or 0, found.done)
    outcomes = job_store.outcomes(job_id, first, JOB_ITEMS)
    return render_template("job.html", job=found, outcomes=outcomes, first=first, size=JOB_ITEMS)


def _add_files() -> str | Response:
    uploads = [(f.filename, f.stream) for f in request.files.getlist("file") if f.filename]
    if not uploads:
        return _refuse("file", NOTHING_CHOSEN())
    return _watch(get_context().jobs.submit_uploads(uploads))


def _add_address(address: str) -> str | Response:
    problem = adding.address_problem(address)
    if problem:
        return _refuse(address or "address", problem)
    return _watch(get_context().jobs.submit_addresses([address.strip()]))


def _watch(submitted: Job) -> Response:
    get_context().jobs.wait_for(submitted.id, PATIENCE_SECONDS)
    return redirect(url_for("intake.job", job_id=submitted.id), 303)


def _refuse(name: str, problem: Message) -> str:
    items = [SourceItem(name, problem=problem)]
    return _show_outcomes(adding.add_items(get_context(), items))


def _show_outcomes(outcomes: list[ItemOutcome]) -> str:
    """Show the form again: empty if something was accepted, else as it was sent."""
    refused = all(outcome.outcome == "rejected" for outcome in outcomes)
    kept = request.form.to_dict() if refused else {}
    kept.pop("token", None)
    shown = outcomes
    return render_template("add.html", outcomes=shown, values=kept)
