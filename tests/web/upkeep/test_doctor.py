"""The doctor: what it tells a monitor, and that it heals whatever befell the index."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from click.testing import Result

from archive.intake.ingest import ingest
from indexer.engines.embedded import snapshot
from indexer.engines.port import IndexBatch, IndexedArticle
from indexer.errors import IndexLockedError, ModelError
from indexer.lease import hold_lease
from indexer.ranking.request import SearchQuery
from indexer.sync import expected_fingerprint, sync
from tests.support.fakes import DIMENSION, FakeEmbedder, make_item
from tests.support.web import RunHemero
from web.services import Services
from web.upkeep import health
from web.upkeep.health import check_health, repair
from web.wordings import INDEX_BROUGHT_UP_TO_DATE, INDEX_REBUILT

KEYS = [
    "ok",
    "articles",
    "indexed",
    "waiting",
    "problems",
    "gaps",
    "ghosts",
    "files",
    "damaged",
    "model",
]
FILES = ("manifest.json", "*.faiss", "*.npz", "keyword/*.seg", "keyword/*.toc")

# Where it meets damage, Whoosh leaves its files to the garbage collector.
leaky = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def _record(result: Result) -> dict[str, object]:
    (line,) = result.stdout.splitlines()
    return dict(json.loads(line))


def _found(services: Services) -> list[int]:
    page = services.search.search(SearchQuery("missiles"))
    return [result.article.id for result in page.results]


def _write(services: Services, batch: IndexBatch) -> None:
    services.engine.write(batch)
    services.engine.commit(services.engine.checkpoint())


def _add_ghost(services: Services) -> None:
    vectors = np.eye(1, DIMENSION, dtype=np.float32)
    ghost = IndexedArticle(99, "T", "Un texte.", None, "fr", None, vectors)
    _write(services, IndexBatch(expected_fingerprint(services.embedder, services.engine), (ghost,)))


def _make_gap(services: Services) -> None:
    _write(services, IndexBatch(expected_fingerprint(services.embedder, services.engine), (), (2,)))


def _damage(path: Path, kind: str) -> None:
    if kind == "removed":
        path.unlink()
    elif kind == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    elif kind == "emptied":
        os.truncate(path, 0)
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x55
        path.write_bytes(data)


def test_a_sound_archive_is_one_object(run_filled: RunHemero) -> None:
    result = run_filled("doctor", "--json")
    record = _record(result)
    assert (result.exit_code, list(record)) == (0, KEYS)
    assert (record["ok"], record["gaps"], record["ghosts"], record["files"]) == (True, 0, 0, [])


def test_gaps_and_ghosts_are_counted(filled: Services, run_filled: RunHemero) -> None:
    _add_ghost(filled)
    _make_gap(filled)
    filled.engine.close()
    result = run_filled("doctor", "--json")
    record = _record(result)
    assert (result.exit_code, record["ok"]) == (1, False)
    assert (record["gaps"], record["ghosts"]) == (1, 1)


def test_gaps_are_found_while_changes_wait(filled: Services) -> None:
    _add_ghost(filled)
    _make_gap(filled)
    list(ingest([make_item("Nouveau", "Un texte nouveau.")], filled.store))
    checked = check_health(filled)
    assert (checked.gaps, checked.ghosts, checked.waiting) == (1, 1, 1)
    assert len(checked.problems) == 3
    assert repair(filled)[0] == INDEX_BROUGHT_UP_TO_DATE(number=1, removed=0)
    assert check_health(filled).ok


def test_a_damaged_file_is_named(filled: Services, run_filled: RunHemero) -> None:
    path = next(filled.settings.index_folder.glob("keyword/*.seg"))
    _damage(path, "flipped")
    record = _record(run_filled("doctor", "--json"))
    assert record["files"] == [f"keyword/{path.name}"]


def test_a_quick_look_reads_no_file(filled: Services) -> None:
    assert check_health(filled, files=False).ok
    _damage(next(filled.settings.index_folder.glob("*.faiss")), "flipped")
    assert check_health(filled, files=False).ok
    assert not check_health(filled).ok


def test_a_sound_archive_needs_no_repair(run_filled: RunHemero, embedder: FakeEmbedder) -> None:
    before = len(embedder.texts)
    result = run_filled("doctor", "--repair")
    assert (result.exit_code, len(embedder.texts)) == (0, before)
    assert "nothing to repair" in result.stdout


def test_what_waits_is_indexed_and_nothing_more(filled: Services, run_filled: RunHemero) -> None:
    list(ingest([make_item("Nouveau", "Un texte nouveau.")], filled.store))
    record = _record(run_filled("doctor", "--repair", "--json"))
    assert record["ok"] is True
    assert record["repairs"] == ["1 article indexed, 0 removed"]


@pytest.mark.parametrize("harm", [_add_ghost, _make_gap], ids=["ghost", "gap"])
def test_drift_is_repaired(
    filled: Services, run_filled: RunHemero, harm: Callable[[Services], None]
) -> None:
    harm(filled)
    filled.engine.close()
    result = run_filled("doctor", "--repair")
    assert result.exit_code == 0
    assert "the index was built anew from the archive: 3 articles" in result.stdout
    assert check_health(filled).ok


def test_an_index_of_another_model_is_repaired(filled: Services, embedder: FakeEmbedder) -> None:
    embedder.name = "another"
    assert repair(filled) == [INDEX_REBUILT(number=3)]
    assert check_health(filled).ok


@leaky
@pytest.mark.parametrize("kind", ["truncated", "emptied", "flipped", "removed"])
@pytest.mark.parametrize("pattern", FILES)
def test_each_damaged_file_is_repaired(
    filled: Services, monkeypatch: pytest.MonkeyPatch, pattern: str, kind: str
) -> None:
    monkeypatch.setattr(snapshot, "OPEN_ATTEMPTS", 1)
    monkeypatch.setattr(health, "PAUSE_SECONDS", 0)
    expected = _found(filled)
    filled.engine.close()
    _damage(next(filled.settings.index_folder.glob(pattern)), kind)
    assert not check_health(filled).ok
    assert repair(filled)
    assert check_health(filled).ok
    assert _found(filled) == expected


@leaky
def test_files_of_another_index_are_repaired(filled: Services) -> None:
    keyword = filled.settings.index_folder / "keyword"
    contents = next(keyword.glob("*.toc"))
    (keyword / "_MAIN_99.toc").write_bytes(contents.read_bytes())
    filled.engine.close()
    assert not check_health(filled).ok
    assert repair(filled)
    assert check_health(filled).ok


def test_a_model_that_fails_costs_no_index(filled: Services, embedder: FakeEmbedder) -> None:
    _make_gap(filled)
    embedder.failing = True
    with pytest.raises(ModelError):
        repair(filled)
    assert filled.engine.count() == 2


def test_an_archive_that_grows_meanwhile_is_not_built_anew(
    filled: Services, embedder: FakeEmbedder
) -> None:
    """Articles are added and indexed all the while: they may wait, but nothing is wrong."""
    stopping = Event()
    other = Services(filled.settings, embedder)

    def write() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            list(ingest([make_item(f"pendant {number}", f"Le texte {number}.")], other.store))
            if number % 2:
                other.index()

    writer = Thread(target=write)
    writer.start()
    try:
        done = [line for _ in range(10) for line in repair(filled)]
        found = [name for _ in range(10) for name in check_health(filled).files]
    finally:
        stopping.set()
        writer.join()
        other.close()
    assert [line for line in done if "anew" in str(line)] == []
    assert found == []


def test_an_index_being_written_is_left_alone(
    filled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sync.__kwdefaults__, "lock_timeout_seconds", 0.1)
    _make_gap(filled)
    writer = Services(filled.settings, filled.embedder)
    with hold_lease(writer.settings.home, 1), pytest.raises(IndexLockedError):
        repair(filled)
    writer.close()
