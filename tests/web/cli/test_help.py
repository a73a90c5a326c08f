"""Help answers at once, and loads nothing of what makes a search."""

import os
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from web.cli.main import main

COMMANDS = sorted(main.commands)
HEAVY = ("torch", "faiss", "whoosh", "numpy", "flask")
MOST_SECONDS = 0.3
SCRIPT = """
import sys, time
start = time.perf_counter()
from web.cli.main import main
try:
    main(sys.argv[1:], prog_name="hemero")
except SystemExit as end:
    assert not end.code
print(time.perf_counter() - start, *sys.modules, file=sys.stderr)
"""


def test_the_commands_are_those_of_the_manual() -> None:
    expected = (
        "add audit backup collections delete demo doctor duplicates evaluate export feeds index"
        " reextract restore saved search serve show similar tag timeline tokens users versions"
    )
    assert expected.split() == COMMANDS


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_is_quick_and_loads_nothing_heavy(command: list[str]) -> None:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        ended = _run_help(command)
        seconds.append(time.perf_counter() - start)
        assert ended.returncode == 0
        assert ended.stdout.startswith("Usage: hemero")
        if seconds[-1] < MOST_SECONDS:
            break
    loaded = ended.stderr.split()[1:]
    assert not set(HEAVY) & set(loaded)
    assert min(seconds) < MOST_SECONDS


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
