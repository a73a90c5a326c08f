"""Measure Hemero on a folder of articles: indexing, both lists, the served API, adding, memory.

    python benchmarks/bench.py FOLDER [--articles N] [--results FOLDER]

FOLDER holds articles.jsonl or articles.jsonl.gz. Each figure is printed beside its yardstick, and
all of them are saved as JSON. Nothing of the user's archive is touched.
"""

import argparse
import json
import platform
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from lists import measure_keyword_list
from served import measure_served

from archive.intake.ingest import ingest
from archive.model import Article
from archive.sources import read_file
from indexer.evaluation.evaluation import find_articles
from indexer.passages import embedding_input, split_passages
from web.services import Services
from web.settings import Settings

BARE_PASSAGES = 2_048
QUERIES = 300
SEED = 7


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="hemero-bench-") as home:
        services = Services(Settings(home=Path(home)))
        figures = measure_indexing(services, arguments.folder, arguments.articles)
        queries = sample_queries(services)
        figures |= measure_query_encoding(services, queries)
        figures |= measure_keyword_list(services, queries)
        services.close()
        figures |= measure_served(Path(home), queries)
    report(figures, arguments.results)


def measure_indexing(services: Services, folder: Path, most: int | None) -> dict[str, float]:
    """Read, split, embed and write everything, between two runs of the bare model."""
    started = time.perf_counter()
    for _ in ingest(islice(read_file(find_articles(folder)), most), services.store):
        pass
    reading = time.perf_counter() - started
    inputs = sample_inputs(services)
    bare = [bare_rate(services, inputs)]
    indexed = services.index(_tell)
    bare.append(bare_rate(services, inputs))
    seconds = reading + indexed.seconds
    return {
        "articles": indexed.indexed,
        "passages": indexed.passages,
        "read_articles_per_second": indexed.indexed / reading,
        "index_seconds": seconds,
        "index_passages_per_second": indexed.passages / seconds,
        "bare_passages_per_second": sum(bare) / len(bare),
        "index_share_of_bare": indexed.passages / seconds / (sum(bare) / len(bare)),
        "index_megabytes": _megabytes(services.settings.index_folder),
        "store_megabytes": services.settings.store_path.stat().st_size / 1e6,
    }


def sample_inputs(services: Services) -> list[str]:
    """What the model reads of a random sample of passages."""
    articles: list[Article] = list(services.store.each_article())
    random.Random(SEED).shuffle(articles)
    inputs = (embedding_input(a.title, p) for a in articles for p in split_passages(a))
    return list(islice(inputs, BARE_PASSAGES))


def bare_rate(services: Services, inputs: list[str]) -> float:
    """Passages a second of SentenceTransformer.encode alone, same model and number format."""
    model = services.embedder.load()
    model.encode_document(inputs[:64], batch_size=32)
    started = time.perf_counter()
    model.encode_document(inputs, batch_size=32, normalize_embeddings=True, convert_to_tensor=True)
    return len(inputs) / (time.perf_counter() - started)


def measure_query_encoding(services: Services, queries: list[str]) -> dict[str, float]:
    seconds = []
    for query in queries:
        started = time.perf_counter()
        services.embedder.encode_query(query)
        seconds.append(time.perf_counter() - started)
    return {"encode_query_p50_ms": sorted(seconds)[len(seconds) // 2] * 1000}


def sample_queries(services: Services) -> list[str]:
    """The first words of titles: three to six of them, as people type."""
    generator = random.Random(SEED)
    titles = [a.headline for a in services.store.each_article() if len(a.headline.split()) > 6]
    chosen = generator.sample(titles, min(QUERIES, len(titles)))
    return [" ".join(title.replace('"', "").split()[: generator.randint(3, 6)]) for title in chosen]


YARDSTICKS = {
    "index_share_of_bare": (">=", 0.85),
    "keyword_warm_p50_ms": ("<=", 2),
    "keyword_cold_p50_ms": ("<=", 20),
    "encode_query_p50_ms": ("<=", 20),
    "http_hybrid_p50_ms": ("<=", 35),
    "http_hybrid_p95_ms": ("<=", 70),
    "add_searchable_seconds": ("<=", 2),
    "add_written_megabytes": ("<=", 5),
    "server_resident_megabytes": ("<=", 1500),
}


def report(figures: dict[str, float], folder: Path) -> None:
    for name, value in figures.items():
        sign, yardstick = YARDSTICKS.get(name, ("", None))
        verdict = ""
        if yardstick is not None:
            met = value >= yardstick if sign == ">=" else value <= yardstick
            verdict = f"{sign} {yardstick}" + ("" if met else "   MISSED")
        print(f"{name:32} {value:12.3f}  {verdict}")
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    record = {"measured": stamp.isoformat(timespec="seconds"), **machine, "figures": figures}
    path = folder / f"bench-{stamp:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    print(f"saved {path}", file=sys.stderr)


def _tell(progress: object) -> None:
    print(progress, file=sys.stderr, end="\r")


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, help="only the first so many")
    default = Path(__file__).parent / "results"
    parser.add_argument("--results", type=Path, default=default)
    return parser.parse_args()


if __name__ == "__main__":
    main()
