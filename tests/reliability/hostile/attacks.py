"""Attacks on time, memory, code and readers of other sites: what each costs and what came of it."""

import os
import pickle
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flask.testing import FlaskClient

from archive.errors import CodedError
from indexer.engines.embedded.storage.manifest import (
    describe_files,
    load_manifest,
    save_manifest,
)
from tests.reliability.fuzz.targets import TARGETS
from tests.reliability.hostile.formats import write_rss
from tests.reliability.hostile.site import Site
from web.upkeep.backup_files import describe_plain, load_record, save_record
from web.upkeep.backups import make_backup
from web.upkeep.restoring import restore_backup

# Combining marks of two classes in turn: each normalization has to sort them.
FEW_MARKS, MANY_MARKS = "\u0300\u0316" * 10_000, "\u0300\u0316" * 80_000
# Eight times as many marks may take eight times as long; time quadratic in them takes 64 times.
MAX_GROWTH = 24
NEGLIGIBLE_SECONDS = 0.5
MAX_REFUSAL_SECONDS, MAX_REFUSAL_BYTES = 1.0, 20_000_000
FILTERS = 20_000
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}


@dataclass(frozen=True, slots=True)
class Attack:
    name: str
    figures: str
    got_through: bool


def try_attacks(site: Site, folder: Path) -> Iterator[Attack]:
    """Try each on the site; what needs files of its own writes them below the folder."""
    client = site.client()
    for name, send in _doors(client).items():
        yield _measure_marks(name, send)
    for path in ("/search", "/similar", "/timeline", "/api/v1/search", "/api/v1/similar"):
        yield _repeat_filters(client, path)
        yield _load_from_elsewhere(client, path)
    yield _poison_backup(site, folder)


def _doors(client: FlaskClient) -> dict[str, Callable[[str], object]]:
    """Where a text comes in, by name."""
    return {
        "sign-in": lambda text: client.post("/sign-in", data={"name": text, "password": text}),
        "search": lambda text: client.get("/search", query_string={"q": text}),
        "similar": lambda text: client.post("/similar", data={"text": text}),
        "similar by API": lambda text: client.post("/api/v1/similar", json={"text": text}),
        "article": lambda text: client.post("/api/v1/articles", json={"title": text, "text": text}),
        "page": lambda text: TARGETS["page"](f"<title>{text}</title><p>{text}</p>".encode()),
        "feed": lambda text: TARGETS["feed"](write_rss([text], 1).encode()),
        "file": lambda text: TARGETS["file"](b"\x01" + text.encode()),
    }


def _measure_marks(name: str, send: Callable[[str], object]) -> Attack:
    """Send a letter with few and with many combining marks; compare the processor time."""
    few, many = _spend(lambda: send("a" + FEW_MARKS)), _spend(lambda: send("a" + MANY_MARKS))
    growth = many / max(few, 1e-4)
    figures = f"{few:.2f} s for {len(FEW_MARKS)} marks, {many:.2f} s for {len(MANY_MARKS)}"
    return Attack(f"marks: {name}", figures, many > NEGLIGIBLE_SECONDS and growth > MAX_GROWTH)


def _repeat_filters(client: FlaskClient, path: str) -> Attack:
    query = "q=missiles&" + "&".join(f"source={number}" for number in range(FILTERS))
    spent = _spend(lambda: client.get(f"{path}?{query}"))
    tracemalloc.start()
    status = client.get(f"{path}?{query}").status_code
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    figures = f"{status} after {spent:.2f} s and {most_bytes / 1e6:.1f} MB"
    is_dear = spent > MAX_REFUSAL_SECONDS or most_bytes > MAX_REFUSAL_BYTES
    return Attack(f"{FILTERS} filters: {path}", figures, is_dear or status not in (400, 405, 414))


def _load_from_elsewhere(client: FlaskClient, path: str) -> Attack:
    answer = client.get(path, query_string={"q": "missiles"}, headers=FROM_ELSEWHERE)
    status = answer.status_code
    return Attack(f"loaded by another site: {path}", str(status), status < 400)


class MakesFolder:
    """Its pickle makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def _poison_backup(site: Site, folder: Path) -> Attack:
    """Verify and restore a backup whose index runs code, with checksums made to fit."""
    backup, _ = make_backup(site.services, folder / "backups")
    ran = folder / "ran"
    poisoned = _plant(backup, pickle.dumps(MakesFolder(ran), 2))
    settings = replace(site.services.settings, home=folder / "restored")
    try:
        restored = restore_backup(backup, settings)
        outcome = f"restored, {restored.index_note or 'index and all'}"
    except CodedError as exc:
        outcome = f"refused: {exc}"
    return Attack("poisoned backup", f"{poisoned} files poisoned, {outcome}", ran.exists())


def _plant(backup: Path, hostile: bytes) -> int:
    """Replace the last pickle of every table of contents, and all checksums; return how many."""
    poisoned = [*backup.glob("index/keyword/*.toc")]
    for path in poisoned:
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data[: data.rindex(b"\x80\x05")] + hostile)
    manifest = load_manifest(backup / "index")
    keyword = describe_files((backup / "index/keyword" / f.name for f in manifest.keyword), ())
    save_manifest(backup / "index", replace(manifest, keyword=keyword))
    record = load_record(backup)
    files = tuple(describe_plain(backup, file.path) for file in record.files)
    save_record(backup, replace(record, files=files))
    return len(poisoned)


def _spend(work: Callable[[], object]) -> float:
    """Return the processor seconds of this thread."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
