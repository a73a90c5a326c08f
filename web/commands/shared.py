"""What several commands share: how they get at the archive, their options, their JSON lines."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from web.settings import Settings, load_settings

if TYPE_CHECKING:
    from indexer.embedding import Embedder
    from web.services import Services

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


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


def apply_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator that adds the options in the order given."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def print_json(record: dict[str, Any]) -> None:
    click.echo(json.dumps(record, ensure_ascii=False))


def index_if_free(services: "Services") -> None:
    """Index what is new; where another process holds the index, it does so itself."""
    from indexer.errors import IndexLockedError
    from web.console import index_progress

    try:
        with index_progress() as on_progress:
            services.index(on_progress)
    except IndexLockedError as exc:
        click.echo(f"stored, not yet indexed: {exc}", err=True)
