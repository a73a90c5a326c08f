"""Measure rankings on a set of topics, and show the measures in a table."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from web.cli.output.tables import index_progress, out, progress_bar
from web.i18n.catalogue import word_for_terminal
from web.wordings import TOPICS_COUNTED

if TYPE_CHECKING:
    from indexer.evaluation.evaluation import Evaluation, Task
    from indexer.evaluation.significance import Difference
    from web.services import Services

COMPARISON_COLUMNS = ("gain", "won/lost", "p")
MIN_P_SHOWN = 0.001


def evaluate_folder(
    services: "Services",
    folder: Path,
    task: "Task" = "search",
    fusion: str = "convex",
    compare: bool = False,
) -> "Evaluation":
    """Index the folder's articles in a scratch archive and measure every list."""
    from indexer.evaluation.evaluation import evaluate, find_articles, read_topics

    topics, articles = read_topics(folder), find_articles(folder)
    with tempfile.TemporaryDirectory(prefix="hemero-") as home:
        scratch = services.scratch(Path(home))
        ids = _fill(scratch, articles)
        with progress_bar("searching") as progress:
            bar = progress.add_task("searching", total=len(topics.queries))
            measured = evaluate(
                scratch.search,
                topics,
                ids,
                lambda done, _: progress.update(bar, completed=done),
                task=task,
                fusion=fusion,
                compare=compare,
            )
        scratch.close()
    return measured


def _fill(scratch: "Services", articles: Path) -> dict[str, int]:
    """Add and index the articles of a file; return the id of each by the name of its item."""
    from archive.intake.ingest import ingest
    from archive.sources import read_file

    outcomes = ingest(read_file(articles), scratch.store)
    ids = {outcome.item: outcome.id for outcome in outcomes if outcome.id is not None}
    with index_progress() as on_progress:
        scratch.index(on_progress)
    return ids


def evaluation_record(evaluation: "Evaluation") -> dict[str, Any]:
    """Return the measures of each list by its name, and "compared" if the lists were compared."""
    measures = {name: dict(values) for name, values in evaluation.measures.items()}
    record = measures | {"topics": evaluation.topics}
    return record | comparison_record(evaluation) if evaluation.differences else record


def comparison_record(evaluation: "Evaluation") -> dict[str, Any]:
    from indexer.evaluation.evaluation import COMPARED_BY
    from indexer.evaluation.significance import PERMUTATIONS

    lists = {
        name: {
            "difference": round(difference.mean, 6),
            "better": difference.better,
            "worse": difference.worse,
            "p": round(difference.p_value, 6),
        }
        for name, difference in evaluation.differences.items()
    }
    return {"compared": {"measure": COMPARED_BY, "permutations": PERMUTATIONS, "lists": lists}}


def show_evaluation(evaluation: "Evaluation") -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("list", no_wrap=True)
    for name in next(iter(evaluation.measures.values())):
        table.add_column(name, justify="right")
    for name in COMPARISON_COLUMNS if evaluation.differences else ():
        table.add_column(name, justify="right")
    for name, values in evaluation.measures.items():
        figures = (f"{value:.3f}" for value in values.values())
        table.add_row(name, *figures, *_comparison_cells(evaluation.differences.get(name)))
    out.print(table)
    out.print(word_for_terminal(TOPICS_COUNTED(number=evaluation.topics)), style="dim")
    if evaluation.differences:
        out.print(_explain_comparison(evaluation), style="dim")


def _comparison_cells(difference: "Difference | None") -> tuple[str, ...]:
    if difference is None:
        return ()
    p_value = "< 0.001" if difference.p_value < MIN_P_SHOWN else f"{difference.p_value:.3f}"
    return f"{difference.mean:+.3f}", f"{difference.better}/{difference.worse}", p_value


def _explain_comparison(evaluation: "Evaluation") -> str:
    from indexer.evaluation.evaluation import COMPARED_BY
    from indexer.evaluation.significance import PERMUTATIONS

    first = next(iter(evaluation.measures))
    return (
        f"{first} against each list by {COMPARED_BY}: mean gain, topics won and lost, "
        f"p of a paired randomization test (two-sided, {PERMUTATIONS} permutations)"
    )
