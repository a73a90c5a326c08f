"""Wire copies: articles in several places that share one text."""

from typing import TYPE_CHECKING

import click

from web.cli.commands.shared import Composition, json_option, print_json, say
from web.wordings import NO_WIRE_COPIES

if TYPE_CHECKING:
    from archive.copies.clusters import Cluster, ClusterStore


@click.command()
@click.option("--rebuild", is_flag=True, help="Search all articles for copies again.")
@json_option
@click.pass_obj
def duplicates(composition: Composition, /, rebuild: bool, as_json: bool) -> None:
    """List copies of agency stories, the original first.

    Copies are articles that share most of a text.

    \b
    hemero duplicates
    hemero duplicates --rebuild
    """
    from web.records.articles import ClusterRecord

    clusters = composition.services().clusters
    if rebuild:
        _rebuild(clusters)
    count = 0
    for cluster in clusters.each_cluster():
        print_json(ClusterRecord.write(cluster)) if as_json else _show(cluster)
        count += 1
    if not count and not as_json:
        say(NO_WIRE_COPIES())


COMMANDS = (duplicates,)


def _rebuild(clusters: "ClusterStore") -> None:
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from web.cli.output.tables import err

    columns = (SpinnerColumn(), TextColumn("comparing, {task.completed:.0f} articles"))
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("comparing", total=None)
        for done in clusters.rebuild():
            progress.update(task, completed=done)


def _show(cluster: "Cluster") -> None:
    from rich.text import Text

    from web.cli.output.tables import out

    out.print(Text(cluster.copies[0].headline, "bold"))
    for copy in cluster.copies:
        place = (copy.source or "", (copy.published or "")[:10])
        about = " · ".join(filter(None, (f"#{copy.article_id}", *place)))
        other = "" if copy.headline == cluster.copies[0].headline else f"  {copy.headline}"
        out.print(Text.assemble("  ", (about, "dim"), other))
