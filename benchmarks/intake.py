"""Measure adding at scale: rate, peak memory, and going on after kill -9.

    python benchmarks/intake.py ARTICLES PAGES [--pages N]

ARTICLES is a folder with articles.jsonl or articles.jsonl.gz, PAGES one with HTML pages
(*.html.gz), of which a WARC of N records is made. Nothing is embedded or indexed.
"""

import argparse
import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from indexer.evaluation.evaluation import find_articles

HEMERO = Path(sys.executable).with_name("hemero")
SEED = 7
KILLS = 3


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="hemero-intake-") as folder:
        warc = Path(folder) / "pages.warc.gz"
        build_warc(arguments.pages_folder, warc, arguments.pages)
        for name, path in (("JSON Lines", find_articles(arguments.articles)), ("WARC", warc)):
            measure(name, path, Path(folder))


def build_warc(pages: Path, target: Path, count: int) -> None:
    """A WARC of `count` responses, the pages over and over under different addresses."""
    paths = sorted(pages.rglob("*.html.gz"))
    with target.open("wb") as stream:
        for number in range(count):
            page = gzip.decompress(paths[number % len(paths)].read_bytes())
            stream.write(gzip.compress(_response(f"https://crawl.example/{number}", page), 1))


def measure(name: str, path: Path, folder: Path) -> None:
    """One run from end to end, and one killed several times and resumed."""
    whole = folder / f"{path.name}-whole"
    started = time.perf_counter()
    counts = Counter(_outcomes(_add(whole, path).communicate()[0]))
    seconds = time.perf_counter() - started
    # Of all children so far, so that of the WARC is the larger of both.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    items = sum(counts.values())
    print(f"{name}: {items} items, {items / seconds:.0f} a second, peak {peak:.0f} MB, {counts}")
    cut, told = folder / f"{path.name}-cut", Counter()
    for _ in range(KILLS):
        process = _add(cut, path)
        time.sleep(random.Random(SEED).uniform(0.2, 0.4) * seconds)
        process.send_signal(signal.SIGKILL)
        told += Counter(_outcomes(process.communicate()[0]))
    told += Counter(_outcomes(_add(cut, path).communicate()[0]))
    same = _count(whole) == _count(cut)
    print(f"{name}: killed {KILLS} times, then resumed: {told}, same archive: {same}")


def _add(home: Path, path: Path) -> subprocess.Popen[str]:
    command = [str(HEMERO), "add", str(path), "--no-index", "--resume", "--json"]
    environment = os.environ | {"HEMERO_HOME": str(home)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _outcomes(lines: str) -> list[str]:
    """Of a killed run, the last line may be cut."""
    return [json.loads(line)["outcome"] for line in lines.splitlines() if '"item"' in line[:20]]


def _count(home: Path) -> int:
    command = [str(HEMERO), "export"]
    environment = os.environ | {"HEMERO_HOME": str(home)}
    exported = subprocess.run(command, env=environment, capture_output=True, check=True)
    return exported.stdout.count(b"\n")


def _response(url: str, page: bytes) -> bytes:
    """A response record (ISO 28500)."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{hash(url) & 0xFFFFFFFFFFFF:012x}>\r\n"
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("pages_folder", type=Path)
    parser.add_argument("--pages", type=int, default=5_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
