"""Collections and tags on the command line."""

import json

import pytest

from tests.support.web import RunHemero


def test_the_command_line(run: RunHemero, article_file: str) -> None:
    run("add", article_file)
    assert "created 1  Dossier" in run("collections", "create", "Dossier", "--note", "n").output
    added = run("collections", "add", "dossier", "1", "1", "--json")
    assert json.loads(added.output)["changed"] == 1
    assert "1  Dossier (1 article)" in run("collections", "list").output
    exported = run("collections", "export", "1")
    assert json.loads(exported.output)["title"] == "Missiles"
    assert "@online{" in run("collections", "export", "Dossier", "--format", "bib").output
    tagged = run("tag", "1", "--add", "Climat", "--add", "eau", "--remove", "feu", "--json")
    assert json.loads(tagged.output) == {"id": 1, "tags": ["Climat", "eau"]}
    assert "renamed to climat" in run("tag", "--rename", "CLIMAT", "climat").output
    assert run("tag").output == "climat (1 article)\neau (1 article)\n"
    found = run("search", "missiles", "--tag", "EAU", "--json")
    assert json.loads(found.stdout.splitlines()[0])["article"]["id"] == 1
    assert run("search", "missiles", "--tag", "feu", "--json").stdout == ""
    assert "0 removed" in run("collections", "remove", "1", "9").output
    assert "removed 1" in run("collections", "remove", "Dossier", "--yes").output
    assert "No collections yet" in run("collections", "list").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("collections", "add", "none", "1"), 66),
        (("collections", "export", "\u202e"), 66),
        (("collections", "create", "x" * 10_000), 65),
        (("collections", "create", "\x1b[31m"), 65),
        (("tag", "9", "--add", "a"), 66),
        (("tag", "99999999999999999999", "--add", "a"), 66),
        (("tag", "--rename", "a", "b"), 66),
        (("tag", "--add", "a"), 2),
    ],
)
def test_the_command_line_says_what_is_wrong(
    run: RunHemero, arguments: tuple[str, ...], code: int
) -> None:
    answer = run(*arguments)
    assert answer.exit_code == code
    assert "Traceback" not in answer.output
    assert len(answer.stderr) < 400
