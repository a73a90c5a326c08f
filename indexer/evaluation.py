"""How good the rankings are, on topics with known answers (TREC form).

A folder holds `articles.jsonl` or `articles.jsonl.gz`, `topics.tsv` (topic id, tab, query) and
`qrels.txt` (topic id, 0, article id, relevance).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.errors import SourceNotFoundError
from archive.model import ArticleFilter
from indexer.errors import QueryError, TopicsError
from indexer.query import plain_query
from indexer.search import MODES, Mode, SearchQuery, SearchService

MEASURES = ("nDCG@10", "MRR@10", "recall@10", "recall@100")
DEPTH = 100

Task = Literal["search", "similar"]
TASKS: tuple[Task, ...] = ("search", "similar")
Run = dict[str, dict[str, float]]
Qrels = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Topics:
    """Queries by topic id, and the relevance of articles to them by their ids in the set."""

    queries: Mapping[str, str]
    qrels: Qrels


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The mean of each measure over the topics, for each mode."""

    measures: Mapping[Mode, Mapping[str, float]]
    topics: int


def find_articles(folder: Path) -> Path:
    """The articles file of a set. Raises SourceNotFoundError."""
    for name in ("articles.jsonl.gz", "articles.jsonl"):
        if (folder / name).is_file():
            return folder / name
    raise SourceNotFoundError(f"no articles.jsonl or articles.jsonl.gz in {folder}")


def read_topics(folder: Path) -> Topics:
    """Raises TopicsError, naming file and line, where the form is broken."""
    queries = {topic: query for _, (topic, query) in _rows(folder / "topics.tsv", "\t", 2)}
    qrels: Qrels = {}
    for place, (topic, _, article, relevance) in _rows(folder / "qrels.txt", None, 4):
        qrels.setdefault(topic, {})[article] = _relevance(relevance, place)
    judged = {topic: query for topic, query in queries.items() if topic in qrels}
    if not judged:
        raise TopicsError(f"no topic of {folder / 'topics.tsv'} is judged in qrels.txt")
    return Topics(judged, {topic: qrels[topic] for topic in judged})


def evaluate(
    service: SearchService,
    topics: Topics,
    article_ids: Mapping[str, int],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    task: Task = "search",
    fusion: str = "convex",
) -> Evaluation:
    """Search every topic in every mode; `article_ids` maps the set's ids to the archive's.

    Topics are plain text: a quotation mark in one is no operator. In the task "similar" they are
    texts to find neighbours of, and an article of the topic's own id is left out.
    """
    names = _set_ids(article_ids)
    runs: dict[Mode, Run] = {mode: {} for mode in MODES}
    for done, (topic, text) in enumerate(topics.queries.items(), start=1):
        own = (article_ids[topic],) if task == "similar" and topic in article_ids else ()
        for mode in MODES:
            query = SearchQuery(text, mode, ArticleFilter(excluded_ids=own), fusion=fusion)
            runs[mode][topic] = _rank(service, query, task, names)
        on_progress(done, len(topics.queries))
    measures = {mode: measure_run(run, topics.qrels) for mode, run in runs.items()}
    return Evaluation(measures, len(topics.queries))


def measure_run(run: Run, qrels: Qrels) -> dict[str, float]:
    """Means over all judged topics; one without results counts 0."""
    from ir_measures import RR, R, calc_aggregate, nDCG

    wanted = dict(zip(MEASURES, (nDCG @ 10, RR @ 10, R @ 10, R @ 100), strict=True))
    found = calc_aggregate(list(wanted.values()), qrels, run)
    return {name: float(found[measure]) for name, measure in wanted.items()}


def _rank(
    service: SearchService, query: SearchQuery, task: Task, names: Mapping[int, list[str]]
) -> dict[str, float]:
    try:
        if task == "similar":
            ranking = service.rank_similar(query.text, query)
        else:
            ranking, _ = service.rank(query, plain_query(query.text))
    except QueryError:
        return {}
    ranked = [name for article in ranking.article_ids[:DEPTH] for name in names.get(article, ())]
    # By rank, not score: ties stand as the user sees them.
    return {name: float(-place) for place, name in enumerate(ranked)}


def _set_ids(article_ids: Mapping[str, int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for name, article in article_ids.items():
        names.setdefault(article, []).append(name)
    return names


def _relevance(text: str, place: str) -> int:
    try:
        return int(text)
    except ValueError as exc:
        raise TopicsError(f"{place}: relevance {text!r} is no number") from exc


def _rows(path: Path, separator: str | None, columns: int) -> list[tuple[str, list[str]]]:
    """The columns of each line that is not empty, and its place for people."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise TopicsError(f"{path} cannot be read: {exc}") from exc
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            fields = line.split(separator, columns - 1)
            if len(fields) != columns:
                raise TopicsError(f"{path}, line {number}: expected {columns} columns")
            rows.append((f"{path}, line {number}", [field.strip() for field in fields]))
    return rows
