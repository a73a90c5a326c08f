"""A timeline at a terminal: a table, the first query's bars beside it."""

from rich.table import Table
from rich.text import Text

from indexer.timelines import Timeline
from web.cli.output.tables import out

WIDEST_BAR = 30
BAR_SIGN = "█"


def show_timeline(timeline: Timeline) -> None:
    """A row a unit of time, then what stands in none."""
    if timeline.bars:
        out.print(_table(timeline))
    for query in timeline.queries:
        apart = {"without a date": query.undated, "older than the first row": query.earlier}
        said = "".join(f", {number} {what}" for what, number in apart.items() if number)
        articles = "1 article" if query.total == 1 else f"{query.total} articles"
        out.print(Text(f"{query.text}: {articles}{said}", "dim"))


def _table(timeline: Timeline) -> Table:
    table = Table(box=None, header_style="dim")
    table.add_column(timeline.unit)
    for query in timeline.queries:
        table.add_column(Text(query.text), justify="right")
        table.add_column("share", justify="right")
    table.add_column("all", justify="right")
    table.add_column("")
    most = max(max(bar.counts) for bar in timeline.bars)
    for bar in timeline.bars:
        figures = zip(bar.counts, bar.shares, strict=True)
        cells = [cell for count, share in figures for cell in (str(count), f"{share:.2%}")]
        drawn = BAR_SIGN * round(WIDEST_BAR * bar.counts[0] / most)
        table.add_row(bar.first, *cells, str(bar.archive), drawn)
    return table
