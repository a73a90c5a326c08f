"""What commands share: access to the archive, options, and printing of messages and JSON."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import chain
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

P = ParamSpec("P")
Result = TypeVar("Result")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line."
)


@dataclass(frozen=True, slots=True)
class Composition:
    """How a command gets its services; `embedder` replaces the model of the settings."""

    home: Path | None = None
    embedder: "Embedder | None" = None

    def settings(self, **flags: Any) -> Settings:
        """Return the settings, with these flags on top. Raises SettingsError."""
        return load_settings(flags={"home": self.home, **flags})

    def services(self, **flags: Any) -> "Services":
        """Open the services of the archive, which are closed when the command ends."""
        from web.services import Services

        services = Services(self.settings(**flags), self.embedder)
        click.get_current_context().call_on_close(services.close)
        return services


def audited(
    command: Callable[Concatenate[Composition, P], Result],
) -> Callable[Concatenate[Composition, P], Result]:
    """Wrap a command that writes: the audit log records its user, arguments and exit code."""

    @wraps(command)
    def run(composition: Composition, /, *arguments: P.args, **options: P.kwargs) -> Result:
        try:
            return command(composition, *arguments, **options)
        finally:
            _audit(composition, _exit_code(sys.exc_info()[1]))

    return run


def apply_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a decorator that adds the options in this order."""

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
    """Remove the filters from a command's options and return them. Raises QueryError."""
    return make_filter(**{name: options.pop(name) for name in FILTER_NAMES})


def say(message: Message, err: bool = False) -> None:
    """Print a message in the language of the terminal's user."""
    click.echo(word_for_terminal(message), err=err)


def print_result(as_json: bool, message: Message, record: dict[str, Any]) -> None:
    """Print the record as JSON for programs, or else the message for people."""
    print_json(record) if as_json else say(message)


def print_json(record: dict[str, Any]) -> None:
    click.echo(json.dumps(record, ensure_ascii=False))


def index_if_free(services: "Services") -> None:
    """Index what is new, unless another process holds the index: it will index the changes."""
    from indexer.errors import IndexLockedError
    from web.cli.output.tables import index_progress

    try:
        with index_progress() as on_progress:
            services.index(on_progress)
    except IndexLockedError as exc:
        say(NOT_INDEXED_YET(reason=exc.message), err=True)


def _audit(composition: Composition, code: int) -> None:
    """Record the command with its arguments but without its options, which may be secret."""
    from archive.errors import ArchiveError
    from web.http.auditing import note_command

    context = click.get_current_context()
    values = [
        context.params.get(param.name or "")
        for param in context.command.params
        if isinstance(param, click.Argument)
    ]
    tuples = (value if isinstance(value, tuple) else (value,) for value in values)
    arguments = list(map(str, chain.from_iterable(tuples)))
    try:
        path = f"hemero {context.command_path.partition(' ')[2]}"
        note_command(composition.services(), path, arguments, code)
    except ArchiveError as exc:
        say(AUDIT_NOT_WRITTEN(reason=exc.message), err=True)


def _exit_code(error: BaseException | None) -> int:
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    return exit_code(error) if isinstance(error, CodedError) else 1
