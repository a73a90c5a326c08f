"""Hemero's ranking beside txtai's hybrid search, on the same passages and the same vectors.

    python -m venv venv-txtai && venv-txtai/bin/pip install --editable . txtai
    venv-txtai/bin/python benchmarks/side_by_side.py FOLDER [--home FOLDER]

FOLDER holds articles.jsonl(.gz), topics.tsv and qrels.txt. txtai indexes Hemero's passages as the
model reads them, under Hemero's vectors in an exact FAISS index, with its own BM25 and its own
merging; a passage stands for its article, the best one counts. Times are processor time on one
thread, so that a busy machine tells the same, and without the model's call, which both need.
--home keeps the archive; the next run then starts with its index.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from txtai import Embeddings

from archive.intake.ingest import ingest
from archive.sources import read_file
from indexer.engines.embedded.meaning.vectors import open_segment
from indexer.engines.embedded.storage.manifest import load_manifest
from indexer.engines.port import Vectors
from indexer.evaluation.evaluation import (
    COMPARED_BY,
    DEPTH,
    LISTS,
    Run,
    Topics,
    find_articles,
    measure_run,
    measure_topics,
    read_topics,
)
from indexer.evaluation.significance import compare_topics
from indexer.models.embedding import Embedder
from indexer.passages import article_of, embedding_input, split_passages
from indexer.query import plain_query
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from web.services import Services
from web.settings import Settings

# Passages asked of txtai; it looks at ten times as many of each list to merge so many.
PASSAGES = 100
THEIRS: Mapping[str, dict[str, Any]] = {
    "hybrid": {"hybrid": True},
    "keyword": {"keyword": True},
    "semantic": {},
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The run of a list, and the median processor time of its searches."""

    run: Run
    milliseconds: float


class KnownQueries:
    """The embedder with the topics' vectors made beforehand."""

    def __init__(self, embedder: Embedder, queries: Sequence[str]) -> None:
        self.name = embedder.name
        self.vectors = {query: embedder.encode_query(query) for query in queries}

    @property
    def is_loaded(self) -> bool:
        return True

    def encode_query(self, text: str) -> Vectors:
        return self.vectors[text]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError(f"{len(texts)} passages: all are indexed")

    def describe(self) -> dict[str, str]:
        return {"name": self.name}


def main() -> None:
    arguments = _arguments()
    topics = read_topics(arguments.folder)
    with tempfile.TemporaryDirectory(prefix="hemero-bench-") as scratch:
        services = Services(Settings(home=arguments.home or Path(scratch)))
        names = fill(services, arguments.folder)
        # As plain_query leaves a topic, so does the model get it.
        asked = {topic: plain_query(text).meaning for topic, text in topics.queries.items()}
        known = KnownQueries(services.embedder, list(asked.values()))
        with threadpool_limits(1):
            search = SearchService(services.store, services.engine, known)
            ours = measure_ours(search, asked, names)
            theirs = measure_theirs(services, known, asked, names)
        services.close()
    report(arguments.folder.name, topics, ours, theirs)


def fill(services: Services, folder: Path) -> dict[int, str]:
    """The set's ids by the archive's, everything indexed."""
    outcomes = ingest(read_file(find_articles(folder)), services.store)
    names = {outcome.id: outcome.item for outcome in outcomes if outcome.id is not None}
    services.index(_tell)
    return names


def measure_ours(
    search: SearchService, asked: Mapping[str, str], names: Mapping[int, str]
) -> dict[str, Measured]:
    def ask(text: str, mode: Any) -> list[str]:
        ranking = search.rank(SearchQuery(text, mode), plain_query(text))
        return [names[article] for article in ranking.article_ids]

    return {mode: measure(lambda text, mode=mode: ask(text, mode), asked) for mode in LISTS}


def measure_theirs(
    services: Services, known: KnownQueries, asked: Mapping[str, str], names: Mapping[int, str]
) -> dict[str, Measured]:
    passages, vectors = read_passages(services), read_vectors(services)
    by_text = {text: vectors[number] for number, text in passages.items()} | known.vectors

    def transform(texts: Sequence[str]) -> Vectors:
        return np.stack([by_text[text] for text in texts])

    dense = {
        "method": "external",
        "transform": transform,
        "backend": "faiss",
        "faiss": {"components": "IDMap,Flat"},
    }
    measured = {}
    for name, options in THEIRS.items():
        index = Embeddings(options if name == "keyword" else dense | options)
        index.index((number, text, None) for number, text in passages.items())
        measured[name] = measure(lambda text, index=index: collapse(index, text, names), asked)
        index.close()
    return measured


def collapse(index: Embeddings, text: str, names: Mapping[int, str]) -> list[str]:
    """The articles of the best passages, each once."""
    found = index.search(text, PASSAGES)
    return list(dict.fromkeys(names[article_of(int(number))] for number, _ in found))


def measure(ask: Callable[[str], list[str]], asked: Mapping[str, str]) -> Measured:
    ask(next(iter(asked.values())))  # opens files and fills caches, untimed
    run: Run = {}
    seconds = []
    for topic, text in asked.items():
        started = time.process_time()
        found = ask(text)
        seconds.append(time.process_time() - started)
        run[topic] = {name: float(-place) for place, name in enumerate(found[:DEPTH])}
    return Measured(run, statistics.median(seconds) * 1000)


def read_passages(services: Services) -> dict[int, str]:
    """What the model read of every passage, by its id."""
    return {
        passage.id: embedding_input(article.title, passage)
        for article in services.store.each_article()
        for passage in split_passages(article)
    }


def read_vectors(services: Services) -> dict[int, Vectors]:
    """The vector of every passage as the index holds it, by its id."""
    folder = services.settings.index_folder
    segments = [open_segment(folder, entry) for entry in load_manifest(folder).segments]
    return {
        int(number): vector
        for segment in segments
        for number, vector in zip(segment.passage_ids, segment.vectors(), strict=True)
    }


def report(
    name: str, topics: Topics, ours: Mapping[str, Measured], theirs: Mapping[str, Measured]
) -> None:
    """A row for each list: both systems' quality and time, and whether they differ."""
    print(f"{name}: {len(topics.queries)} topics, {COMPARED_BY}, txtai {version('txtai')}")
    print("list       hemero    txtai      gain        p  hemero ms  txtai ms")
    for mode in LISTS:
        own, other = ours[mode], theirs[mode]
        quality = [measure_run(one.run, topics.qrels)[COMPARED_BY] for one in (own, other)]
        values = [list(measure_topics(one.run, topics.qrels).values()) for one in (own, other)]
        tested = compare_topics(*values)
        print(
            f"{mode:9}{quality[0]:8.3f} {quality[1]:8.3f} {tested.mean:+9.3f} {tested.p_value:8.4f}"
            f" {own.milliseconds:10.2f} {other.milliseconds:9.2f}"
        )


def _tell(progress: object) -> None:
    print(progress, file=sys.stderr, end="\r")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--home", type=Path, help="keep the archive here for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
