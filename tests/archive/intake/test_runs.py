"""`runs`: long runs are resumed at the very item, and failures can be tried again."""

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from archive.errors import UnreadableInputError
from archive.intake.runs import (
    Failure,
    add_location,
    read_failures,
    retry_failures,
    size_bytes,
    write_failure,
)
from archive.messages import verbatim
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from archive.wordings import DOCUMENT_TOO_LARGE
from tests.support.material import write_lines

OPTIONS = ReadOptions()
RUN = """
import sys
from itertools import islice
from pathlib import Path
from archive.sources.options import ReadOptions
from archive.intake.runs import add_location
from archive.store.articles import ArticleStore
store = ArticleStore(Path(sys.argv[1]))
for placed in add_location(sys.argv[2], store, ReadOptions(), resume=True):
    print(placed.position, flush=True)
"""


def test_a_run_resumes_at_the_very_item(store: ArticleStore, tmp_path: Path) -> None:
    dump = str(write_lines(tmp_path / "dump.jsonl", 200))
    first = add_location(dump, store, OPTIONS)
    assert next(first).position == 0
    first.close()
    done = store.count()
    rest = list(add_location(dump, store, OPTIONS, resume=True))
    assert [placed.position for placed in rest] == list(range(done, 200))
    assert {placed.outcome.outcome for placed in rest} == {"added"}
    assert list(add_location(dump, store, OPTIONS, resume=True)) == []
    again = list(add_location(dump, store, OPTIONS))
    assert [placed.outcome.outcome for placed in again] == ["unchanged"] * 200


@pytest.mark.slow
def test_a_killed_run_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    dump, path = write_lines(tmp_path / "dump.jsonl", 2_000), tmp_path / "archive.sqlite"
    ArticleStore(path).close()
    told: list[int] = []
    for lines_before_kill in (1, 500, 900, 2_000):
        command = [sys.executable, "-c", RUN, str(path), str(dump)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, bufsize=1,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert process.stdout
        told += map(int, islice(process.stdout, lines_before_kill))
        process.kill()
        told += map(int, process.communicate()[0].split())
    store = ArticleStore(path)
    assert store.count() == 2_000
    assert len(told) == len(set(told))
    store.close()


def test_a_changed_file_begins_anew(store: ArticleStore, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "dump.jsonl", 3)
    list(add_location(str(path), store, OPTIONS))
    write_lines(path, 5)
    rest = list(add_location(str(path), store, OPTIONS, resume=True))
    assert [placed.position for placed in rest] == [0, 1, 2, 3, 4]


def test_failures_can_be_tried_again(store: ArticleStore, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_lines(folder / "a.jsonl", 2)
    (folder / "b.txt").write_bytes(b"\x00")
    (folder / "c.txt").write_text("Un titre\nUn texte.")
    placed = list(add_location(str(folder), store, OPTIONS))
    failures = [one.failure for one in placed if one.failure]
    assert [failure.position for failure in failures] == [2]
    listed = tmp_path / "failed.jsonl"
    listed.write_text("".join(write_failure(failure) + "\n" for failure in failures))
    (folder / "b.txt").write_text("Titre\nMaintenant lisible.")
    again = list(retry_failures(read_failures(listed), store, OPTIONS))
    assert [(one.position, one.outcome.outcome) for one in again] == [(2, "added")]


@pytest.mark.parametrize("line", ["{", "[]", '{"location": "a"}', '{"x": 1}'])
def test_a_file_of_failures_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "failed.jsonl"
    path.write_text(write_failure(Failure("a", 0, "a", verbatim("why"))) + "\n" + line)
    with pytest.raises(UnreadableInputError, match="line 2: not a failure; give a file"):
        read_failures(path)


def test_sizes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"abc")
    (tmp_path / "b.txt").write_bytes(b"de")
    assert size_bytes(str(tmp_path / "a.txt")) == 3
    assert size_bytes(str(tmp_path)) == 5
    assert size_bytes("https://a.org/") is None


def test_bytes_are_told_as_they_are_read(store: ArticleStore, tmp_path: Path) -> None:
    dump, read = write_lines(tmp_path / "dump.jsonl", 500), []
    list(add_location(str(dump), store, ReadOptions(on_bytes=read.append)))
    assert sum(read) == dump.stat().st_size


def test_failures_keep_their_reasons(tmp_path: Path) -> None:
    reason = DOCUMENT_TOO_LARGE(number=10)
    kept = Failure("a", 3, "a:4", reason)
    earlier = json.dumps({"location": "b", "position": 0, "item": "b", "reason": "too large"})
    path = tmp_path / "failed.jsonl"
    path.write_text(f"{write_failure(kept)}\n{earlier}\n")
    assert json.loads(write_failure(kept))["reason"] == str(reason)
    assert read_failures(path) == [kept, Failure("b", 0, "b", verbatim("too large"))]
