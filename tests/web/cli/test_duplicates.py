"""`hemero duplicates`: the clusters, for people and for programs."""

import json

import pytest

from archive.intake.ingest import ingest
from tests.support.fakes import make_item
from tests.support.material import ENGLISH_TEXT, FRENCH_TEXT
from tests.support.web import RunHemero
from web.services import Services

ITEMS = (
    make_item("Crue à Sarvelle", FRENCH_TEXT, source="La Vigie", published="2021-12-04"),
    make_item("Crue : neuf lois", FRENCH_TEXT[:400], source="Agence Rive Gauche",
              published="2021-12-03"),
    make_item("Boats", ENGLISH_TEXT, source="The Kestrel Wire"),
)  # fmt: skip


@pytest.fixture
def run_copied(services: Services, run: RunHemero) -> RunHemero:
    """The command line on an archive of three articles, two of them copies."""
    list(ingest(ITEMS, services.store))
    return run


def test_lines_for_programs(run_copied: RunHemero) -> None:
    record = json.loads(run_copied("duplicates", "--json").stdout)
    assert record == {
        "cluster": 1,
        "outlets": ["Agence Rive Gauche", "La Vigie"],
        "articles": [
            {"id": 2, "title": "Crue : neuf lois", "source": "Agence Rive Gauche",
             "published": "2021-12-03"},
            {"id": 1, "title": "Crue à Sarvelle", "source": "La Vigie", "published": "2021-12-04"},
        ],
    }  # fmt: skip


def test_a_list_for_people(run_copied: RunHemero) -> None:
    lines = run_copied("duplicates").stdout.splitlines()
    assert lines[0] == "Crue : neuf lois"
    assert " ".join(lines[1].split()) == "#2 · Agence Rive Gauche · 2021-12-03"
    assert " ".join(lines[2].split()) == "#1 · La Vigie · 2021-12-04 Crue à Sarvelle"


def test_rebuilding_finds_them_again(run_copied: RunHemero) -> None:
    before = run_copied("duplicates", "--json").stdout
    assert run_copied("duplicates", "--rebuild", "--json").stdout == before


def test_an_archive_without_copies_says_so(run: RunHemero) -> None:
    assert run("duplicates").stdout == "no wire copies\n"
    assert run("duplicates", "--json").stdout == ""
