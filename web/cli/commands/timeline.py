"""Count articles about something over time."""

from typing import TYPE_CHECKING, Any

import click

from web.cli.commands.shared import (
    Composition,
    filter_options,
    json_option,
    print_json,
    say,
    take_filter,
)

if TYPE_CHECKING:
    from archive.stats.histogram import Unit


@click.command()
@click.argument("query")
@click.option("--with", "other", help="Second query to compare with.")
@click.option(
    "--unit",
    type=click.Choice(["day", "week", "month", "year"]),
    help="Unit of time; by default the smallest that needs at most 60 rows.",
)
@filter_options
@click.option("--csv", "as_csv", is_flag=True, help="Print a CSV table.")
@json_option
@click.pass_obj
def timeline(
    composition: Composition,
    /,
    query: str,
    other: str | None,
    unit: "Unit | None",
    as_csv: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Count the articles that contain a query's words over time.

    Counts articles of the whole archive that contain every word.

    \b
    hemero timeline missiles
    hemero timeline "missiles" --with drones --unit month
    hemero timeline "moyenne portée" --csv > timeline.csv
    """
    from indexer.timelines import MAX_ROWS
    from web.cli.output.timeline import show_timeline
    from web.records.timeline import TimelineRecord, timeline_table

    services = composition.services()
    texts = [query] if other is None else [query, other]
    counts = services.timelines.make(texts, take_filter(options), unit, MAX_ROWS)
    for notice in (notice for counted in counts.queries for notice in counted.notices):
        say(notice, err=True)
    if as_json:
        print_json(TimelineRecord.write(counts))
    elif as_csv:
        click.echo(timeline_table(counts), nl=False)
    else:
        show_timeline(counts)


COMMANDS = (timeline,)
