"""The command `hemero`. Commands import what they need themselves, so that help is fast."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archive.errors import CodedError
from web.cli.commands import (
    accounts,
    articles,
    backups,
    collecting,
    duplicates,
    feeds,
    running,
    saved,
    searching,
    timeline,
    upkeep,
)
from web.cli.commands.shared import Composition, say
from web.errors import exit_code
from web.wordings import FAILED


class HemeroGroup(click.Group):
    """Turn known errors into one line and an exit code, and ignore a closed output pipe."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except CodedError as exc:
            say(FAILED(reason=exc.message), err=True)
            ctx.exit(exit_code(exc))
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
            ctx.exit(0)


@click.group(
    cls=HemeroGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="hemero", prog_name="hemero")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the archive (HEMERO_HOME)."
)
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """Search a news archive by words and by meaning, on this machine.

    \b
    hemero add article.txt            add an article
    hemero search "missiles moyenne portée"
    hemero similar 42                 find passages similar to article 42
    hemero serve                      search in the browser
    """
    ctx.obj = replace(ctx.obj or Composition(), home=home)


MODULES = (
    articles,
    backups,
    collecting,
    duplicates,
    feeds,
    saved,
    searching,
    timeline,
    upkeep,
    accounts,
    running,
)

for module in MODULES:
    for command in module.COMMANDS:
        main.add_command(command)
