"""The part of the JSON API for adding articles: jobs, and versions of articles."""

from flask import request
from flask.views import MethodView

from archive.diff import compare_details, compare_versions, pick_version, pick_versions
from archive.errors import ArticleNotFoundError, UnreadableInputError
from archive.intake.jobs import Job
from archive.model import ArticleVersion
from web.actions import adding
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import arguments
from web.records.articles import Difference, VersionList, VersionRecord
from web.records.base import Extended, JsonObject, Problem
from web.records.intake import JobList, JobRecord, JobReport
from web.routes import Level
from web.wordings import NOTHING_SENT, ONE_VERSION

JSON_TYPE = "application/json"
JOB_ITEMS = 100

blueprint = Blueprint("api_intake", __name__, url_prefix="/api/v1", description="Long work.")


@blueprint.route("/jobs", access=Level.READER, write_access=Level.EDITOR, takes_files=True)
class Jobs(MethodView):
    @blueprint.response(200, JobList)
    def get(self) -> JsonObject:
        """List the latest jobs, newest first."""
        return {"jobs": get_context().services.jobs.latest()}

    @blueprint.arguments(arguments.Uploads, location="files", content_type="multipart/form-data")
    @blueprint.response(202, JobRecord)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def post(self, _: JsonObject) -> Job:
        """Add files of any supported format. The answer is sent once they are on disk."""
        uploads = [(f.filename, f.stream) for f in request.files.getlist("file") if f.filename]
        if not uploads:
            raise UnreadableInputError(NOTHING_SENT())
        return get_context().jobs.submit_uploads(uploads)


@blueprint.post("/jobs/addresses", access=Level.EDITOR)
@blueprint.arguments(arguments.Addresses)
@blueprint.response(202, JobRecord)
def add_addresses(fields: JsonObject) -> Job:
    """Fetch web pages and add their articles."""
    for address in fields["addresses"]:
        problem = adding.address_problem(address)
        if problem:
            raise UnreadableInputError(problem)
    return get_context().jobs.submit_addresses(fields["addresses"])


@blueprint.get("/jobs/<int:job_id>", access=Level.READER)
@blueprint.arguments(arguments.JobItems, location="query")
@blueprint.response(200, JobReport)
@blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
def show_job(given: JsonObject, job_id: int) -> Extended:
    """Show the progress of a job and the outcomes of its items, starting with `first`."""
    jobs = get_context().services.jobs
    outcomes = jobs.outcomes(job_id, given["first"], JOB_ITEMS)
    return Extended(jobs.get(job_id), items=outcomes)


@blueprint.get("/articles/<int:article_id>/versions", access=Level.VISITOR)
@blueprint.response(200, VersionList)
@blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
def list_versions(article_id: int) -> JsonObject:
    """List every version of an article in full, newest first."""
    return {"versions": get_context().services.store.versions(article_id)}


@blueprint.get("/articles/<int:article_id>/versions/<int:number>", access=Level.VISITOR)
@blueprint.response(200, VersionRecord)
@blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
def show_version(article_id: int, number: int) -> ArticleVersion:
    """Show one version of an article."""
    return pick_version(get_context().services.store.versions(article_id), number)


@blueprint.get("/articles/<int:article_id>/diff", access=Level.VISITOR)
@blueprint.arguments(arguments.VersionPair, location="query")
@blueprint.response(200, Difference)
@blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
def show_difference(given: JsonObject, article_id: int) -> JsonObject:
    """Compare two versions, by default the newest and the one before it."""
    versions = get_context().services.store.versions(article_id)
    pair = pick_versions(versions, given.get("old"), given.get("new"))
    if pair is None:
        raise ArticleNotFoundError(ONE_VERSION(article=article_id))
    old, new = pair
    return {
        "article": article_id,
        "old": old.version,
        "new": new.version,
        "paragraphs": [change.pieces for change in compare_versions(old, new)],
        "details": compare_details(old, new),
    }
