"""The part of the JSON API through which articles come in and change: jobs and versions."""

from flask import request
from flask.views import MethodView

from archive.diff import pick_version, pick_versions
from archive.errors import ArticleNotFoundError, UnreadableInputError
from web.actions import adding
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import schemas
from web.records.records import (
    Record,
    difference_record,
    job_record,
    outcome_record,
    version_record,
)

JSON_TYPE = "application/json"
JOB_ITEMS = 100

blueprint = Blueprint("api_intake", __name__, url_prefix="/api/v1", description="Long work.")


@blueprint.route("/jobs")
class Jobs(MethodView):
    @blueprint.response(200, schemas.JobList)
    def get(self) -> Record:
        """The latest jobs, the newest first."""
        return {"jobs": [job_record(job) for job in get_context().services.jobs.latest()]}

    @blueprint.arguments(schemas.Uploads, location="files", content_type="multipart/form-data")
    @blueprint.response(202, schemas.JobRecord)
    @blueprint.alt_response(422, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def post(self, _: Record) -> Record:
        """Add files of any format that is read here. Answered once they are on disk."""
        uploads = [(f.filename, f.stream) for f in request.files.getlist("file") if f.filename]
        if not uploads:
            raise UnreadableInputError("nothing was sent; send files in the field `file`")
        return job_record(get_context().jobs.submit_uploads(uploads))


@blueprint.post("/jobs/addresses")
@blueprint.arguments(schemas.Addresses)
@blueprint.response(202, schemas.JobRecord)
def add_addresses(fields: Record) -> Record:
    """Fetch web pages and add their articles."""
    for address in fields["addresses"]:
        problem = adding.address_problem(address)
        if problem:
            raise UnreadableInputError(problem)
    return job_record(get_context().jobs.submit_addresses(fields["addresses"]))


@blueprint.get("/jobs/<int:job_id>")
@blueprint.arguments(schemas.JobItems, location="query")
@blueprint.response(200, schemas.JobReport)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
def show_job(arguments: Record, job_id: int) -> Record:
    """How far a job has come, and the outcomes of its items from the place `first` on."""
    jobs = get_context().services.jobs
    outcomes = jobs.outcomes(job_id, arguments["first"], JOB_ITEMS)
    items = [outcome_record(outcome) for outcome in outcomes]
    return job_record(jobs.get(job_id)) | {"items": items}


@blueprint.get("/articles/<int:article_id>/versions")
@blueprint.response(200, schemas.VersionList)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
def list_versions(article_id: int) -> Record:
    """Every version of an article, whole, the newest first."""
    held = get_context().services.store.versions(article_id)
    return {"versions": [version_record(version) for version in held]}


@blueprint.get("/articles/<int:article_id>/versions/<int:number>")
@blueprint.response(200, schemas.VersionRecord)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
def show_version(article_id: int, number: int) -> Record:
    """One version of an article."""
    return version_record(pick_version(get_context().services.store.versions(article_id), number))


@blueprint.get("/articles/<int:article_id>/diff")
@blueprint.arguments(schemas.VersionPair, location="query")
@blueprint.response(200, schemas.Difference)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
def show_difference(arguments: Record, article_id: int) -> Record:
    """What changed between two versions, by default the newest and the one before it."""
    held = get_context().services.store.versions(article_id)
    pair = pick_versions(held, arguments.get("old"), arguments.get("new"))
    if pair is None:
        raise ArticleNotFoundError(f"article {article_id} has one version; nothing has changed")
    return difference_record(*pair)
