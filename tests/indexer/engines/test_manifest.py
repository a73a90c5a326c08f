"""The manifest and the files it names: damage is found, and said with the cure."""

import contextlib
import json
import os
from pathlib import Path

import pytest

from indexer.engines.embedded.snapshot import read_stamp
from indexer.engines.embedded.storage import verifying
from indexer.engines.embedded.storage.manifest import (
    FILE_NAME,
    FORMAT,
    FileEntry,
    Manifest,
    SegmentEntry,
    describe_file,
    describe_files,
    file_problem,
    load_manifest,
    save_manifest,
)
from indexer.engines.port import (
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    RetrievalRequest,
    SearchEngine,
)
from indexer.engines.registry import open_engine
from indexer.errors import CorruptIndexError
from indexer.query import parse_query
from tests.support.fakes import FakeEmbedder

FINGERPRINT = Fingerprint("fake", "1", "1")
WHOLE = Manifest(
    7,
    FINGERPRINT,
    (SegmentEntry("vectors-1", 9, 3, (FileEntry("a.faiss", 1, "x"),), frozenset({5, 2})),),
    (FileEntry("b.seg", 2, "y"),),
)

# Where it meets damage, Whoosh leaves its files to the garbage collector.
leaky = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def filled(tmp_path: Path) -> SearchEngine:
    engine = open_engine("embedded", tmp_path)
    engine.write(IndexBatch(FINGERPRINT, tuple(make_article(n) for n in range(1, 40))))
    engine.commit(1)
    return engine


def make_article(number: int) -> IndexedArticle:
    text = f"un missile numéro {number}"
    vectors = FakeEmbedder().encode_passages([text])
    return IndexedArticle(number, "Titre", text, None, "fr", None, vectors)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x55
    path.write_bytes(data)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    assert load_manifest(tmp_path) == Manifest()
    save_manifest(tmp_path, WHOLE)
    assert load_manifest(tmp_path) == WHOLE
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_tombstones_add_up() -> None:
    (segment,) = WHOLE.bury({"vectors-1": frozenset({8})}).segments
    assert (segment.dead, segment.dead_share) == ({2, 5, 8}, 1.0)
    assert SegmentEntry("empty", 0, 0, ()).dead_share == 0


def test_every_save_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    stamps = []
    for checkpoint in range(30):
        save_manifest(tmp_path, Manifest(checkpoint % 10))
        stamps.append(read_stamp(tmp_path))
    assert len(set(stamps)) == 30


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "\x00\x00\x00",
        "[" * 100_000,
        json.dumps({"format": FORMAT}),
        json.dumps({"format": FORMAT, "checkpoint": None, "fingerprint": None, "segments": []}),
        json.dumps(
            {"format": FORMAT, "checkpoint": 1, "fingerprint": [1], "segments": [], "keyword": []}
        ),
        json.dumps(
            {"format": FORMAT, "checkpoint": 1, "fingerprint": None, "segments": 3, "keyword": []}
        ),
        json.dumps(
            {"format": FORMAT, "checkpoint": 1, "fingerprint": None, "segments": [{}], "keyword": 1}
        ),
    ],
)
def test_a_damaged_manifest_says_to_rebuild(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(CorruptIndexError, match=r"is damaged; .*hemero index --rebuild"):
        load_manifest(tmp_path)


def test_a_manifest_of_another_edition_says_to_rebuild(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(CorruptIndexError, match=r"another version of Hemero; .*--rebuild"):
        load_manifest(tmp_path)


def test_an_unreadable_manifest_says_to_rebuild(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe{}")
    with pytest.raises(CorruptIndexError, match="cannot be read"):
        load_manifest(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(CorruptIndexError, match="cannot be read"):
        load_manifest(tmp_path)


def test_a_failed_save_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_manifest(tmp_path, WHOLE)

    def fail(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        save_manifest(tmp_path, Manifest())
    assert load_manifest(tmp_path) == WHOLE


def test_files_are_described_once(tmp_path: Path) -> None:
    path = tmp_path / "a.seg"
    path.write_bytes(b"words")
    entry = describe_file(path)
    assert file_problem(tmp_path, entry) is None
    known = FileEntry("a.seg", 1, "as known")
    assert describe_files([path], [known]) == (known,)
    assert describe_files([path], []) == (entry,)


@pytest.mark.parametrize("suffix", [".faiss", ".npz", ".seg", ".toc"])
def test_check_finds_a_flipped_byte(filled: SearchEngine, tmp_path: Path, suffix: str) -> None:
    assert filled.check() == []
    path = next(tmp_path.rglob(f"*{suffix}"))
    flip(path, path.stat().st_size // 2)
    (problem,) = filled.check()
    assert f"{path.name} is damaged; build the index anew" in str(problem)


@leaky
@pytest.mark.parametrize("suffix", [".faiss", ".npz", ".seg", ".toc"])
@pytest.mark.parametrize("size", [None, 0, 40])
def test_a_missing_or_truncated_file_says_to_rebuild(
    filled: SearchEngine, tmp_path: Path, suffix: str, size: int | None
) -> None:
    path = next(tmp_path.rglob(f"*{suffix}"))
    if size is None:
        path.unlink()
    else:
        os.truncate(path, size)
    with pytest.raises(CorruptIndexError, match="hemero index --rebuild"):
        open_engine("embedded", tmp_path).count()
    if suffix != ".toc":
        assert any(path.name in str(problem) for problem in filled.check())


@pytest.mark.parametrize("suffix", [".faiss", ".npz", ".seg", ".toc"])
def test_a_flipped_byte_is_found_before_the_file_is_used(
    filled: SearchEngine, tmp_path: Path, suffix: str
) -> None:
    path = next(tmp_path.rglob(f"*{suffix}"))
    intact = path.read_bytes()
    for place in range(0, len(intact), max(1, len(intact) // 40)):
        flip(path, place)
        engine = open_engine("embedded", tmp_path)
        with pytest.raises(CorruptIndexError, match=rf"{path.name} is damaged; .*--rebuild"):
            engine.retrieve(RetrievalRequest(parse_query('"un missile" titre'), None))
        path.write_bytes(intact)
        assert engine.retrieve(RetrievalRequest(parse_query("titre"), None)).keyword
        engine.close()


def test_what_was_read_once_is_not_read_again(
    filled: SearchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def look(folder: Path, entry: FileEntry) -> str | None:
        read.append(entry.name)
        return file_problem(folder, entry)

    monkeypatch.setattr(verifying, "file_problem", look)
    reader = open_engine("embedded", tmp_path)
    assert reader.count() == 39
    first = sorted(read)
    assert len(first) == 4
    filled.write(IndexBatch(FINGERPRINT, (make_article(40),)))
    filled.commit(2)
    read.clear()
    assert reader.count() == 40
    assert not {*read} & {*first}
    assert len(read) == 4
    reader.close()


def test_segments_without_a_manifest_are_damage(filled: SearchEngine, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(CorruptIndexError, match=r"manifest\.json is missing; .*--rebuild"):
        open_engine("embedded", tmp_path).count()


def test_a_flipped_bit_of_the_manifest_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    save_manifest(tmp_path, WHOLE)
    path = tmp_path / FILE_NAME
    intact = path.read_bytes()
    for place in range(8 * len(intact)):
        data = bytearray(intact)
        data[place // 8] ^= 1 << place % 8
        path.write_bytes(data)
        with contextlib.suppress(CorruptIndexError):
            assert load_manifest(tmp_path) == WHOLE


def test_a_manifest_of_before_checksums_is_read(tmp_path: Path) -> None:
    save_manifest(tmp_path, WHOLE)
    data = json.loads((tmp_path / FILE_NAME).read_text())
    del data["sha256"]
    (tmp_path / FILE_NAME).write_text(json.dumps(data))
    assert load_manifest(tmp_path) == WHOLE


def test_a_rebuild_cures_any_damage(filled: SearchEngine, tmp_path: Path) -> None:
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    engine = open_engine("embedded", tmp_path)
    engine.clear()
    engine.write(IndexBatch(FINGERPRINT, (make_article(1),)))
    engine.commit(3)
    assert (engine.count(), engine.checkpoint(), engine.check()) == (1, 3, [])
