"""Measure whether another outlet's item on the same story is found by one headline alone.

    python benchmarks/same_story.py FOLDER [--half-year 2024H1] [--limit N] [--home FOLDER]

FOLDER holds items_2024H1.jsonl.gz (id, title, summary, source, first_seen) and same_story.json,
its "shared_lead_pairs": items of one story under different headlines. The archive is all items of
the half-year or, up to --limit, the paired ones and others by chance. --home keeps it; the next run
then starts with its index. Nothing of the user's archive is touched.
"""

import argparse
import gzip
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archive.intake.ingest import ingest
from archive.model import ArticleDraft, ArticleFilter, SourceItem
from indexer.evaluation.baselines import list_orders
from indexer.evaluation.evaluation import LISTS, MEASURES, Qrels, Run, measure_run
from indexer.query import plain_query
from indexer.ranking.merged_ranking import Ranking
from indexer.ranking.neighbours import text_example
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from web.services import Services
from web.settings import Settings

SEED = 7
DEPTH = 100
LANGUAGE = "fr"


@dataclass(frozen=True, slots=True)
class Story:
    """Items of a half-year by their ids, and the pairs of them that tell one story."""

    items: Mapping[str, ArticleDraft]
    pairs: Sequence[tuple[str, str]]


def main() -> None:
    arguments = _arguments()
    story = sample(read_story(arguments.folder, arguments.half_year), arguments.limit)
    with tempfile.TemporaryDirectory(prefix="hemero-bench-") as scratch:
        services = Services(Settings(home=arguments.home or Path(scratch)))
        ids = fill(services, story.items)
        report(services.search, story, ids)
        services.close()


def read_story(folder: Path, half_year: str) -> Story:
    """All items of the half-year, and the pairs both of whose items are of it."""
    items = dict(read_items(folder / f"items_{half_year}.jsonl.gz"))
    known = json.loads((folder / "same_story.json").read_text("utf-8"))["shared_lead_pairs"]
    pairs = [(first, second) for first, second, *_ in known]
    return Story(items, [pair for pair in pairs if set(pair) <= items.keys()])


def read_items(path: Path) -> Iterator[tuple[str, ArticleDraft]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            lead = record["summary"] or record["title"]
            yield (
                record["id"],
                ArticleDraft(
                    record["title"],
                    (lead,),
                    source=record["source"],
                    language=LANGUAGE,
                    published=record["first_seen"],
                ),
            )


def sample(story: Story, most: int | None) -> Story:
    """The paired items and, up to so many in all, others by chance."""
    paired = list(dict.fromkeys(name for pair in story.pairs for name in pair))
    others = sorted(story.items.keys() - set(paired))
    random.Random(SEED).shuffle(others)
    chosen = [*paired, *others][:most]
    kept = {name: story.items[name] for name in chosen}
    return Story(kept, [pair for pair in story.pairs if set(pair) <= kept.keys()])


def fill(services: Services, items: Mapping[str, ArticleDraft]) -> dict[str, int]:
    """The archive's ids of the items, indexed; items alike in every word share one."""
    offered = (SourceItem(name, draft) for name, draft in items.items())
    outcomes = ingest(offered, services.store)
    ids = {outcome.item: outcome.id for outcome in outcomes if outcome.id is not None}
    services.index(_tell)
    return ids


def make_qrels(story: Story, ids: Mapping[str, int]) -> Qrels:
    """For each item of a pair the other, and either way; by the archive's ids."""
    qrels: Qrels = {}
    for first, second in story.pairs:
        one, other = ids.get(first), ids.get(second)
        if one is not None and other is not None and one != other:
            qrels.setdefault(str(one), {})[str(other)] = 1
            qrels.setdefault(str(other), {})[str(one)] = 1
    return qrels


def report(search: SearchService, story: Story, ids: Mapping[str, int]) -> None:
    """Recall of the other items of a story, by its headline alone, its own item left out."""
    qrels = make_qrels(story, ids)
    headlines = {str(ids[name]): draft.title for name, draft in story.items.items() if name in ids}
    pairs = sum(map(len, qrels.values())) // 2
    print(f"{len(story.items)} items, {pairs} pairs, {len(qrels)} headlines asked")
    print(f"{'':12}{'list':12}" + "".join(f"{name:>12}" for name in MEASURES))
    for task, rank in (("search", _search), ("similar", _similar)):
        runs = rank_all(search, rank, {topic: headlines[topic] for topic in qrels})
        for name in LISTS:
            found = measure_run(runs[name], qrels)
            print(f"{task:12}{name:12}" + "".join(f"{found[m]:12.3f}" for m in MEASURES))


def rank_all(
    search: SearchService,
    rank: Callable[[SearchService, str, SearchQuery], Ranking],
    headlines: Mapping[str, str],
) -> dict[str, Run]:
    """The run of every list; one call of model and engine serves them all."""
    runs: dict[str, Run] = {name: {} for name in LISTS}
    for topic, headline in headlines.items():
        query = SearchQuery(headline, filter=ArticleFilter(excluded_ids=(int(topic),)))
        orders = list_orders(rank(search, headline, query))
        for name, run in runs.items():
            places = enumerate(islice(orders[name], DEPTH))
            run[topic] = {str(article): float(-place) for place, article in places}
    return runs


def _search(search: SearchService, text: str, query: SearchQuery) -> Ranking:
    return search.rank(query, plain_query(text))


def _similar(search: SearchService, text: str, query: SearchQuery) -> Ranking:
    return search.rank_similar([text_example(text)], query)


def _tell(progress: object) -> None:
    print(progress, file=sys.stderr, end="\r")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half-year", default="2024H1")
    parser.add_argument("--limit", type=int, help="at most so many items")
    parser.add_argument("--home", type=Path, help="keep the archive here for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
