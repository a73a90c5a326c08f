"""`archive.durable`: files replaced whole, and forced to disk."""

import os
from pathlib import Path

import pytest

from archive.durable import replace_text


def test_a_replaced_file_is_new_to_its_readers(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    times = []
    for text in ("un\n", "deux\r\n", "été\n"):
        replace_text(path, text)
        assert path.read_bytes() == text.encode()
        times.append(path.stat().st_mtime_ns)
    assert times == sorted(set(times))
    assert list(tmp_path.iterdir()) == [path]


def test_a_leftover_draft_is_replaced_and_a_link_not_followed(tmp_path: Path) -> None:
    path, victim = tmp_path / "a.json", tmp_path / "victim"
    victim.write_text("whole", "utf-8")
    (tmp_path / "a.json.new").symlink_to(victim)
    replace_text(path, "new")
    assert (path.read_text("utf-8"), victim.read_text("utf-8")) == ("new", "whole")


def test_what_is_not_on_disk_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    replace_text(path, "old")

    def fail(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        replace_text(path, "new")
    assert path.read_text("utf-8") == "old"
