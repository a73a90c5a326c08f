"""The sample archive that `hemero demo` serves."""

from importlib.resources import as_file, files

import click

from archive.intake.ingest import ingest
from archive.sources import read_file
from indexer.errors import CorruptIndexError, StaleIndexError
from web.cli.output.tables import index_progress
from web.services import Services


def fill_demo(services: Services) -> None:
    """The sample archive, added and indexed; done already, this is a look."""
    with as_file(files("web") / "sample" / "articles.jsonl") as path:
        outcomes = list(ingest(read_file(path), services.store))
    new = sum(outcome.outcome == "added" for outcome in outcomes)
    if new:
        click.echo(f"{new} sample articles added to {services.settings.home}", err=True)
    with index_progress() as on_progress:
        try:
            services.index(on_progress)
        except (CorruptIndexError, StaleIndexError):  # of an earlier edition or another model
            services.index(on_progress, rebuild=True)
