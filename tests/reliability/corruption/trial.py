"""An archive, a damage to one of its files, and what the product says of it."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import CodedError
from archive.intake.ingest import ingest
from archive.model import OriginalPage
from indexer.engines.embedded import snapshot
from indexer.ranking.request import MODES, SearchQuery
from tests.support.fakes import FakeEmbedder, make_item
from web.services import Services
from web.settings import Settings
from web.upkeep import health
from web.upkeep.health import check_health, repair

STORE = "archive.sqlite"
QUERIES = ("accord missiles", "river flood", "Wasser*", '"moyenne portée"', "récolte -maïs")
SUBJECTS = (
    ("fr", "missiles moyenne portée accord traité récolte maïs sécheresse"),
    ("en", "river flood bridge village harvest drought treaty agreement"),
    ("de", "Wasser Wasserstand Brücke Vertrag Ernte Dürre Abkommen"),
)
Harm = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done to which file of the home."""

    name: str
    kind: str
    harm: Harm


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a damage; `tables` are those of the store whose content is not as before."""

    damage: Damage
    noticed: str | None
    same_answers: bool
    tables: tuple[str, ...]
    problem: str | None = None

    @property
    def count(self) -> str:
        if self.problem:
            return "failed"
        if self.noticed:
            return "noticed" if self.same_answers or self.noticed != "doctor" else "wrong"
        return "unnoticed" if self.tables or not self.same_answers else "harmless"


def build_home(home: Path, seed: int, articles: int = 24) -> None:
    """An archive in three languages with versions, pages, tags and several commits of the index."""
    services, chosen = open_services(home), random.Random(seed)
    for number in range(articles + 4):
        language, words = SUBJECTS[number % 3]
        text = " ".join(chosen.choices(words.split(), k=30))
        item = make_item(
            f"{text.split()[0]} {seed}-{number % articles}",
            f"{text}.\n\nNuméro {number} de {seed}.",
            url=f"https://a.example/{seed}/{number % articles}",
            language=language,
            source=chosen.choice(["Agence", "Fanal"]),
            authors=("Camille Orsenne",),
            published=f"2021-12-{number % 28 + 1:02}",
        )
        (outcome,) = ingest([item], services.store)
        if outcome.id and number % 4 == 0:
            with services.store.transaction() as transaction:
                page = OriginalPage(
                    f"<p>{text}</p>".encode(), "utf-8", item.draft.url if item.draft else None
                )
                transaction.keep_page(outcome.id, page)
            services.tags.tag([outcome.id], ["dossier"])
        if number % 9 == 8:
            services.index()
    with services.store.transaction() as transaction:
        transaction.delete(3)
    services.index()
    services.close()


def open_services(home: Path) -> Services:
    return Services(Settings(home=home), FakeEmbedder())


def ask(home: Path) -> list[Any]:
    """What a reader sees: pages of every mode, every article with its versions and its page."""
    services = open_services(home)
    try:
        answers: list[Any] = [
            services.search.search(SearchQuery(text, mode, page_size=100))
            for text in QUERIES
            for mode in MODES
        ]
        for article in services.store.each_article():
            answers.append((article, services.store.versions(article.id)))
            answers.append(services.store.page_of(article.id))
        return answers
    finally:
        services.close()


def dump(home: Path) -> dict[str, Any]:
    """The rows of every table, and an error as one; the home is not touched."""
    with tempfile.TemporaryDirectory() as folder:
        for path in home.glob(f"{STORE}*"):
            shutil.copy(path, folder)
        with closing(sqlite3.connect(Path(folder) / STORE)) as connection:
            connection.text_factory = bytes
            return {table: _rows(connection, table) for table in _tables(connection)}


def _tables(connection: sqlite3.Connection) -> list[str]:
    try:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        return [row[0].decode("latin-1") for row in connection.execute(query)]
    except sqlite3.Error:
        return []


def _rows(connection: sqlite3.Connection, table: str) -> object:
    try:
        return sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr)
    except sqlite3.Error as exc:
        return str(exc)


class Trial:
    """Damages copies of one home, and compares with how it was."""

    def __init__(self, template: Path, work: Path) -> None:
        self._template, self._work = template, work
        self._answers, self._content = self._baseline()

    def run(self, damage: Damage) -> Verdict:
        home = self._copy()
        damage.harm(home / damage.name)
        before = dump(home)
        tables = tuple(
            t for t in {*self._content, *before} if before.get(t) != self._content.get(t)
        )
        try:
            noticed, same = self._look(home)
            problem = None if noticed is None else self._repair(home, damage)
        except Exception as exc:  # nothing but a known error may leave the product
            return Verdict(damage, None, False, tables, f"{type(exc).__name__}: {exc}")
        return Verdict(damage, noticed, same, tables, problem)

    def _look(self, home: Path) -> tuple[str | None, bool]:
        """Who noticed, and whether the answers, where any were given, are as before."""
        try:
            same = ask(home) == self._answers
        except CodedError:
            return "reader", True
        services = open_services(home)
        try:
            sound = check_health(services, rows=True).ok
        except CodedError:
            sound = False
        finally:
            services.close()
        return (None if sound else "doctor"), same

    def _repair(self, home: Path, damage: Damage) -> str | None:
        """What is wrong after a repair; of a damaged store it may say no."""
        services = open_services(home)
        try:
            repair(services)
            healed = check_health(services, rows=True).ok
        except CodedError as exc:
            is_store = damage.name.startswith(STORE)
            return None if is_store else f"the repair failed: {exc}"
        finally:
            services.close()
        if not healed:
            return "the repair left something"
        if damage.name.startswith(STORE):
            return None
        return None if ask(home) == self._answers else "the repair changed answers"

    def _baseline(self) -> tuple[list[Any], dict[str, Any]]:
        home = self._copy()
        return ask(home), dump(home)

    def _copy(self) -> Path:
        home = self._work / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._template, home)
        return home


def copy_with_journal(home: Path, target: Path) -> None:
    """The home as a killed process leaves it: its last articles in the write-ahead journal."""
    services = open_services(home)
    list(ingest([make_item("Dernier", "Le dernier accord, tout neuf.")], services.store))
    services.index()
    shutil.copytree(home, target)
    services.close()


def hurry() -> None:
    """No waiting for a writer that might exchange files meanwhile: there is none."""
    snapshot.OPEN_ATTEMPTS = 1
    health.PAUSE_SECONDS = 0.0
