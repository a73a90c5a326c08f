"""Whether store and index agree, and what runs the model."""

from dataclasses import dataclass

from indexer.engine import check_fingerprint
from indexer.errors import IndexerError
from indexer.sync import expected_fingerprint
from web.services import Services

MOST_IDS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Health:
    """A verdict; `problems` are one line each and say what to do."""

    articles: int
    indexed: int
    waiting: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def check_health(services: Services) -> Health:
    """Compare the store with the index, article by article."""
    try:
        check_fingerprint(services.engine.fingerprint(), expected_fingerprint(services.embedder))
        indexed = set(services.engine.article_ids())
        problems = services.engine.check()
        waiting = services.store.count_changes_after(services.engine.checkpoint())
    except IndexerError as exc:
        articles = services.store.count()
        return Health(articles, 0, articles, (str(exc),))
    held = set(services.store.article_ids())
    if waiting:
        problems = [*problems, f"{waiting} changes wait for the index; run: hemero index"]
    else:
        problems = [*problems, *_differences(held, indexed)]
    return Health(len(held), len(indexed), waiting, tuple(problems))


def _differences(held: set[int], indexed: set[int]) -> list[str]:
    advice = "run: hemero index --rebuild"
    found = (
        (held - indexed, "articles are missing from the index"),
        (indexed - held, "articles of the index are gone from the store"),
    )
    return [f"{len(ids)} {what} ({_some(ids)}); {advice}" for ids, what in found if ids]


def _some(ids: set[int]) -> str:
    shown = ", ".join(map(str, sorted(ids)[:MOST_IDS_NAMED]))
    return shown if len(ids) <= MOST_IDS_NAMED else f"{shown}, …"
