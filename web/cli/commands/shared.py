"""What several commands share: how they get at the archive, their options, their JSON lines."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from archive.errors import CodedError
from archive.messages import Message
from indexer.filters import FILTER_NAMES, FILTERS, make_filter
from web.errors import exit_code
from web.i18n.catalogue import word_for_terminal
from web.settings import Settings, load_settings
from web.wordings import AUDIT_NOT_WRITTEN, NOT_INDEXED_YET

if TYPE_CHECKING:
    from archive.model import ArticleFilter
    from indexer.models.embedding import Embedder
    from web.services import Services

Given = ParamSpec("Given")
Result = TypeVar("Result")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line."
)


@dataclass(frozen=True, slots=True)
class Composition:
    """How a command gets its services; `embedder` stands in for the model of the settings."""

    home: Path | None = None
    embedder: "Embedder | None" = None

    def settings(self, **flags: Any) -> Settings:
        """Raises SettingsError."""
        return load_settings(flags={"home": self.home, **flags})

    def services(self, **flags: Any) -> "Services":
        """The services of the archive, closed when the command ends."""
        from web.services import Services

        services = Services(self.settings(**flags), self.embedder)
        click.get_current_context().call_on_close(services.close)
        return services


def noted(
    command: Callable[Concatenate[Composition, Given], Result],
) -> Callable[Concatenate[Composition, Given], Result]:
    """A command that writes: the audit says who gave it, with what, and how it ended."""

    @wraps(command)
    def run(composition: Composition, /, *given: Given.args, **options: Given.kwargs) -> Result:
        try:
            return command(composition, *given, **options)
        finally:
            _note(composition, _exit_code(sys.exc_info()[1]))

    return run


def apply_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator that adds the options in the order given."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


filter_options = apply_options(
    *(
        click.option(
            f"--{each.name}",
            multiple=each.repeatable,
            type=int if each.kind == "number" else str,
            help=f"{each.purpose}{'; repeatable' if each.repeatable else ''}.",
        )
        for each in FILTERS
    )
)


def take_filter(options: dict[str, Any]) -> "ArticleFilter":
    """The filter of a command's options, which are taken out of them. Raises QueryError."""
    return make_filter(**{name: options.pop(name) for name in FILTER_NAMES})


def say(message: Message, err: bool = False) -> None:
    """Print a message in the language of the terminal's user."""
    click.echo(word_for_terminal(message), err=err)


def tell(as_json: bool, message: Message, record: dict[str, Any]) -> None:
    """The record for programs, else the message."""
    print_json(record) if as_json else say(message)


def print_json(record: dict[str, Any]) -> None:
    click.echo(json.dumps(record, ensure_ascii=False))


def index_if_free(services: "Services") -> None:
    """Index what is new; where another process holds the index, it does so itself."""
    from indexer.errors import IndexLockedError
    from web.cli.output.tables import index_progress

    try:
        with index_progress() as on_progress:
            services.index(on_progress)
    except IndexLockedError as exc:
        say(NOT_INDEXED_YET(reason=exc.message), err=True)


def _note(composition: Composition, code: int) -> None:
    """Its arguments are named, not its options: what is secret is none of the first."""
    from archive.errors import ArchiveError
    from web.http.auditing import note_command

    context = click.get_current_context()
    given = [
        context.params.get(param.name or "")
        for param in context.command.params
        if isinstance(param, click.Argument)
    ]
    flat = [str(each) for one in given for each in (one if isinstance(one, tuple) else (one,))]
    try:
        path = f"hemero {context.command_path.partition(' ')[2]}"
        note_command(composition.services(), path, flat, code)
    except ArchiveError as exc:
        say(AUDIT_NOT_WRITTEN(reason=exc.message), err=True)


def _exit_code(error: BaseException | None) -> int:
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    return exit_code(error) if isinstance(error, CodedError) else 1
