"""`archive.intake.jobs`: work that goes on where it was cut, each item dealt with once."""

from pathlib import Path

import pytest

from archive.errors import JobNotFoundError
from archive.intake.jobs import Job, JobSource, JobStore, run_job
from archive.messages import verbatim
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from tests.support.material import write_lines

OPTIONS = ReadOptions()


@pytest.fixture
def jobs(store: ArticleStore, tmp_path: Path) -> JobStore:
    return JobStore(store.database, tmp_path)


def run(job: Job, jobs: JobStore, store: ArticleStore) -> Job:
    return list(run_job(job, jobs, store, OPTIONS))[-1]


def next_id(jobs: JobStore) -> int | None:
    held = jobs.next_unfinished()
    return held.id if held else None


def test_every_item_of_every_source_has_its_outcome(
    store: ArticleStore, jobs: JobStore, tmp_path: Path
) -> None:
    dump = write_lines(tmp_path / "upload-1", 3)
    broken = tmp_path / "upload-2"
    broken.write_bytes(b"\x00\x01")
    sources = [
        JobSource("dump.jsonl", "file", dump.name),
        JobSource("photo.txt", "file", broken.name),
    ]
    job = run(jobs.create("2 files", sources), jobs, store)
    assert (job.state, job.done, job.counts) == ("done", 4, {"added": 3, "rejected": 1})
    assert job.finished
    outcomes = jobs.outcomes(job.id)
    assert [outcome.item for outcome in outcomes] == [
        "dump.jsonl:1", "dump.jsonl:2", "dump.jsonl:3", "photo.txt",
    ]  # fmt: skip
    assert str(outcomes[3].reason) == "binary data, not text"
    assert jobs.next_unfinished() is None
    assert [held.id for held in jobs.latest()] == [job.id]


def test_a_job_cut_short_goes_on_at_the_very_item(
    store: ArticleStore, jobs: JobStore, tmp_path: Path
) -> None:
    dump = write_lines(tmp_path / "upload-1", 200)
    job = jobs.create("dump", [JobSource("dump.jsonl", "file", dump.name)])
    state = next(run_job(job, jobs, store, OPTIONS))
    assert 0 < state.done < 200
    held = jobs.next_unfinished()
    assert held is not None
    assert (held.id, held.state, held.done) == (job.id, "running", store.count())
    finished = run(held, jobs, store)
    assert (finished.done, finished.counts) == (200, {"added": 200})
    assert store.count() == 200


@pytest.mark.parametrize("upload", ["upload-9", None, "", "..", "../upload-1", "/etc/passwd"])
def test_only_an_upload_that_is_there_is_read(
    store: ArticleStore, jobs: JobStore, tmp_path: Path, upload: str | None
) -> None:
    (tmp_path.parent / "upload-1").write_text("Un secret\n\nQui n'est pas à lire.")
    job = run(jobs.create("x", [JobSource("x.txt", "file", upload)]), jobs, store)
    assert (job.state, job.counts) == ("done", {"rejected": 1})
    assert "send it again" in str(jobs.outcomes(job.id)[0].reason)


def test_jobs_are_taken_in_their_order(store: ArticleStore, jobs: JobStore) -> None:
    first, second = jobs.create("a", []), jobs.create("b", [])
    assert next_id(jobs) == first.id
    jobs.finish(first.id, "failed", verbatim("broken on purpose"))
    assert next_id(jobs) == second.id
    assert str(jobs.get(first.id).message) == "broken on purpose"
    with pytest.raises(JobNotFoundError, match="no job 99"):
        jobs.get(99)


def test_an_upload_is_not_read_through_a_link(
    store: ArticleStore, jobs: JobStore, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("Un secret\n\nQui n'est pas à lire.")
    (tmp_path / "upload-1").symlink_to(tmp_path / "secret.txt")
    job = run(jobs.create("x", [JobSource("x.txt", "file", "upload-1")]), jobs, store)
    assert (job.counts, store.count()) == ({"rejected": 1}, 0)


def test_starts_count_until_there_is_progress(
    store: ArticleStore, jobs: JobStore, tmp_path: Path
) -> None:
    dump = write_lines(tmp_path / "upload-1", 200)
    job = jobs.create("dump", [JobSource("dump.jsonl", "file", dump.name)])
    jobs.note_starts(job.id, 2)
    assert jobs.get(job.id).starts == 2
    next(run_job(job, jobs, store, OPTIONS))
    assert jobs.get(job.id).starts == 1
