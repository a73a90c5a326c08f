"""Saved searches on the command line."""

import json

from tests.support.web import RunHemero


def test_the_command_line(run: RunHemero, article_file: str) -> None:
    run("add", article_file)
    added = run("saved", "add", "missiles", "--mode", "keyword", "--language", "fr", "--json")
    assert added.exit_code == 0, added.output
    made = json.loads(added.stdout)
    assert (made["name"], made["matches"], made["new"]) == ("missiles", 1, 0)
    assert made["arguments"] == "q=missiles&mode=keyword&language=fr"
    run("add", "-", input="Suite\n\nEncore des missiles français, dit le ministre.\n")
    checked = run("saved", "check")
    assert "missiles: 1 new, 0 sent" in checked.stdout
    assert json.loads(run("saved", "check", "--json").stdout) == {
        "id": 1, "new": 0, "sent": 0, "problem": None,
    }  # fmt: skip
    assert json.loads(run("saved", "list", "--json").stdout)["new"] == 1
    assert "missiles" in run("saved", "list").stdout
    assert run("saved", "remove", "1").exit_code == 0
    assert run("saved", "remove", "1").exit_code == 66
    assert "hemero saved add" in run("saved", "list").stdout


def test_the_command_line_says_what_is_wrong(run: RunHemero, article_file: str) -> None:
    run("add", article_file)
    refused = run("saved", "add", "missiles", "--email", "nobody")
    assert (refused.exit_code, "not an e-mail address" in refused.stderr) == (65, True)
    told = run("saved", "add", "missiles", "--email", "a@b.example")
    assert "set smtp_host, smtp_from, base_url" in told.stderr
    run("add", "-", input="Suite\n\nEncore des missiles français, dit le ministre.\n")
    checked = run("saved", "check")
    assert (checked.exit_code, "e-mail is not set up here" in checked.stdout) == (1, True)
