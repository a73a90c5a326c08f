"""Show a timeline at a terminal: a table with bars for the first query."""

from rich.table import Table
from rich.text import Text

from indexer.timelines import Timeline
from web.cli.output.tables import out
from web.i18n.catalogue import word_for_terminal
from web.wordings import COUNTED, EARLIER, IMPRECISE, UNDATED

MAX_BAR_WIDTH = 30
BAR_SIGN = "█"


def show_timeline(timeline: Timeline) -> None:
    """Print a row for each unit of time, then the articles that belong to none."""
    if timeline.bars:
        out.print(_table(timeline))
    for query in timeline.queries:
        uncharted = (
            (UNDATED, query.undated),
            (EARLIER, query.earlier),
            (IMPRECISE, query.imprecise),
        )
        counts = [
            COUNTED(query=query.text, number=query.total),
            *(template(number=number) for template, number in uncharted if number),
        ]
        out.print(Text(", ".join(map(word_for_terminal, counts)), "dim"))


def _table(timeline: Timeline) -> Table:
    table = Table(box=None, header_style="dim")
    table.add_column(timeline.unit)
    for query in timeline.queries:
        table.add_column(Text(query.text), justify="right")
        table.add_column("share", justify="right")
    table.add_column("all", justify="right")
    table.add_column("")
    highest = max(max(bar.counts) for bar in timeline.bars)
    for bar in timeline.bars:
        figures = zip(bar.counts, bar.shares, strict=True)
        cells = [cell for count, share in figures for cell in (str(count), f"{share:.2%}")]
        drawn = BAR_SIGN * round(MAX_BAR_WIDTH * bar.counts[0] / highest)
        table.add_row(bar.first, *cells, str(bar.archive), drawn)
    return table
