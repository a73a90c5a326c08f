"""Check that store and index agree and that the model runs; repair the index."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock

from cachetools import TTLCache

from archive.errors import ArchiveError, StoreError
from archive.messages import SEVERAL, Message, Template
from archive.model import Article
from archive.store.soundness import Damage, find_damage, rebuild_indexes
from indexer.engines.port import RetrievalRequest, SearchEngine, check_fingerprint
from indexer.errors import CorruptIndexError, IndexerError, QueryError, StaleIndexError
from indexer.lease import hold_lease
from indexer.query import plain_query
from indexer.sync import LOCK_TIMEOUT_SECONDS, SyncProgress, expected_fingerprint
from indexer.wordings import REBUILD
from web.services import Services
from web.wordings import (
    ARTICLES_DAMAGED,
    ARTICLES_NOT_FOUND,
    ARTICLES_NOT_INDEXED,
    ARTICLES_NOT_STORED,
    CHANGES_WAIT,
    INDEX_AHEAD,
    INDEX_BROUGHT_UP_TO_DATE,
    INDEX_REBUILT,
    PAGES_DAMAGED,
    STORE_FILE_DAMAGED,
    STORE_INDEXES_REBUILT,
    VERSIONS_DAMAGED,
)

MAX_IDS_NAMED = 5
MAX_DAMAGED_NAMED = 50
ALL_CHANGES = 1 << 62
RECENT_SECONDS = 60
LOOKS = 3
PAUSE_SECONDS = 0.2
SEARCHED_ARTICLES, SEARCHED_CHARACTERS = 16, 200


@dataclass(frozen=True, slots=True)
class Health:
    """A verdict; `problems` say what to do.

    `gaps` counts the articles missing from the index, `ghosts` those of the index missing from the
    store. `files` names the index's damaged files; `damage` is the store's. Both are empty if not
    checked.
    """

    articles: int
    indexed: int
    waiting: int
    problems: tuple[Message, ...]
    gaps: int = 0
    ghosts: int = 0
    files: tuple[str, ...] = ()
    damage: Damage = field(default_factory=Damage)

    @property
    def ok(self) -> bool:
        return not self.problems


class RecentHealth:
    """The health of an archive, at most RECENT_SECONDS old and without files and their folders, for
    clients that must not cause much work. Safe for many threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._recent: TTLCache[None, Health] = TTLCache(1, RECENT_SECONDS)

    def get(self, services: Services) -> Health:
        with self._lock:  # kept during the check, so that simultaneous requests share one
            if None not in self._recent:
                found = check_health(services, files=False)
                problems = tuple(problem.without_folders() for problem in found.problems)
                self._recent[None] = replace(found, problems=problems)
            return self._recent[None]


def check_health(services: Services, files: bool = True, rows: bool = False) -> Health:
    """Compare the store with the index, article by article, and its two halves, and search for a
    few articles by their own words.

    With `files` each file of the index is read and compared with its checksum, with `rows` the
    store's file and each article of it.
    """
    try:
        health = _compare(services)
    except IndexerError as exc:
        articles = services.store.count()
        health = Health(articles, 0, articles, (exc.message,))
    damaged = _find_damaged_files(services) if files else {}
    lines = [REBUILD(problem=line) for line in damaged.values() if line not in health.problems]
    damage = find_damage(services.settings.store_path) if rows else Damage()
    problems = (*_describe_damage(damage), *health.problems, *lines)
    return replace(health, problems=problems, files=tuple(damaged), damage=damage)


def repair(
    services: Services, on_progress: Callable[[SyncProgress], None] = lambda progress: None
) -> list[Message]:
    """Repair the index and return a message for each thing done; none if all is well.

    Waiting changes are indexed first. If that is not enough, the index is rebuilt from the store,
    once the model has proved to work. Raises IndexLockedError, ModelError, and StoreError if the
    store is damaged: its content exists nowhere else.
    """
    done = _repair_store(services)
    if check_health(services).ok:
        return done
    try:
        report = services.index(on_progress)
        if report.indexed or report.removed:
            counts = {"number": report.indexed, "removed": report.removed}
            done.append(INDEX_BROUGHT_UP_TO_DATE(**counts))
        if _is_sound(services):
            return done
    except (CorruptIndexError, StaleIndexError):
        pass  # a rebuild repairs these
    services.embedder.encode_query("première")
    report = services.index(on_progress, rebuild=True)
    return [*done, INDEX_REBUILT(number=report.indexed)]


def _repair_store(services: Services) -> list[Message]:
    """Rebuild what SQLite can derive from the articles; nothing else has a second copy."""
    path = services.settings.store_path
    damage = find_damage(path)
    done: list[Message] = []
    if damage.rebuildable and rebuild_indexes(path):
        damage, done = find_damage(path), [STORE_INDEXES_REBUILT()]
    problems = _describe_damage(damage)
    if problems:
        raise StoreError(SEVERAL(messages=tuple(problems)))
    return done


def _describe_damage(damage: Damage) -> list[Message]:
    """Return a message for each kind of damage, which names what is damaged and says what to do."""
    found = (
        (damage.articles, ARTICLES_DAMAGED),
        (damage.versions, VERSIONS_DAMAGED),
        (damage.pages, PAGES_DAMAGED),
    )
    lines = [STORE_FILE_DAMAGED(line=line) for line in damage.file]
    return lines + [_name_ids(what, ids, MAX_DAMAGED_NAMED) for ids, what in found if ids]


def _is_sound(services: Services) -> bool:
    """Return whether nothing is wrong except waiting changes, checked while nobody writes the
    index.

    Raises IndexerError if the index cannot be opened.
    """
    with hold_lease(services.settings.home, LOCK_TIMEOUT_SECONDS):
        health = _compare(services)
        damaged = services.engine.damaged_parts()
    return not damaged and len(health.problems) == bool(health.waiting)


def _find_damaged_files(services: Services) -> Mapping[str, Message]:
    """Return what is wrong with the same files at each of several looks: each commit removes some
    that the look before it still expected.
    """
    damaged = services.engine.damaged_parts()
    for _ in range(LOOKS - 1):
        if not damaged:
            break
        time.sleep(PAUSE_SECONDS)
        again = services.engine.damaged_parts()
        damaged = {name: what for name, what in again.items() if name in damaged}
    return damaged


def _compare(services: Services) -> Health:
    """Compare store and index while both may change.

    The checkpoint is read first: whatever changed after it is waiting, not a difference. Raises
    IndexerError.
    """
    engine, store = services.engine, services.store
    check_fingerprint(engine.fingerprint(), expected_fingerprint(services.embedder, engine))
    checkpoint = engine.checkpoint()
    indexed, stored = set(engine.article_ids()), set(store.article_ids())
    changes = store.changes_after(checkpoint, ALL_CHANGES)
    pending = {change.article_id for change in changes}
    gaps, ghosts = stored - indexed - pending, indexed - stored - pending
    lost = _find_lost(services, sorted(stored & indexed - pending))
    problems = [*engine.check(files=False), *_differences(gaps, ghosts, lost)]
    if checkpoint > store.last_seq():
        problems.append(INDEX_AHEAD())
    if changes:
        problems.append(CHANGES_WAIT(number=len(changes)))
    counts = len(stored), len(indexed), len(changes)
    return Health(*counts, tuple(problems), len(gaps), len(ghosts))


def _find_lost(services: Services, ids: Sequence[int]) -> set[int]:
    """Search for a sample of the articles by their own words; return those that are not found."""
    lost = set()
    for article_id in ids[:: len(ids) // SEARCHED_ARTICLES + 1]:
        with suppress(ArchiveError):  # damaged, which is told elsewhere, or deleted meanwhile
            if not _finds(services.engine, services.store.get(article_id)):
                lost.add(article_id)
    return lost


def _finds(engine: SearchEngine, article: Article) -> bool:
    """Return whether the article is among the best for its first words, or as many others are."""
    words = f"{article.title} {article.text[:SEARCHED_CHARACTERS]}"
    try:
        request = RetrievalRequest(plain_query(words), vector=None)
    except QueryError:  # an article of signs alone
        return True
    hits = engine.retrieve(request).keyword
    return len(hits) == request.depth or article.id in {hit.article_id for hit in hits}


def _differences(gaps: set[int], ghosts: set[int], lost: set[int]) -> list[Message]:
    found = (
        (gaps, ARTICLES_NOT_INDEXED),
        (ghosts, ARTICLES_NOT_STORED),
        (lost, ARTICLES_NOT_FOUND),
    )
    return [_name_ids(what, ids, MAX_IDS_NAMED) for ids, what in found if ids]


def _name_ids(what: Template, ids: Collection[int], most: int) -> Message:
    """Return the message with the number of ids and the first `most` of them."""
    shown = ", ".join(map(str, sorted(ids)[:most]))
    return what(number=len(ids), ids=shown if len(ids) <= most else f"{shown}, …")
