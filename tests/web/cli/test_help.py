"""Help answers at once, as it loads little, and nothing of what makes a search."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from web.cli.main import main

COMMANDS = sorted(main.commands)
HEAVY = ("torch", "faiss", "whoosh", "numpy", "flask")
MAX_MODULES = 250  # 164 today
SCRIPT = """
import sys
from web.cli.main import main
try:
    main(sys.argv[1:], prog_name="hemero")
except SystemExit as end:
    assert not end.code
print(*sys.modules, file=sys.stderr)
"""


def test_the_commands_are_those_of_the_manual() -> None:
    expected = (
        "add audit backup collections delete demo doctor duplicates evaluate export feeds index"
        " reextract restore saved search serve show similar tag timeline tokens users versions"
    )
    assert expected.split() == COMMANDS


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_is_quick_and_loads_nothing_heavy(command: list[str]) -> None:
    ended = _run_help(command)
    assert ended.returncode == 0
    assert ended.stdout.startswith("Usage: hemero")
    loaded = ended.stderr.split()
    assert not set(HEAVY) & set(loaded)
    assert len(loaded) < MAX_MODULES


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command: str) -> None:
    text = CliRunner().invoke(main, [command, "--help"]).output
    assert f"  hemero {command}" in text


def _run_help(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *command, "--help"],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
