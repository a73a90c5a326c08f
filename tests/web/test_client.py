"""The client against a served archive."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from hemero_client import Archive, ArchiveError
from tests.support.fakes import FakeEmbedder
from tests.support.web import open_app
from web.server.serving import open_socket
from web.server.waitress_server import Server
from web.services import Services
from web.settings import Settings

TOKEN = "un-jeton-de-test"


@pytest.fixture
def address(settings: Settings, embedder: FakeEmbedder) -> Iterator[str]:
    services = Services(replace(settings, token=TOKEN), embedder)
    listening = open_socket("127.0.0.1", 0)
    server = Server(open_app(services), listening)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.stop()
    thread.join()
    server.close(timeout_seconds=5)
    services.close()


@pytest.fixture
def archive(address: str) -> Iterator[Archive]:
    with Archive(address + "/", TOKEN) as opened:
        yield opened


def test_results_lead_to_their_passages(archive: Archive, address: str) -> None:
    archive.add("Accord à Genève", "Les missiles à moyenne portée seront détruits.", language="fr")
    archive.add("Crue", "La rivière est sortie de son lit.", language="fr")
    found = list(archive.search("missiles moyenne portée", mode="keyword"))
    assert [result.title for result in found] == ["Accord à Genève"]
    assert found[0].passages == ("Les missiles à moyenne portée seront détruits.",)
    assert found[0].link == f"{address}/articles/{found[0].id}?char=0,46#char=0,46"
    assert archive.article(found[0].id)["text"] == found[0].passages[0]
    near = list(archive.similar(article=found[0].id))
    assert found[0].id not in [result.id for result in near]


def test_every_page_is_read_once(archive: Archive) -> None:
    for number in range(7):
        archive.add(f"Crue {number}", f"La rivière monte, jour {number}.", language="fr")
    listed = [article["id"] for article in archive.articles(page_size=3)]
    assert len(listed) == len(set(listed)) == 7
    found = [result.id for result in archive.search("rivière", page_size=2, mode="keyword")]
    assert sorted(found) == sorted(listed)


def test_articles_and_files_are_added_and_removed(archive: Archive, tmp_path: Path) -> None:
    added = archive.add("Crue", "La rivière monte.")
    assert added["outcome"] == "added"
    archive.remove(added["id"])
    with pytest.raises(ArchiveError) as refused:
        archive.article(added["id"])
    assert refused.value.status == 404
    path = tmp_path / "note.txt"
    path.write_text("Une note\nUn texte.")
    assert archive.job(archive.add_files(path)["id"])["title"] == "note.txt"
    assert archive.health()["ok"] in (True, False)
    assert archive.ask("GET", "feeds") == {"feeds": []}


def test_a_refusal_says_why(address: str) -> None:
    with Archive(address) as stranger, pytest.raises(ArchiveError, match="token") as refused:
        stranger.add("Crue", "La rivière monte.")
    assert refused.value.status == 401
