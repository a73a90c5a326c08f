"""The command line: what each command does, prints and ends with."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.fakes import FakeEmbedder
from tests.support.web import RunHemero
from web.cli.output import tables as console
from web.services import Services
from web.settings import Settings


def _lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_search_show_delete(run: RunHemero, tmp_path: Path) -> None:
    file = tmp_path / "crue.txt"
    file.write_text("Crue de la Sarvelle\nLa rivière est sortie de son lit.")
    added = run("add", str(file), "--source", "Le Fanal", "--published", "2022-01-10")
    assert added.exit_code == 0
    assert "1 added" in added.stdout
    assert "Crue de la Sarvelle" in run("search", "rivière").stdout
    shown = run("show", "1").stdout
    assert "Le Fanal" in shown
    assert "2022-01-10" in shown
    assert "removed 1" in run("delete", "1", "--yes").stdout
    assert run("show", "1").exit_code == 66


def test_add_reads_standard_input(run: RunHemero) -> None:
    assert "added 1" in run("add", "-", input="Titre\nLe texte de l'article.").stdout


def test_add_keeps_what_the_item_says_over_the_options(run: RunHemero, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"title": "T", "text": "Un texte.", "source": "Le Fanal"}')
    run("add", str(file), "--source", "Autre", "--language", "fr")
    exported = json.loads(run("export").stdout)
    assert (exported["source"], exported["language"]) == ("Le Fanal", "fr")


def test_add_ends_with_1_when_something_was_rejected(run: RunHemero, tmp_path: Path) -> None:
    file = tmp_path / "empty.txt"
    file.write_text(" ")
    result = run("add", str(file))
    assert result.exit_code == 1
    assert "rejected" in result.stdout


def test_add_of_a_missing_file_says_so(run: RunHemero) -> None:
    result = run("add", "/nowhere.txt")
    assert result.exit_code == 66
    assert result.stderr.startswith("hemero: no file, folder or web address: /nowhere.txt")


def test_add_no_index_leaves_the_index_for_later(run: RunHemero, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Titre\nUn texte.")
    run("add", "--no-index", str(tmp_path / "a.txt"))
    assert "1 waiting" in run("doctor").stdout
    assert "1 article indexed" in run("index").stdout
    assert "up to date" in run("index").stdout
    assert "1 article indexed" in run("index", "--rebuild").stdout


@pytest.mark.parametrize("command", [("search", "mot"), ("similar", "--text", "mot")])
def test_an_empty_archive_says_what_to_do(run: RunHemero, command: tuple[str, ...]) -> None:
    result = run(*command)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "the archive is empty; add articles with: hemero add FILE\n"


def test_search_filters_and_pages(run_filled: RunHemero) -> None:
    found = _lines(run_filled("search", "missiles", "--language", "en", "--json"))
    assert [each["article"]["id"] for each in found] == [2]  # type: ignore[index]
    assert "2-2 of" in run_filled("search", "missiles", "-n", "1", "--page", "2").stdout
    assert "Nothing found" in run_filled("search", "missiles", "--after", "2030").stdout


def test_search_says_so_where_the_model_fails(
    run_filled: RunHemero, embedder: FakeEmbedder
) -> None:
    embedder.failing = True
    result = run_filled("search", "missiles")
    assert result.exit_code == 0
    assert "Search by meaning is unavailable" in result.stderr
    assert "missiles" in result.stdout
    assert run_filled("search", "missiles", "--mode", "semantic").exit_code == 69


def test_similar_by_article_passage_and_text(run_filled: RunHemero) -> None:
    first = _lines(run_filled("search", "missiles", "--json"))[0]
    passage = first["passages"][0]["id"]  # type: ignore[index]
    for given in (["1"], ["--passage", str(passage)], ["--text", "missiles"]):
        assert run_filled("similar", *given).exit_code == 0
    assert run_filled("similar").exit_code == 2
    several = _lines(run_filled("similar", "1", "--text", "drones", "--not", "2", "--json"))
    assert not {1, 2} & {result["article"]["id"] for result in several}  # type: ignore[index]


def test_delete_asks(run_filled: RunHemero) -> None:
    asked = run_filled("delete", "1", "1", input="n\n")
    assert asked.exit_code == 1
    assert "un accord à Genève" in asked.stderr
    assert run_filled("show", "1").exit_code == 0
    assert run_filled("delete", "1", "1", input="y\n").exit_code == 0
    assert run_filled("show", "1").exit_code == 66


def test_export_is_read_back_to_the_same_articles(run_filled: RunHemero, tmp_path: Path) -> None:
    exported = run_filled("export").stdout
    (tmp_path / "all.jsonl").write_text(exported)
    assert "3 unchanged" in run_filled("add", str(tmp_path / "all.jsonl")).stdout


def test_doctor_says_what_is_wrong(run_filled: RunHemero, embedder: FakeEmbedder) -> None:
    assert "all is well" in run_filled("doctor").stdout
    embedder.name = "another"
    result = run_filled("doctor")
    assert result.exit_code == 1
    assert "hemero index --rebuild" in " ".join(result.stdout.split())


def test_evaluate_measures_every_mode(run: RunHemero, tmp_path: Path) -> None:
    _write_topics(tmp_path)
    shown = run("evaluate", str(tmp_path)).stdout
    assert all(word in shown for word in ("keyword", "semantic", "hybrid", "nDCG@10"))
    assert run("export").stdout == ""


def test_serve_refuses_strangers_without_a_token(run: RunHemero) -> None:
    result = run("serve", "--host", "0.0.0.0")
    assert result.exit_code == 78
    assert "set HEMERO_TOKEN" in result.stderr


def test_serve_says_where_it_cannot_listen(run: RunHemero) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 78
    assert "choose another with --host or --port" in result.stderr


@pytest.mark.slow
def test_demo_fills_an_archive_of_its_own(run: RunHemero) -> None:
    assert "48 sample articles added" in run("demo", "--no-serve").stderr
    assert "sample articles" not in run("demo", "--no-serve").stderr
    assert run("export").stdout == ""


@pytest.mark.slow
def test_demo_renews_an_index_of_another_model(run: RunHemero, embedder: FakeEmbedder) -> None:
    run("demo", "--no-serve")
    embedder.name = "another"
    assert run("demo", "--no-serve").exit_code == 0


def test_an_unknown_setting_is_one_line(run: RunHemero, settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "hemero.toml").write_text("prot = 1\n")
    result = run("doctor")
    assert result.exit_code == 78
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_results_fit_the_terminal(
    run_filled: RunHemero, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "width", columns)
    lines = run_filled("search", "missiles portée").stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)


def test_a_long_passage_is_cut_between_words_around_its_match(
    run: RunHemero, tmp_path: Path
) -> None:
    words = " ".join(f"mot{number}" for number in range(35))
    (tmp_path / "a.txt").write_text(f"Titre\n{words} aiguille {words}.")
    run("add", str(tmp_path / "a.txt"))
    shown = " ".join(run("search", "aiguille", "--mode", "keyword").stdout.split())
    assert "› … mot" in shown
    assert "aiguille mot0" in shown
    assert shown.count("…") == 2


def test_the_services_are_closed_after_a_command(
    run_filled: RunHemero, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []
    monkeypatch.setattr(Services, "close", lambda self: closed.append(self))
    run_filled("show", "1")
    assert len(closed) == 1


def _write_topics(folder: Path) -> None:
    articles = [
        {"id": "a", "title": "Crue", "text": "La rivière déborde."},
        {"id": "b", "title": "Vol", "text": "Un tableau disparaît du musée."},
    ]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)))
    (folder / "topics.tsv").write_text("1\trivière\n2\tmusée\n")
    (folder / "qrels.txt").write_text("1 0 a 1\n2 0 b 1\n")
