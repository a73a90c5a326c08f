"""`hemero evaluate --compare`: the table for people and the record for programs."""

import json
from pathlib import Path

import pytest

from indexer.evaluation.significance import PERMUTATIONS
from tests.support.web import RunHemero

COMPARED = ["keyword", "semantic", "plain convex", "rrf"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of two topics, one of which no article answers."""
    articles = [
        {"id": "a", "title": "Crue", "text": "Une crue en Moselle."},
        {"id": "b", "title": "Gel", "text": "Le gel dans les vignes."},
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)), "utf-8")
    (tmp_path / "topics.tsv").write_text("1\tcrue\n2\tvignes\n", "utf-8")
    (tmp_path / "qrels.txt").write_text("1 0 a 1\n2 0 x 1\n", "utf-8")
    return tmp_path


def test_people_see_every_list_in_one_table(run: RunHemero, folder: Path) -> None:
    shown = run("evaluate", str(folder), "--compare").stdout
    rows = {line.split("  ")[0].strip(): line for line in shown.splitlines()}
    assert set(COMPARED) < set(rows)
    assert all("+0.000" in rows[name] and "0/0" in rows[name] for name in COMPARED)
    assert "+0.000" not in rows["hybrid"]
    assert f"{PERMUTATIONS} permutations" in " ".join(shown.split())


def test_without_a_comparison_there_is_none(run: RunHemero, folder: Path) -> None:
    shown = run("evaluate", str(folder)).stdout
    assert "rrf" not in shown
    assert "permutations" not in shown


def test_programs_get_the_measures_and_the_comparison(run: RunHemero, folder: Path) -> None:
    record = json.loads(run("evaluate", str(folder), "--compare", "--json").stdout)
    assert list(record) == ["hybrid", *COMPARED, "topics", "compared"]
    assert record["hybrid"]["nDCG@10"] == record["plain convex"]["nDCG@10"] == 0.5
    compared = record["compared"]
    assert (compared["measure"], compared["permutations"]) == ("nDCG@10", PERMUTATIONS)
    assert list(compared["lists"]) == COMPARED
    assert compared["lists"]["rrf"] == {"difference": 0, "better": 0, "worse": 0, "p": 1}
