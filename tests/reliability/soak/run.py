"""A served archive under load for minutes: speed, memory, and are its answers still right?

    make soak SOAK_HOME=archive/built/before [MINUTES=5]
    make soak DATA=folder/with/articles.jsonl.gz

The server is a real process on a copy of the archive. Readers ask without a pause, one writer adds,
updates and removes an article a second. At the end a fresh process answers the same questions on
the same archive, and its answers must be the same.
"""

import argparse
import json
import logging
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

from archive.intake.ingest import ingest
from archive.sources import read_file
from tests.reliability.serving.server import ServerProcess, serve_really
from tests.reliability.soak.clients import (
    Record,
    Sample,
    make_request,
    read_until,
    take_sample,
    write_until,
)
from tests.support.fakes import FakeEmbedder
from tests.support.waiting import wait_until
from web.app import build_app
from web.cli.output.tables import index_progress
from web.services import Services
from web.settings import load_settings

COMPARED_KINDS = ("keyword", "semantic", "hybrid", "similar", "timeline", "suggest")
SAMPLE_SECONDS = 1.0
WARM_UP_SHARE = 0.25
SEED = 11
# bfloat16 keeps three figures.
TOLERANCE = 0.005
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Plan:
    minutes: float = 5.0
    readers: int = 4
    writes_per_second: float = 1.0
    compared: int = 60


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of the server at the end, all and its own alone, and their growth a minute."""

    resident: float
    private: float
    resident_slope: float
    private_slope: float


@dataclass(frozen=True, slots=True)
class Report:
    record: Record
    memory: Memory
    compared: int
    differing: tuple[str, ...]
    problems: tuple[str, ...]
    load_average: float

    @property
    def is_clean(self) -> bool:
        return not (self.record.failures or self.differing or self.problems)


Serve = Callable[[Path], AbstractContextManager[ServerProcess]]


def main() -> None:
    arguments = _arguments()
    plan = Plan(arguments.minutes, arguments.readers, arguments.rate, arguments.compared)
    with tempfile.TemporaryDirectory(prefix="hemero-soak-") as folder:
        home = Path(folder) / "home"
        if arguments.home:
            shutil.copytree(arguments.home, home)
        else:
            build(home, arguments.data)
        report = soak(home, plan, serve_really)
    print_report(report, plan)
    sys.exit(not report.is_clean)


def build(home: Path, data: Path) -> None:
    """An archive of the articles of a folder or file, with the model of the settings."""
    path = data / "articles.jsonl.gz" if data.is_dir() else data
    services = Services(load_settings(flags={"home": home}))
    count = sum(outcome.outcome == "added" for outcome in ingest(read_file(path), services.store))
    print(f"{count} articles added; they are indexed now", file=sys.stderr)
    with index_progress() as on_progress:
        services.index(on_progress)
    services.close()


def soak(home: Path, plan: Plan, serve: Serve, embedder: FakeEmbedder | None = None) -> Report:
    """Serve, read and write for as long as planned; then compare with a process of its own."""
    with serve(home) as server:
        chosen = random.Random(SEED)
        sample = take_sample(server.client, chosen)
        record, memory = _load(server, sample, plan)
        load_average = os.getloadavg()[0]
        wait_until(lambda: server.client.get("/api/v1/health").json()["waiting"] == 0, 120)
        problems = server.client.get("/api/v1/health").json()["problems"]
        problems += [line for line in server.complaints() if "slow query" not in line]
        questions = [
            make_request(kind, sample, chosen)
            for kind in COMPARED_KINDS
            for _ in range(plan.compared // len(COMPARED_KINDS))
        ]
        served = [server.client.get(path, params=asked).text for path, asked in questions]
    quiet = _answer_freshly(home, questions, embedder)
    differing = tuple(
        f"{path} {asked}"
        for (path, asked), one, other in zip(questions, served, quiet, strict=True)
        if not are_alike(json.loads(one), json.loads(other))
    )
    return Report(record, memory, len(questions), differing, tuple(problems), load_average)


def print_report(report: Report, plan: Plan) -> None:
    print(f"{plan.readers} readers, 1 writer, {plan.minutes:g} min, load {report.load_average:.1f}")
    print(f"{'':10}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'most ms':>9}")
    for kind, seconds in sorted(report.record.seconds.items()):
        places = [1000 * float(np.percentile(seconds, place)) for place in (50, 95, 99, 100)]
        print(f"{kind:10}{len(seconds):9}" + "".join(f"{place:9.1f}" for place in places))
    total = sum(map(len, report.record.seconds.values()))
    print(f"requests {total}, lightened {report.record.lightened}")
    memory = report.memory
    print(
        f"memory {memory.resident:.0f} MB, its own {memory.private:.0f} MB; growth a minute"
        f" {memory.resident_slope:+.2f} MB, its own {memory.private_slope:+.2f} MB"
    )
    print(f"answers compared {report.compared}, differing {len(report.differing)}")
    for line in (*report.record.failures[:20], *report.differing[:20], *report.problems):
        print("FAILED", line)
    print(f"failures {len(report.record.failures)}")


def _load(server: ServerProcess, sample: Sample, plan: Plan) -> tuple[Record, Memory]:
    ends = time.time() + 60 * plan.minutes
    done, samples = Event(), list[tuple[float, float, float]]()
    watcher = Thread(target=_watch, args=(server.process.pid, done, samples))
    watcher.start()
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(plan.readers + 1, mp_context=spawned) as pool:
        written = pool.submit(write_until, server.address, SEED, ends, plan.writes_per_second)
        read = [
            pool.submit(read_until, server.address, sample, seed, ends)
            for seed in range(plan.readers)
        ]
        record = written.result()
        for each in read:
            record.absorb(each.result())
    done.set()
    watcher.join()
    return record, measure_memory(samples)


def _watch(process: int, done: Event, samples: list[tuple[float, float, float]]) -> None:
    while not done.wait(SAMPLE_SECONDS):
        status = Path(f"/proc/{process}/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines())
        kilobytes = [int(lines[name].split()[0]) for name in ("VmRSS", "RssAnon")]
        samples.append((time.monotonic() / 60, *(1024 * k / MEGABYTE for k in kilobytes)))


def measure_memory(samples: list[tuple[float, float, float]]) -> Memory:
    """Of (minute, resident, private) in megabytes; the slope is a line's through what follows the
    warm-up, by least squares."""
    kept = np.array(samples[int(WARM_UP_SHARE * len(samples)) :])
    slopes = [float(np.polyfit(kept[:, 0], kept[:, column], 1)[0]) for column in (1, 2)]
    return Memory(float(kept[-1, 1]), float(kept[-1, 2]), *slopes)


def _answer_freshly(
    home: Path, questions: list[tuple[str, dict[str, Any]]], embedder: FakeEmbedder | None
) -> list[str]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(answer_quietly, home, questions, embedder).result()


def answer_quietly(
    home: Path, questions: list[tuple[str, dict[str, Any]]], embedder: FakeEmbedder | None
) -> list[str]:
    """What the application answers with nobody else about."""
    logging.disable()
    services = Services(load_settings(flags={"home": home}), embedder)
    client = build_app(services, on_change=lambda: None).test_client()
    answers = [client.get(path, query_string=asked).text for path, asked in questions]
    services.close()
    return answers


def are_alike(one: Any, other: Any) -> bool:
    """Whether two answers are the same; scores may differ by what a batch's arithmetic rounds.

    An article may then stand a place off, or at the end of a page be there in one alone.
    """
    if not isinstance(one, dict) or "results" not in one:
        return bool(one == other)
    scores = [{r["article"]["id"]: r["score"] for r in page["results"]} for page in (one, other)]
    ends = [min(each.values(), default=0.0) for each in scores]
    shared = scores[0].keys() & scores[1].keys()
    alone = [
        scores[n][article] - ends[1 - n] for n in (0, 1) for article in scores[n].keys() - shared
    ]
    gaps = [scores[0][article] - scores[1][article] for article in shared]
    return all(abs(gap) <= TOLERANCE for gap in gaps) and all(gap <= TOLERANCE for gap in alone)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--home", type=Path, help="an archive built before; it is copied")
    given.add_argument("--data", type=Path, help="articles to build one of")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--compared", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    main()
