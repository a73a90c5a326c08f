"""Killed at any point, nothing acknowledged is lost and the next command heals the index."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes import FakeEmbedder
from web.health import check_health
from web.services import Services
from web.settings import Settings

RANDOM_KILLS = 20
ITEMS = 12

# A child adds articles as `hemero add` does, acknowledging each, then indexes; `FAULT` names a step
# of the commit after or before which it dies.
CHILD = """
import os, sys
from pathlib import Path
from archive.ingest import ingest
from indexer.engines.embedded import engine
from indexer import sync
from tests.fakes import FakeEmbedder, make_item
from web.services import Services
from web.settings import Settings

home, run, fault = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
sync.COMMIT_ARTICLES = sync.BATCH_ARTICLES = 3
when, _, step = fault.partition(" ")
if step:
    original = getattr(engine, step)
    def dying(*arguments, **named):
        if when == "before":
            os._exit(9)
        original(*arguments, **named)
        os._exit(9)
    setattr(engine, step, dying)
services = Services(Settings(home=home), FakeEmbedder())
items = [make_item(f"{run}-{n}", f"des missiles {run} {n}") for n in range(int(sys.argv[4]))]
items[:1] = [make_item("un", f"toujours neuf {run}", url="https://a.example/1")]
for item in items:
    for outcome in ingest([item], services.store):
        print(outcome.id, flush=True)
services.index()
"""


def start(home: Path, run: str, fault: str = "", items: int = ITEMS) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(home), run, fault, str(items)]
    root = Path(__file__).parent.parent
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def heal(home: Path) -> set[int]:
    """What any next command does; the ids held, store and both halves agreeing."""
    services = Services(Settings(home=home), FakeEmbedder())
    services.index()
    health = check_health(services)
    assert health.problems == ()
    assert health.articles == health.indexed
    ids = set(services.store.article_ids())
    services.close()
    return ids


def test_random_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    chosen = random.Random(11)
    acknowledged: set[int] = set()
    started = time.monotonic()
    child = start(tmp_path, "whole")
    acknowledged |= {int(line) for line in child.communicate()[0].split()}
    whole = time.monotonic() - started
    for run in range(RANDOM_KILLS):
        child = start(tmp_path, f"r{run}")
        time.sleep(chosen.uniform(0.3, 1.1) * whole)
        child.send_signal(signal.SIGKILL)
        acknowledged |= {int(line) for line in child.communicate()[0].split("\n")[:-1]}
        if run % 4 == 3:
            assert acknowledged <= heal(tmp_path)
    assert acknowledged <= heal(tmp_path)


@pytest.mark.parametrize("step", ["write_segment", "write_articles", "save_manifest"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_death_between_the_halves_of_a_commit_heals(tmp_path: Path, when: str, step: str) -> None:
    first = start(tmp_path, "first")
    first.communicate()
    assert first.returncode == 0
    child = start(tmp_path, "second", f"{when} {step}")
    acknowledged = {int(line) for line in child.communicate()[0].split()}
    assert child.returncode == 9
    assert acknowledged <= heal(tmp_path)
    leftovers = {path.name for path in (tmp_path / "index").glob("vectors-*")}
    listed = json.loads((tmp_path / "index" / "manifest.json").read_text())["segments"]
    assert leftovers == {file["name"] for segment in listed for file in segment["files"]}
