"""One writer at a time, in any process, and who it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import IndexLockedError, IndexWriteError
from indexer.lease import hold_lease


def test_a_second_writer_is_told_who_holds_the_lease(tmp_path: Path) -> None:
    with (
        hold_lease(tmp_path, 1),
        pytest.raises(IndexLockedError, match="written by process"),
        hold_lease(tmp_path, 0.1),
    ):
        raise AssertionError("two writers at once")
    with hold_lease(tmp_path, 1):
        pass


def test_the_lease_of_a_killed_writer_is_free(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from indexer.lease import hold_lease\n"
        f"with hold_lease(Path({str(tmp_path)!r}), 1):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(IndexLockedError), hold_lease(tmp_path, 0.1):
            pass
        holder.kill()
        holder.wait()
        with hold_lease(tmp_path, 5):
            pass


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way")
    with pytest.raises(IndexWriteError, match="cannot be written"), hold_lease(tmp_path, 1):
        pass
