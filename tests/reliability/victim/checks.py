"""What an archive holds, read through the product, and whether its index says the same."""

import shutil
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError
from archive.model import ArticleFilter
from archive.store.articles import ArticleStore
from indexer.engines.port import RetrievalRequest, SearchEngine
from indexer.engines.registry import open_engine
from indexer.query import parse_query
from indexer.ranking.request import SearchQuery
from indexer.sync import sync
from tests.reliability.victim.author import mark_of
from tests.reliability.victim.ledger import Ledger, Operation, State, describe_difference
from tests.support.fakes import FakeEmbedder
from web.services import Services
from web.settings import Settings
from web.upkeep.backup_files import verify_backup
from web.upkeep.backups import list_backups
from web.upkeep.health import check_health

DEPTH = 1_000
OWN_FILES = {"manifest.json", "write.lock", "write.owner", "keyword/MAIN_WRITELOCK"}
QUERIES = ("commun", "missiles élection", "récolte hôpital orage", "budget")
MARKS = 6


@dataclass(frozen=True, slots=True)
class Compared:
    """What an archive held, whether its index had something to heal, and what was not right."""

    state: State
    healed: bool
    problems: tuple[str, ...]


class CrashChecks:
    """Compares the archive at `home` and the backups at `target` with a ledger."""

    def __init__(self, home: Path, target: Path, scratch: Path) -> None:
        self.home, self.target, self.scratch = home, target, scratch
        self.scratch.mkdir()
        self.target.mkdir(exist_ok=True)
        self.ids: dict[str, int] = {}
        self._versions: dict[str, str] = {}
        self._restored = False

    def note_acknowledged(self, operation: Operation, told: Sequence[Mapping[str, Any]]) -> None:
        if operation.kind in ("add", "update"):
            self.ids |= {i.url: one["id"] for i, one in zip(operation.items, told, strict=False)}
            self._versions |= {mark_of(item.title): item.url for item in operation.items}
        if operation.kind == "restore":
            self.ids.clear()

    def compare(
        self,
        possible: Sequence[State],
        asides: Sequence[State],
        indexed: Set[str],
        ledger: Ledger,
    ) -> Compared:
        """Compare all and enter what is found into the ledger: one of what may be there.

        A restore may have moved one of `asides` aside; `indexed` were in the index once.
        """
        services = open_archive(self.home)
        state = read_state(services.store)
        problems = []
        if state not in possible:
            problems.append(describe_difference(state, possible[0]) or "a mixture")
        problems += self._id_problems(services.store)
        ledger.state = state
        problems += self._search_problems(services, state, indexed)
        healed = bool(services.engine.check(files=False))
        report = services.index()
        healed = healed or bool(report.indexed or report.removed)
        problems += index_problems(services, QUERIES, self.scratch)
        if report.indexed or report.removed:
            problems += strange_files(services.settings.index_folder)
        problems += self._mark_problems(services, state)
        services.close()
        problems += self._backup_problems(ledger) + self._aside_problems([*asides, *possible])
        return Compared(state, healed, tuple(problems))

    def _id_problems(self, store: ArticleStore) -> list[str]:
        held = {str(article.url): article.id for article in store.each_article()}
        return [
            f"{url} has the id {held[url]}, not {article_id}"
            for url, article_id in self.ids.items()
            if held.get(url, article_id) != article_id
        ]

    def _search_problems(self, services: Services, state: State, indexed: Set[str]) -> list[str]:
        """Before anything is healed a search shows what is there, all that was indexed, and nothing
        twice; no person is asked to help."""
        found = found_by(services, "commun")
        problems = ["an article is found twice"] * (len(found) != len(set(found)))
        problems += [f"{url} is found and gone" for url in set(found) - state.keys()]
        problems += [f"{url} is lost to the index" for url in (indexed & state.keys()) - set(found)]
        return problems + [
            line for line in map(str, services.engine.check()) if "--rebuild" in line
        ]

    def _mark_problems(self, services: Services, state: State) -> list[str]:
        """The words of the latest versions find these alone, those of others nothing."""
        problems = []
        for word, url in list(self._versions.items())[-MARKS:]:
            current = url in state and mark_of(state[url][-1][0]) == word
            found = found_by(services, word)
            if found != [url] * current:
                problems.append(f"{word} finds {found}")
        return problems

    def _backup_problems(self, ledger: Ledger) -> list[str]:
        """Every backup is whole; one not yet known was in flight and holds what the archive did."""
        problems = []
        for folder in list_backups(self.target):
            try:
                verify_backup(folder)
            except ArchiveError as exc:
                problems.append(str(exc))
                continue
            expected = ledger.backups.setdefault(folder.name, ledger.state)
            if read_backup(folder, self.scratch) != expected:
                problems.append(f"the backup {folder.name} holds something else")
        kept = {folder.name for folder in list_backups(self.target)}
        for name in ledger.backups.keys() - kept:
            del ledger.backups[name]
        return problems

    def _aside_problems(self, expected: Sequence[State]) -> list[str]:
        """What a restore moved aside is an archive as it was, or the one it was to bring."""
        problems = []
        for folder in self.home.parent.glob(f"{self.home.name}.before-*"):
            aside = open_archive(folder)
            if read_state(aside.store) not in expected:
                problems.append(f"{folder.name} holds something else")
            aside.close()
            shutil.rmtree(folder)
        return problems


def open_archive(home: Path) -> Services:
    return Services(Settings(home=home), FakeEmbedder())


def read_state(store: ArticleStore) -> State:
    """Title and text of every version of every article, by its URL."""
    return {
        str(article.url): tuple(
            (version.title, "\n\n".join(version.paragraphs))
            for version in reversed(store.versions(article.id))
        )
        for article in store.each_article()
    }


def read_backup(folder: Path, scratch: Path) -> State:
    """What the store of a backup holds, read from a copy: to open it would add files to it."""
    for old in scratch.glob("copy.sqlite*"):
        old.unlink()
    shutil.copyfile(folder / "archive.sqlite", scratch / "copy.sqlite")
    store = ArticleStore(scratch / "copy.sqlite")
    try:
        return read_state(store)
    finally:
        store.close()


def index_problems(services: Services, texts: Iterable[str], scratch: Path) -> list[str]:
    """How the index differs from the store, and from one made of the store from nothing."""
    health = check_health(services)
    problems = list(health.problems)
    if not health.articles == health.indexed == services.store.count():
        problems.append(f"{health.articles} articles, {health.indexed} in the index")
    shutil.rmtree(scratch / "fresh", ignore_errors=True)
    fresh = open_engine("embedded", scratch / "fresh")
    sync(services.store, fresh, FakeEmbedder())
    problems += [
        f"another answer than a new index gives to {text!r}"
        for text in texts
        if _everything(services.engine, text) != _everything(fresh, text)
    ]
    fresh.close()
    return problems


def assert_holds(place: Path, state: State) -> None:
    """The archive in the place's `home` holds this and no more, once indexed the index too."""
    services = open_archive(place / "home")
    assert read_state(services.store) == state
    services.index()
    assert index_problems(services, QUERIES, place) == []
    services.close()


def found_by(services: Services, words: str) -> list[str]:
    """The URLs of the articles that a search for these words shows."""
    query = SearchQuery(words, "keyword", page_size=100, fold_copies=False)
    return [str(result.article.url) for result in services.search.search(query).results]


def strange_files(folder: Path) -> list[str]:
    """Files of the index that no commit names."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    engine = open_engine("embedded", folder)
    named = {file.path for file in engine.state().files}
    engine.close()
    return [f"{name} belongs to nothing" for name in found - OWN_FILES - named]


def _everything(engine: SearchEngine, text: str) -> tuple[object, ...]:
    """All articles by their words and all passages by their meaning."""
    query = parse_query(text)
    request = RetrievalRequest(query, FakeEmbedder().encode_query(text), depth=DEPTH)
    found = engine.retrieve(request)
    words = sorted((hit.article_id, round(hit.score, 3), hit.language) for hit in found.keyword)
    meaning = sorted((hit.passage_id, round(hit.cosine, 3)) for hit in found.dense)
    return words, meaning, engine.count_matching(query, ArticleFilter())
