"""The short form of `make corruption`: some of the damages, and what is said of each kind."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.errors import StoreError
from archive.intake.ingest import ingest
from archive.model import OriginalPage
from archive.store.soundness import find_damage
from indexer.engines.embedded import snapshot
from indexer.ranking.request import SearchQuery
from tests.reliability.corruption.run import print_figures, run
from tests.support.fakes import FakeEmbedder, make_item
from web.cli.commands.shared import Composition
from web.cli.main import main
from web.services import Services
from web.settings import Settings
from web.upkeep import health
from web.upkeep.backups import make_backup
from web.upkeep.health import check_health, repair

TEXT = "Le texte que voici restera comme il est."


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "OPEN_ATTEMPTS", 1)
    monkeypatch.setattr(health, "PAUSE_SECONDS", 0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three articles, the second revised once, its page kept; indexed and closed."""
    services = _opened(tmp_path / "home")
    for number in (1, 2, 3):
        _add(services, number, f"{TEXT} Numéro {number}.")
    _add(services, 2, "Le second a été revu.")
    with services.store.transaction() as transaction:
        transaction.keep_page(2, OriginalPage(b"<p>page</p>", "utf-8", "https://page.example/"))
    services.index()
    services.close()
    return tmp_path / "home"


def _opened(home: Path) -> Services:
    return Services(Settings(home=home), FakeEmbedder())


def _add(services: Services, number: int, text: str) -> None:
    url = f"https://a.example/{number}"
    item = make_item(f"Titre {number}", text, url=url, source="Le Fanal")
    list(ingest([item], services.store))


def _overwrite(home: Path, old: str, new: str, place: int = 0) -> None:
    """Other bytes in the file, as a bad disk would leave them: what SQLite knows nothing of."""
    path = home / "archive.sqlite"
    data = path.read_bytes()
    for _ in range(place):
        data = data.replace(old.encode(), b"\x00" * len(old.encode()), 1)
    assert len(old.encode()) == len(new.encode())
    start = data.index(old.encode())
    data = path.read_bytes()
    path.write_bytes(data[:start] + new.encode() + data[start + len(old.encode()) :])


def _doctor(home: Path, *arguments: str) -> Result:
    composition = Composition(embedder=FakeEmbedder())
    return CliRunner().invoke(main, ["--home", str(home), "doctor", *arguments], obj=composition)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_damage_is_noticed_whatever_is_damaged(capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(flips=12, seed=2, share=0.15)
    print_figures(figures)
    told = capsys.readouterr().out
    assert figures.bad == [], told
    assert sum(figures.counts.values()) > 40
    assert "*.faiss" in told
    assert "archive.sqlite-wal" in told


def test_a_changed_letter_is_named_and_never_shown(home: Path) -> None:
    _overwrite(home, "Numéro 3", "Numéro 8")
    with closing(sqlite3.connect(home / "archive.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    services = _opened(home)
    with pytest.raises(StoreError, match=r"article 3 is not as it was stored; .*hemero doctor"):
        services.store.get(3)
    assert services.store.get(1).title == "Titre 1"
    services.close()
    result = _doctor(home, "--json")
    record = json.loads(result.stdout)
    assert (result.exit_code, record["ok"]) == (1, False)
    assert record["damaged"] == {"file": [], "articles": [3], "versions": [], "pages": []}
    assert any(
        line.startswith("1 article is damaged (3); restore a backup") for line in record["problems"]
    )


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Numéro 2", "Numéro 8", "versions"),
        ("https://page.example/", "https://pagf.example/", "pages"),
        ("a été revu", "a été rexu", "articles"),
    ],
)
def test_versions_and_pages_have_digests_too(home: Path, old: str, new: str, kind: str) -> None:
    _overwrite(home, old, new)
    damage = find_damage(home / "archive.sqlite")
    assert getattr(damage, kind) == (2,)
    services = _opened(home)
    read: dict[str, Callable[[int], object]] = {
        "versions": services.store.versions,
        "pages": services.store.page_of,
        "articles": services.store.get,
    }
    with pytest.raises(StoreError, match="article 2 is not as it was stored"):
        read[kind](2)
    services.close()


def test_a_text_that_is_none_is_named(home: Path) -> None:
    path = home / "archive.sqlite"
    path.write_bytes(path.read_bytes().replace("Numéro 1".encode(), b"Num\xff\xffro 1"))
    assert find_damage(path).articles == (1,)
    services = _opened(home)
    with pytest.raises(StoreError):
        services.store.get(1)
    services.close()


def test_a_page_of_the_file_that_is_lost_names_its_articles(home: Path) -> None:
    services = _opened(home)
    for number in range(4, 60):
        _add(services, number, f"{TEXT} Numéro {number}. " * 20)
    services.close()
    path = home / "archive.sqlite"
    data = path.read_bytes()
    page = data.index("Numéro 40".encode()) // 4096
    path.write_bytes(data[: page * 4096] + bytes(4096) + data[(page + 1) * 4096 :])
    damage = find_damage(path)
    assert damage.file
    assert 40 in damage.articles
    assert 10 not in damage.articles


def test_a_store_that_is_damaged_is_not_repaired_but_said(home: Path) -> None:
    _overwrite(home, "Numéro 3", "Numéro 8")
    next((home / "index").glob("*.npz")).write_bytes(b"foreign")
    result = _doctor(home, "--repair")
    assert result.exit_code == 74
    assert "1 article is damaged (3); restore a backup" in result.stderr
    services = _opened(home)
    assert any(
        "is damaged" in line or "bytes, not" in line
        for line in map(str, check_health(services).problems)
    )
    services.close()


def test_what_sqlite_can_make_again_is_made(home: Path) -> None:
    before = (home / "archive.sqlite").read_bytes()
    for place in range(before.count(b"Le Fanal")):
        (home / "archive.sqlite").write_bytes(before)
        _overwrite(home, "Le Fanal", "Le Fanam", place)
        if find_damage(home / "archive.sqlite").rebuildable:
            break
    services = _opened(home)
    assert not check_health(services, rows=True).ok
    assert [message.code for message in repair(services)] == ["store_indexes_rebuilt"]
    assert check_health(services, rows=True).ok
    services.close()


def test_an_archive_that_lost_its_newest_articles_is_said(home: Path) -> None:
    (home / "archive.sqlite").unlink()
    services = _opened(home)
    problems = check_health(services).problems
    assert any("the archive no longer holds" in str(line) for line in problems)
    services.close()


def test_one_damaged_article_hides_no_other(home: Path) -> None:
    _overwrite(home, "Numéro 3", "Numéro 8")
    services = _opened(home)
    services.index(rebuild=True)
    assert list(services.engine.article_ids()) == [1, 2]
    page = services.search.search(SearchQuery("texte second"))
    assert {result.article.id for result in page.results} == {1, 2}
    services.close()


def test_a_damaged_article_can_be_removed_and_added_again(home: Path) -> None:
    _overwrite(home, "Numéro 3", "Numéro 8")
    composition = Composition(embedder=FakeEmbedder())
    arguments = ["--home", str(home), "delete", "3", "--yes"]
    assert "removed 3  damaged" in CliRunner().invoke(main, arguments, obj=composition).stdout
    services = _opened(home)
    _add(services, 3, f"{TEXT} Numéro 3.")
    services.index()
    assert check_health(services, rows=True).ok
    services.close()


def test_a_backup_of_a_damaged_archive_says_so_and_removes_no_other(
    home: Path, tmp_path: Path
) -> None:
    services = _opened(home)
    first, record = make_backup(services, tmp_path / "backups")
    assert record.note is None
    services.close()
    _overwrite(home, "Numéro 3", "Numéro 8")
    services = _opened(home)
    _, record = make_backup(services, tmp_path / "backups", keep=1)
    assert record.note is not None
    assert str(record.note).startswith("the archive is damaged: 1 article, number 3")
    assert first.exists()
    services.close()
