"""How often something was written of, over time."""

from typing import TYPE_CHECKING

import click

from web.cli.commands.shared import Composition, json_option, print_json

if TYPE_CHECKING:
    from archive.stats.histogram import Unit


@click.command()
@click.argument("query")
@click.option("--with", "other", help="A second query, to compare with.")
@click.option(
    "--unit",
    type=click.Choice(["day", "week", "month", "year"]),
    help="By default the smallest that needs at most 60 rows.",
)
@click.option("--source", multiple=True, help="Only this outlet; repeatable.")
@click.option("--language", multiple=True, help="Only this language, e.g. fr; repeatable.")
@click.option("--after", help="Published in or after this year, month or day.")
@click.option("--before", help="Published in or before this year, month or day.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for other programs.")
@json_option
@click.pass_obj
def timeline(
    composition: Composition,
    /,
    query: str,
    other: str | None,
    unit: "Unit | None",
    source: tuple[str, ...],
    language: tuple[str, ...],
    after: str | None,
    before: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Count the articles of the whole archive that hold every word of a query, over time.

    \b
    hemero timeline missiles
    hemero timeline "missiles" --with drones --unit month
    hemero timeline "moyenne portée" --csv > timeline.csv
    """
    from indexer.query.filters import make_filter
    from indexer.timelines import MOST_ROWS
    from web.cli.output.timeline import show_timeline
    from web.records.timeline_records import timeline_record, timeline_table

    services = composition.services()
    texts = [query] if other is None else [query, other]
    wanted = make_filter(source, language, after, before)
    made = services.timelines.make(texts, wanted, unit, MOST_ROWS)
    for notice in (notice for counted in made.queries for notice in counted.notices):
        click.echo(notice, err=True)
    if as_json:
        print_json(timeline_record(made))
    elif as_csv:
        click.echo(timeline_table(made), nl=False)
    else:
        show_timeline(made)


COMMANDS = (timeline,)
