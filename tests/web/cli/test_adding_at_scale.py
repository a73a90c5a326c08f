"""`hemero add` and `export` for large and broken things: resuming, failures, tables, versions."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.support.material import write_lines
from tests.support.web import RunHemero


def read(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_resume_passes_over_what_is_done(run: RunHemero, tmp_path: Path) -> None:
    dump = str(write_lines(tmp_path / "dump.jsonl", 5))
    assert read(run("add", dump, "--json", "--no-index"))[-1]["totals"]["added"] == 5
    assert read(run("add", dump, "--json", "--resume"))[-1]["totals"] == dict.fromkeys(
        ("added", "updated", "unchanged", "duplicate", "rejected"), 0
    )


def test_failures_are_written_and_tried_again(run: RunHemero, tmp_path: Path) -> None:
    dump, failed = tmp_path / "dump.jsonl", tmp_path / "failed.jsonl"
    good = '{"title": "Un", "text": "Bien."}'
    dump.write_text(f"{good}\n{{broken\n", "utf-8")
    assert run("add", str(dump), "--failures", str(failed)).exit_code == 1
    (failure,) = map(json.loads, failed.read_text("utf-8").splitlines())
    assert (failure["location"], failure["position"]) == (str(dump), 1)
    dump.write_text(f'{good}\n{{"title": "Deux", "text": "Mieux."}}\n', "utf-8")
    outcome, _ = read(run("add", "--retry", str(failed), "--json"))
    assert (outcome["item"], outcome["outcome"]) == (f"{dump}:2", "added")


def test_a_resumed_run_forgets_no_failure(run: RunHemero, tmp_path: Path) -> None:
    dump, failed = tmp_path / "dump.jsonl", tmp_path / "failed.jsonl"
    dump.write_text('{broken\n{"title": "Un", "text": "Bien."}\n', "utf-8")
    for _ in range(2):
        run("add", str(dump), "--resume", "--failures", str(failed))
    assert len(failed.read_text("utf-8").splitlines()) == 1
    run("add", "--retry", str(failed), "--failures", str(failed))
    assert len(failed.read_text("utf-8").splitlines()) == 1
    dump.write_text('{"title": "Zéro", "text": "Mieux."}\n{"title": "Un", "text": "Bien."}\n')
    run("add", "--retry", str(failed), "--failures", str(failed))
    assert failed.read_text("utf-8") == ""


def test_what_waits_for_the_index_is_told(run: RunHemero, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Titre\nUn texte sur la crue.")
    (tmp_path / "b.txt").write_text("Autre\nUn texte sur le pont.")
    run("add", str(tmp_path / "a.txt"))
    run("add", str(tmp_path / "b.txt"), "--no-index")
    result = run("search", "texte")
    assert "1 change waits for the index; run: hemero index" in result.stderr


def test_a_table_with_columns_of_its_own(run: RunHemero, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("Kopf;Leib\nEins;Ein Text.\n", "utf-8")
    refused = run("add", str(table), "--json")
    assert "--columns title=COL,text=COL" in read(refused)[0]["reason"]
    added = run("add", str(table), "--columns", "title=Kopf,text=Leib", "--json")
    assert read(added)[0]["outcome"] == "added"
    assert run("add", str(table), "--columns", "title").exit_code == 2


def test_nothing_or_both_to_add_is_a_mistake(run: RunHemero, tmp_path: Path) -> None:
    assert run("add").exit_code == 2
    assert run("add", "x.txt", "--retry", "y.jsonl").exit_code == 2
    assert run("add", "--retry", str(tmp_path / "none")).exit_code == 65


def held(run: RunHemero) -> list[dict[str, Any]]:
    """What is held, but for the numbers, which are never given twice."""
    return [record | {"id": 0} for record in read(run("export"))]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_exports_come_back_the_same(run_filled: RunHemero, tmp_path: Path, form: str) -> None:
    exported, before = tmp_path / f"articles.{form}", held(run_filled)
    exported.write_bytes(run_filled("export", "--format", form).stdout_bytes)
    assert run_filled("delete", "1", "2", "3", "--yes").exit_code == 0
    assert held(run_filled) == []
    assert run_filled("add", str(exported)).exit_code == 0
    assert held(run_filled) == before


def test_a_table_has_a_header_and_one_cell_of_authors(run: RunHemero, tmp_path: Path) -> None:
    article = {
        "title": "Crue",
        "text": "La rivière monte.",
        "authors": ["C. Orsenne", "T. Brachet"],
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(article))
    run("add", str(tmp_path / "a.jsonl"))
    rows = csv.DictReader(StringIO(run("export", "--format", "csv").stdout))
    assert next(rows)["authors"] == "C. Orsenne; T. Brachet"


@pytest.mark.parametrize("as_json", [True, False])
def test_versions_are_listed(run: RunHemero, tmp_path: Path, as_json: bool) -> None:
    for text in ("Le pont est fermé.", "Le pont est rouvert."):
        dump = tmp_path / "a.jsonl"
        dump.write_text(json.dumps({"title": "T", "text": text, "url": "https://a.org/1"}))
        run("add", str(dump))
    result = run("versions", "1", *(["--json"] if as_json else []))
    if as_json:
        assert [version["version"] for version in read(result)] == [2, 1]
    else:
        assert "from version 1 to 2" in result.stdout
        assert "fermé." in result.stdout
    assert run("versions", "1", "--old", "9").exit_code == 66
