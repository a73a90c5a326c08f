"""The store copied while it is written to, and its clock after a restore."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from archive.errors import StoreError
from archive.intake.ingest import ingest
from archive.store.articles import ArticleStore
from archive.store.backup import advance_clock, copy_store, read_clock
from archive.store.database import Database
from tests.support.fakes import make_item

YEAR_MS = 365 * 86_400_000


def _add(store: ArticleStore, *titles: str) -> None:
    list(ingest([make_item(title, f"Le texte de {title}.") for title in titles], store))


def test_a_copy_holds_what_was_held(store: ArticleStore, tmp_path: Path) -> None:
    _add(store, "un", "deux")
    made = copy_store(store.database, tmp_path / "copy.sqlite")
    assert (made.articles, made.seq) == (2, store.last_seq())
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite"]
    copy = ArticleStore(tmp_path / "copy.sqlite")
    assert list(copy.each_article()) == list(store.each_article())
    copy.close()


def test_a_copy_during_writes_is_of_one_moment(
    store: ArticleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each article is added with a note of it, in one transaction: a copy holds both or none."""
    monkeypatch.setattr("archive.store.backup.STEP_PAGES", 3)
    _add(store, *(f"avant {n}" for n in range(200)))
    stopping = Event()

    def write() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            _add(store, f"pendant {number}")

    writer = Thread(target=write)
    writer.start()
    try:
        copies = [copy_store(store.database, tmp_path / f"{n}.sqlite") for n in range(8)]
    finally:
        stopping.set()
        writer.join()
    for number, made in enumerate(copies):
        copy = ArticleStore(tmp_path / f"{number}.sqlite")
        ids = copy.article_ids()
        assert sorted(ids) == list(range(1, made.articles + 1))
        assert copy.count_changes_after(0) == made.articles
        assert copy.last_seq() == made.seq
        copy.close()
    assert copies[-1].articles > 200


def test_a_damaged_store_is_not_copied(store: ArticleStore, tmp_path: Path) -> None:
    _add(store, *(f"titre {n}" for n in range(300)))
    store.close()
    path = tmp_path / "archive.sqlite"
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    for page in range(pages * 3 // 4, pages):
        data[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    path.write_bytes(data)
    database = Database(path)
    with pytest.raises(StoreError, match=r"cannot be copied: .*(damaged|malformed)"):
        copy_store(database, tmp_path / "copy.sqlite")
    database.close()


def test_a_full_disk_is_an_error_of_ours(store: ArticleStore, tmp_path: Path) -> None:
    _add(store, *(f"titre {n}" for n in range(300)))
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from archive.store.backup import copy_store\n"
        "from archive.store.database import Database\n"
        "from archive.errors import StoreError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
        "try:\n"
        "    copy_store(Database(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "except StoreError as exc:\n"
        "    print(exc)\n"
    )
    command = [sys.executable, "-c", script, store.database.path, tmp_path / "copy.sqlite"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be copied" in ended.stdout


def test_a_target_that_cannot_be_made_is_said(store: ArticleStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be copied"):
        copy_store(store.database, tmp_path / "nowhere" / "copy.sqlite")


def test_the_clock_goes_on_above_what_was_given(store: ArticleStore, tmp_path: Path) -> None:
    _add(store, "un")
    before = store.last_seq()
    store.close()
    ahead = before + YEAR_MS
    advance_clock(tmp_path / "archive.sqlite", ahead)
    assert read_clock(tmp_path / "archive.sqlite") == ahead
    reopened = ArticleStore(tmp_path / "archive.sqlite")
    _add(reopened, "deux")
    assert [change.seq for change in reopened.changes_after(0, 9)] == [before, ahead + 1]
    reopened.close()


def test_the_clock_never_goes_back(store: ArticleStore, tmp_path: Path) -> None:
    advance_clock(tmp_path / "archive.sqlite", 5)
    after = read_clock(tmp_path / "archive.sqlite")
    assert after > 1_600_000_000_000
    advance_clock(tmp_path / "archive.sqlite", 7)
    assert read_clock(tmp_path / "archive.sqlite") >= after


def test_no_store_has_no_clock(tmp_path: Path) -> None:
    assert read_clock(tmp_path / "none.sqlite") == 0
    (tmp_path / "torn.sqlite").write_bytes(os.urandom(5000))
    assert read_clock(tmp_path / "torn.sqlite") == 0


def test_a_store_of_a_newer_hemero_is_refused(store: ArticleStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "archive.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match="newer Hemero"):
        advance_clock(tmp_path / "archive.sqlite", 1)
