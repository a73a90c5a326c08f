"""The sample archive that `hemero demo` serves."""

from importlib.resources import as_file, files

import click

from archive.intake.ingest import ingest
from archive.sources import read_file
from indexer.errors import CorruptIndexError, StaleIndexError
from web.cli.output.tables import index_progress
from web.i18n.catalogue import word_for_terminal
from web.services import Services
from web.wordings import SAMPLE_ADDED


def fill_demo(services: Services) -> None:
    """Add and index the sample articles; do nothing if that is done already."""
    with as_file(files("web") / "sample" / "articles.jsonl") as path:
        outcomes = list(ingest(read_file(path), services.store))
    new = sum(outcome.outcome == "added" for outcome in outcomes)
    if new:
        added = SAMPLE_ADDED(number=new, home=services.settings.home)
        click.echo(word_for_terminal(added), err=True)
    with index_progress() as on_progress:
        try:
            services.index(on_progress)
        except (CorruptIndexError, StaleIndexError):  # of an earlier version or another model
            services.index(on_progress, rebuild=True)
