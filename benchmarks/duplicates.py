"""Measure finding wire copies: speed, copies made here, distinct articles, and feed items.

    python benchmarks/duplicates.py ARTICLES [--items HEADLINES] [--show]

ARTICLES is a folder with articles.jsonl.gz of distinct, dated articles. From some of them copies
are made: cut, prefixed, given another title, lightly edited, and all of that. HEADLINES is a folder
with items_*.jsonl.gz (title, summary, source, first_seen) and same_story.json. --show prints what
was found among the distinct articles, and 50 clusters of feed items, to judge by eye.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, islice
from pathlib import Path
from typing import Any

from made_copies import KINDS

from archive.copies.admission import admit_copy
from archive.copies.clusters import Cluster, ClusterStore
from archive.copies.near_duplicates import band_keys, containment, shingle_text
from archive.model import ArticleDraft
from archive.store.articles import ArticleStore
from archive.text.normalize import normalize_draft

SEED = 7
COPIED = 2_000  # of each kind, each of another article
SHOWN = 50
SIGNED = 4_000


@dataclass(frozen=True, slots=True)
class Copies:
    """How well copies of one kind were found, over pairs of articles."""

    pairs: int
    right: int
    wrong: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.pairs + self.right + self.wrong)


def main() -> None:
    arguments = _arguments()
    drafts = list(read_articles(arguments.articles))
    print(f"signatures a second: {measure_signatures(drafts[:SIGNED]):.0f}")
    with tempfile.TemporaryDirectory(prefix="hemero-copies-") as folder:
        measure_articles(drafts, Path(folder), arguments.show)
        if arguments.items:
            measure_items(arguments.items, Path(folder), arguments.show)


def measure_signatures(drafts: Sequence[ArticleDraft]) -> float:
    """Articles folded, shingled and signed a second, one process."""
    started = time.perf_counter()
    for draft in drafts:
        band_keys(shingle_text(draft.title, "\n\n".join(draft.paragraphs)))
    return len(drafts) / (time.perf_counter() - started)


def measure_articles(drafts: Sequence[ArticleDraft], folder: Path, show: bool) -> None:
    """What is found among distinct articles, then the copies made of some of them."""
    store = ArticleStore(folder / "articles.sqlite")
    ids, seconds = admit_all(drafts, store)
    natural = list(ClusterStore(store.database).each_cluster())
    paired = {copy.article_id for cluster in natural for copy in cluster.copies}
    largest = max((len(cluster.copies) for cluster in natural), default=0)
    print(f"distinct articles: {len(ids)}, {len(ids) / seconds:.0f} a second admitted")
    print(f"taken for copies: {len(paired)} in {len(natural)} clusters, the largest of {largest}")
    if show:
        show_pairs(natural, store)
    chance = random.Random(SEED)
    alone = [place for place, one in enumerate(ids) if one not in paired]
    chosen = iter(chance.sample(alone, COPIED * len(KINDS)))
    print(f"{'copies':24}{'pairs':>8}{'recall':>8}{'precision':>10}{'F1':>8}")
    families: dict[int, int] = {}
    rows = []
    for name, make in KINDS.items():
        originals = list(islice(chosen, COPIED))
        made = [make(drafts[place], drafts[chance.choice(alone)], chance) for place in originals]
        copies, _ = admit_all([_elsewhere(one, chance) for one in made], store)
        of_kind = dict(zip(copies, (ids[place] for place in originals), strict=True))
        families |= of_kind
        rows.append((name, of_kind))
    found = ClusterStore(store.database).clusters_of(list(families))
    for name, of_kind in [*rows, ("all", families)]:
        result = judge(of_kind, families, found)
        precision = result.right / max(1, result.right + result.wrong)
        recall = result.right / result.pairs
        print(f"{name:24}{result.pairs:8}{recall:8.4f}{precision:10.4f}{result.f1:8.4f}")
    store.close()


def judge(
    of_kind: Mapping[int, int], families: Mapping[int, int], found: Mapping[int, Cluster]
) -> Copies:
    """Each copy with its original, and with whatever else it was put together with."""
    right = wrong = 0
    for copy, original in of_kind.items():
        members = {one.article_id for one in found[copy].copies} if copy in found else set()
        right += original in members
        wrong += sum(families.get(one, one) != original for one in members)
    return Copies(len(of_kind), right, wrong)


def measure_items(folder: Path, scratch: Path, show: bool) -> None:
    """Feed items: the groups known to share a headline, and the other pairs."""
    items = list(read_items(folder))
    store = ArticleStore(scratch / "items.sqlite")
    ids, seconds = admit_all([draft for _, draft in items], store)
    known = json.loads((folder / "same_story.json").read_text("utf-8"))
    id_of = dict(zip((name for name, _ in items), ids, strict=True))
    clusters = list(ClusterStore(store.database).each_cluster())
    cluster_of = {copy.article_id: one.id for one in clusters for copy in one.copies}
    print(f"feed items: {len(ids)}, {len(ids) / seconds:.0f} a second admitted")
    together = [{cluster_of.get(id_of[name]) for name in group} for group in known["same_title"]]
    whole = sum(len(found) == 1 and None not in found for found in together)
    print(f"groups of one headline found whole: {whole} of {len(together)}")
    pairs = [(id_of[first], id_of[second]) for first, second, *_ in known["shared_lead_pairs"]]
    shared = sum(a in cluster_of and cluster_of[a] == cluster_of.get(b) for a, b in pairs)
    print(f"pairs that share a standfirst found: {shared} of {len(pairs)}")
    sizes = [len(cluster.copies) for cluster in clusters]
    across = sum(len(cluster.outlets) > 1 for cluster in clusters)
    print(f"clusters: {len(clusters)} of {sum(sizes)} items, the largest of {max(sizes)}; "
          f"{across} across outlets")  # fmt: skip
    if show:
        told = {id_of[name] for group in known["same_title"] for name in group}
        others = [one for one in clusters if not told & {copy.article_id for copy in one.copies}]
        show_pairs(random.Random(SEED).sample(others, SHOWN), store)
    store.close()


def admit_all(drafts: Sequence[ArticleDraft], store: ArticleStore) -> tuple[list[int], float]:
    """Put drafts into the store and look for their copies: their ids, and seconds of the latter."""
    ids: list[int] = []
    seconds = 0.0
    for start in range(0, len(drafts), 500):
        with store.transaction() as transaction:
            batch = [transaction.insert(normalize_draft(d)) for d in drafts[start : start + 500]]
            started = time.perf_counter()
            for article_id in batch:
                admit_copy(transaction.connection, article_id)
        seconds += time.perf_counter() - started
        ids += batch
    return ids, seconds


def show_pairs(clusters: Sequence[Cluster], store: ArticleStore) -> None:
    for cluster in clusters:
        for first, second in list(combinations(cluster.copies, 2))[:3]:
            texts = store.get_many([first.article_id, second.article_id])
            a, b = (shingle_text(text.title, text.text).shingles for text in texts)
            print(f"\n{containment(a, b):.2f} of {min(len(a), len(b))} shingles")
            for text in texts:
                print(f"  {text.published} {text.source}: {text.title} | {text.text[:150]!r}")


def read_articles(folder: Path) -> Iterator[ArticleDraft]:
    """Without an outlet: within one, less is taken for a copy."""
    for record in _records(folder / "articles.jsonl.gz"):
        yield ArticleDraft(
            record["title"], tuple(record["text"].split("\n\n")), language="fr",
            published=record.get("published"),
        )  # fmt: skip


def read_items(folder: Path) -> Iterator[tuple[str, ArticleDraft]]:
    """Each item's name and draft; a headline alone is its own text."""
    for path in sorted(folder.glob("items_*.jsonl.gz")):
        for record in _records(path):
            title, text = record["title"], record["summary"]
            if title or text:
                yield record["id"], ArticleDraft(
                    title if text else "", (text or title,), record["source"], language="fr",
                    published=record["first_seen"],
                )  # fmt: skip


def _elsewhere(draft: ArticleDraft, chance: random.Random) -> ArticleDraft:
    """By another outlet, up to two days later."""
    published = draft.published
    if published:
        day = date.fromisoformat(published[:10]) + timedelta(days=chance.randint(0, 2))
        published = day.isoformat()
    return replace(draft, source=f"Outlet {chance.randint(1, 9)}", published=published)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--items", type=Path)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
