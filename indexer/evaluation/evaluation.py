"""Evaluation of rankings on topics with known answers, in TREC format.

A folder holds `articles.jsonl` or `articles.jsonl.gz`, `topics.tsv` (topic id, tab, query) and
`qrels.txt` (topic id, 0, article id, relevance).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from archive.errors import SourceNotFoundError
from archive.model import ArticleFilter
from indexer.errors import ModelError, QueryError, TopicsError
from indexer.evaluation.baselines import MERGED, OTHER_FUSIONS, SINGLE_LISTS, Order, list_orders
from indexer.evaluation.significance import Difference, compare_topics
from indexer.query import plain_query
from indexer.ranking.neighbours import text_example
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.wordings import (
    MODEL_FAILED_ON_TOPIC,
    NO_ARTICLES_FILE,
    RELEVANCE_NOT_A_NUMBER,
    TOPICS_COLUMNS,
    TOPICS_NOT_JUDGED,
    TOPICS_UNREADABLE,
)

MEASURES = ("nDCG@10", "MRR@10", "recall@10", "recall@100")
COMPARED_BY = "nDCG@10"
DEPTH = 100
LISTS = (MERGED, *SINGLE_LISTS)

Task = Literal["search", "similar"]
Run = dict[str, dict[str, float]]
Qrels = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Topics:
    """Queries by topic id, and the relevance of articles to them by their ids in the set."""

    queries: Mapping[str, str]
    qrels: Qrels


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The mean of each measure over the topics, for each list.

    `differences` tell how the merged list stands to each other one by COMPARED_BY; there are none
    """

    measures: Mapping[str, Mapping[str, float]]
    topics: int
    differences: Mapping[str, Difference] = field(default_factory=dict)


def find_articles(folder: Path) -> Path:
    """The articles file of a set. Raises SourceNotFoundError."""
    for name in ("articles.jsonl.gz", "articles.jsonl"):
        if (folder / name).is_file():
            return folder / name
    raise SourceNotFoundError(NO_ARTICLES_FILE(folder=folder))


def read_topics(folder: Path) -> Topics:
    """Read a folder's topics. Raises TopicsError, naming file and line, if they are malformed."""
    queries = {topic: query for _, (topic, query) in _rows(folder / "topics.tsv", "\t", 2)}
    qrels: Qrels = {}
    path = folder / "qrels.txt"
    for line, (topic, _, article, relevance) in _rows(path, None, 4):
        qrels.setdefault(topic, {})[article] = _relevance(relevance, path, line)
    judged = {topic: query for topic, query in queries.items() if topic in qrels}
    if not judged:
        raise TopicsError(TOPICS_NOT_JUDGED(path=folder / "topics.tsv"))
    return Topics(judged, {topic: qrels[topic] for topic in judged})


def evaluate(
    service: SearchService,
    topics: Topics,
    article_ids: Mapping[str, int],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    task: Task = "search",
    fusion: str = "convex",
    compare: bool = False,
) -> Evaluation:
    """Search every topic once and measure the lists; `article_ids` maps the set's ids to ours.

    `compare` also measures the usual ways to merge the same two lists, and tests the merged list
    against every other one. Topics are plain text without operators. In the task "similar" they are
    texts to find neighbours of, and the article with the topic's own id is excluded. Raises
    ModelError if the model fails.
    """
    names = _set_ids(article_ids)
    runs: dict[str, Run] = {name: {} for name in (*LISTS, *(OTHER_FUSIONS if compare else ()))}
    for done, (topic, text) in enumerate(topics.queries.items(), start=1):
        excluded = (article_ids[topic],) if task == "similar" and topic in article_ids else ()
        query = SearchQuery(text, filter=ArticleFilter(excluded_ids=excluded), fusion=fusion)
        orders = _rank(service, query, task)
        for name, run in runs.items():
            run[topic] = _run_row(orders.get(name, ()), names)
        on_progress(done, len(topics.queries))
    measures = {name: measure_run(run, topics.qrels) for name, run in runs.items()}
    differences = _compare(runs, topics.qrels) if compare else {}
    return Evaluation(measures, len(topics.queries), differences)


def measure_run(run: Run, qrels: Qrels) -> dict[str, float]:
    """The mean of each measure over all judged topics; topics without results count as 0."""
    from ir_measures import calc_aggregate

    wanted = _ir_measures()
    found = calc_aggregate(list(wanted.values()), qrels, run)
    return {name: float(found[measure]) for name, measure in wanted.items()}


def measure_topics(run: Run, qrels: Qrels) -> dict[str, float]:
    """COMPARED_BY for every judged topic, in order; 0 for topics without results."""
    from ir_measures import iter_calc

    found = iter_calc([_ir_measures()[COMPARED_BY]], qrels, run)
    values = {metric.query_id: float(metric.value) for metric in found}
    return {topic: values.get(topic, 0.0) for topic in qrels}


def _ir_measures() -> dict[str, Any]:
    from ir_measures import RR, R, nDCG

    return dict(zip(MEASURES, (nDCG @ 10, RR @ 10, R @ 10, R @ 100), strict=True))


def _compare(runs: Mapping[str, Run], qrels: Qrels) -> dict[str, Difference]:
    """Compare the merged list with each other one."""
    values = {name: list(measure_topics(run, qrels).values()) for name, run in runs.items()}
    ours = values.pop(MERGED)
    return {name: compare_topics(ours, others) for name, others in values.items()}


def _rank(service: SearchService, query: SearchQuery, task: Task) -> Mapping[str, Order]:
    try:
        if task == "similar":
            return list_orders(service.rank_similar([text_example(query.text)], query))
        ranking = service.rank(query, plain_query(query.text))
    except QueryError:
        return {}
    if ranking.lacks_meaning:
        raise ModelError(MODEL_FAILED_ON_TOPIC(text=repr(query.text[:60])))
    return list_orders(ranking)


def _run_row(order: Order, names: Mapping[int, list[str]]) -> dict[str, float]:
    """Score articles by rank, so that ties are broken as users see them."""
    ranked = [name for article in order[:DEPTH] for name in names.get(article, ())]
    return {name: float(-place) for place, name in enumerate(ranked)}


def _set_ids(article_ids: Mapping[str, int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for name, article in article_ids.items():
        names.setdefault(article, []).append(name)
    return names


def _relevance(text: str, path: Path, line: int) -> int:
    try:
        return int(text)
    except ValueError as exc:
        raise TopicsError(RELEVANCE_NOT_A_NUMBER(path=path, line=line, text=repr(text))) from exc


def _rows(path: Path, separator: str | None, columns: int) -> list[tuple[int, list[str]]]:
    """The number of each line that is not empty, and its columns."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise TopicsError(TOPICS_UNREADABLE(path=path, reason=exc)) from exc
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            fields = line.split(separator, columns - 1)
            if len(fields) != columns:
                raise TopicsError(TOPICS_COLUMNS(path=path, line=number, number=columns))
            rows.append((number, [field.strip() for field in fields]))
    return rows
