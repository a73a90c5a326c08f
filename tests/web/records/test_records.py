"""The documented JSON shapes, exactly: programs rely on them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from archive.model import OUTCOMES
from tests.support.web import RunHemero

HEADING = ["id", "title", "source", "published", "language", "url"]
EXPORTED = [
    "id", "title", "text", "published", "language", "source", "url", "authors", "section",
    "modified",
]  # fmt: skip


def _lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_result(run_filled: RunHemero) -> None:
    result = _lines(run_filled("search", "missiles", "--json"))[0]
    assert list(result) == [
        "article",
        "match",
        "score",
        "keyword",
        "semantic",
        "passages",
        "copies",
    ]
    assert list(result["article"]) == HEADING
    assert list(result["keyword"]) == ["rank", "score", "share", "held"]
    assert list(result["semantic"]) == ["rank", "cosine", "deviations"]
    reason = ["id", "text", "start", "end", "cosine", "marks", "sentence"]
    assert [list(passage) for passage in result["passages"]] == [reason]
    marked = [result["passages"][0]["text"][a:b] for a, b in result["passages"][0]["marks"]]
    assert marked == ["missiles"]


@pytest.mark.parametrize(("mode", "absent"), [("keyword", "semantic"), ("semantic", "keyword")])
def test_a_list_that_does_not_hold_the_article_is_null(
    run_filled: RunHemero, mode: str, absent: str
) -> None:
    assert _lines(run_filled("search", "missiles", "--mode", mode, "--json"))[0][absent] is None


def test_a_passage_is_where_it_says(run_filled: RunHemero) -> None:
    result = _lines(run_filled("search", "missiles", "--json"))[0]
    text = _lines(run_filled("show", str(result["article"]["id"]), "--json"))[0]["text"]
    for passage in result["passages"]:
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_the_api_gives_the_same_results_as_the_command(
    client: FlaskClient, run_filled: RunHemero
) -> None:
    page = client.get("/api/v1/search?q=missiles").json
    assert page is not None
    names = ["results", "total", "listed", "with_all_words", "with_some_words",
             "page", "page_size", "notices", "facets", "histogram"]  # fmt: skip
    assert list(page) == [*names, "did_you_mean"]
    assert page["results"] == _lines(run_filled("search", "missiles", "--json"))
    assert page["facets"] is None


def test_add(run: RunHemero, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Titre\nUn texte.")
    (folder / "b.txt").write_text("")
    items = _lines(run("add", str(folder), "--json"))
    assert [list(item) for item in items[:-1]] == [["item", "outcome", "id", "reason"]] * 2
    assert items[-1] == {"totals": dict.fromkeys(OUTCOMES, 0) | {"added": 1, "rejected": 1}}


def test_export(run_filled: RunHemero, tmp_path: Path) -> None:
    signed = {"title": "Crue", "text": "La rivière monte.", "authors": ["C. Orsenne", "T. Brachet"]}
    dated = signed | {"published": "2021-12-03T10:15:00+01:00"}
    (tmp_path / "a.jsonl").write_text(json.dumps(dated))
    run_filled("add", str(tmp_path / "a.jsonl"))
    *_, unsigned, last = _lines(run_filled("export"))
    assert list(last) == EXPORTED
    assert {name: last[name] for name in dated} == dated
    assert (unsigned["url"], unsigned["authors"]) == (None, [])


def test_doctor(run_filled: RunHemero) -> None:
    (health,) = _lines(run_filled("doctor", "--json"))
    assert health["ok"] is True
    assert (health["articles"], health["indexed"], health["waiting"]) == (3, 3, 0)
    assert health["problems"] == []
    assert list(health["model"]) == ["name", "device", "dtype"]


def test_index_and_delete(run_filled: RunHemero) -> None:
    (report,) = _lines(run_filled("index", "--rebuild", "--json"))
    assert list(report) == ["indexed", "removed", "passages", "seconds"]
    assert _lines(run_filled("delete", "1", "--yes", "--json")) == [{"id": 1, "deleted": True}]


def test_evaluate(run: RunHemero, tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "title": "Crue", "text": "Une crue."}')
    (tmp_path / "topics.tsv").write_text("1\tcrue\n")
    (tmp_path / "qrels.txt").write_text("1 0 a 1\n")
    (evaluation,) = _lines(run("evaluate", str(tmp_path), "--json"))
    measures = {"nDCG@10": 1.0, "MRR@10": 1.0, "recall@10": 1.0, "recall@100": 1.0}
    modes = {"hybrid": measures, "keyword": measures, "semantic": measures}
    assert evaluation == modes | {"topics": 1}
