"""Terminal output: tables, highlighted passages and progress bars."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from archive.diff import compare_details, compare_versions
from archive.model import Article, ArticleVersion, IngestReport, ItemOutcome
from archive.wordings import NEXT_VERSION
from web.i18n.catalogue import word_for_terminal
from web.records.answers import describe_words, match_label, near_heading
from web.wordings import (
    ALL_IS_WELL,
    ARTICLES_HELD,
    INDEX_UP_TO_DATE,
    INDEXED,
    NOTHING_FOUND,
    NOTHING_TO_ADD,
    OUTCOME_COUNTS,
    OUTCOMES,
    PASSAGES,
    PROBLEM,
    RESULTS_SHOWN,
    VERSIONS_COMPARED,
)

if TYPE_CHECKING:
    from indexer.ranking.reasons import PassageReason
    from indexer.ranking.result_page import SearchPage, SearchResult
    from indexer.sync import SyncProgress, SyncReport
    from web.settings import Settings
    from web.upkeep.health import Health

OUTCOME_STYLES = {
    "added": "green",
    "updated": "cyan",
    "unchanged": "dim",
    "duplicate": "yellow",
    "rejected": "red",
}
DIFF_STYLES = {"same": "", "added": "green", "removed": "red strike"}
DIFF_SIGNS = {"same": "%s", "added": "{+%s+}", "removed": "[-%s-]"}
MARK_STYLE = "bold yellow"
PASSAGE_CHARACTERS = 280
# A match further into its passage is shown with half as many characters before it.
LEAD_CHARACTERS = 160
MAX_LINE_WIDTH = 100
MIN_TEXT_WIDTH = 20

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class ItemPrinter:
    """Shows each item's outcome as soon as it is durable: JSON lines for programs, text for people.

    People also see how many items were read, and how fast, while they wait.
    """

    def __init__(self, as_json: bool, total_bytes: int | None = None) -> None:
        self._as_json = as_json
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("adding"),
            BarColumn(),
            TextColumn("{task.fields[items]} items, {task.fields[rate]:.0f}/s"),
            TimeRemainingColumn(),
            console=err,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._items, self._started = 0, time.monotonic()
        self._task = self._progress.add_task("adding", total=total_bytes, items=0, rate=0.0)

    def __enter__(self) -> "ItemPrinter":
        self._progress.start()
        return self

    def read(self, count_bytes: int) -> None:
        """Advance the progress bar by this number of bytes."""
        self._progress.advance(self._task, count_bytes)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, outcome: ItemOutcome) -> None:
        from web.records.intake import Outcome

        self._items += 1
        rate = self._items / max(time.monotonic() - self._started, 1e-3)
        self._progress.update(self._task, items=self._items, rate=rate)
        if self._as_json:
            print(json.dumps(Outcome.write(outcome), ensure_ascii=False), flush=True)
        else:
            style = OUTCOME_STYLES[outcome.outcome]
            identity = f" {outcome.id}" if outcome.id else ""
            reason = f": {word_for_terminal(outcome.reason)}" if outcome.reason else ""
            out.print(
                Text(f"{word_for_terminal(OUTCOMES[outcome.outcome]())}{identity}", style),
                escape(f"{outcome.item}{reason}"),
                soft_wrap=True,
            )

    def finish(self, report: IngestReport) -> None:
        """Print the totals."""
        if self._as_json:
            print(json.dumps({"totals": dict(report.counts)}), flush=True)
            return
        out.print(
            ", ".join(count_outcomes(report.counts)) or word_for_terminal(NOTHING_TO_ADD()),
            style="bold",
        )


def count_outcomes(counts: Mapping[str, int]) -> list[str]:
    """Word how many items had each outcome, without outcomes that no item had."""
    return [
        word_for_terminal(OUTCOME_COUNTS[outcome](number=number))
        for outcome, number in counts.items()
        if number
    ]


def progress_bar(title: str) -> Progress:
    """Return a progress bar on standard error, which only a terminal shows."""
    return Progress(
        SpinnerColumn(),
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def index_progress() -> "Iterator[Callable[[SyncProgress], None]]":
    """Show the progress of indexing on standard error, if it is a terminal."""
    with progress_bar("indexing") as progress:
        task = progress.add_task("indexing", total=None)
        yield lambda state: progress.update(task, completed=state.done, total=state.total)


@contextmanager
def waiting_for_model() -> Iterator[None]:
    """Say at a terminal that the model is loading, which takes some seconds."""
    with err.status("loading the model (hemero serve keeps it loaded)"):
        yield


def show_index_report(report: "SyncReport", as_json: bool) -> None:
    if as_json:
        record = {"indexed": report.indexed, "removed": report.removed, "passages": report.passages}
        print(json.dumps(record | {"seconds": round(report.seconds, 3)}))
    elif report.indexed or report.removed:
        counts = {"passages": PASSAGES(number=report.passages), "removed": report.removed}
        summary = INDEXED(number=report.indexed, seconds=f"{report.seconds:.1f}", **counts)
        out.print(word_for_terminal(summary))
    else:
        out.print(word_for_terminal(INDEX_UP_TO_DATE()))


def show_results(page: "SearchPage") -> None:
    if not page.results:
        out.print(word_for_terminal(NOTHING_FOUND()))
        return
    first = (page.page - 1) * page.page_size + 1
    near_place, heading = near_heading(page) or (None, None)
    for place, result in enumerate(page.results):
        if place == near_place and heading:
            _print_wrapped(Text(word_for_terminal(heading), "bold"), "")
            out.print()
        _show_result(first + place, result)
    shown = RESULTS_SHOWN(first=first, last=first + len(page.results) - 1, total=page.total)
    words = describe_words(page)
    out.print(Text("; ".join(map(word_for_terminal, (shown, *words))), "dim"))


def show_article(article: Article) -> None:
    out.print(Text(article.headline, "bold"))
    out.print(Text(_about(article), "dim"))
    for paragraph in article.paragraphs:
        out.print()
        out.print(Text(paragraph))


def show_versions(
    versions: Sequence[ArticleVersion], pair: tuple[ArticleVersion, ArticleVersion] | None
) -> None:
    """Show the versions, and what changed between the two of `pair`."""
    for version in versions:
        number = word_for_terminal(NEXT_VERSION(number=version.version))
        out.print(Text(f"{number}  {version.since}", "dim"), escape(version.title))
    if pair is None:
        return
    old, new = pair
    compared = VERSIONS_COMPARED(old=old.version, new=new.version)
    out.print(Text(f"\n{word_for_terminal(compared)}", "bold"))
    for detail in compare_details(old, new):
        changed = Text(f"{detail.field}: ") + _piece("removed", detail.old or "-")
        out.print(changed + Text(" ") + _piece("added", detail.new or "-"))
    for change in compare_versions(old, new):
        if change.changed:
            pieces = (_piece(kind, text) for kind, text in change.pieces)
            out.print(Text(" ").join(pieces), end="\n\n")


def _piece(kind: str, text: str) -> Text:
    return Text(DIFF_SIGNS[kind] % text, DIFF_STYLES[kind])


def show_health(health: "Health", model: dict[str, str], settings: "Settings") -> None:
    table = Table(box=None, show_header=False)
    articles = ARTICLES_HELD(number=health.articles, indexed=health.indexed, waiting=health.waiting)
    rows = {
        "archive": str(settings.home),
        "articles": word_for_terminal(articles),
        "model": ", ".join(model.values()),
    }
    for name, value in rows.items():
        table.add_row(Text(name, "dim"), escape(value))
    out.print(table)
    for problem in health.problems:
        out.print(Text(word_for_terminal(PROBLEM()), "red"), escape(word_for_terminal(problem)))
    if health.ok:
        out.print(Text(word_for_terminal(ALL_IS_WELL()), "green"))


def _show_result(place: int, result: "SearchResult") -> None:
    number = f"{place}. "
    _print_wrapped(Text(result.article.headline, "bold"), number)
    about, ranks = _about(result.article), _ranks(result)
    fits = len(number) + cell_len(f"{about} · {ranks}") <= min(out.width, MAX_LINE_WIDTH)
    for line in [f"{about} · {ranks}"] if fits else [about, ranks]:
        _print_wrapped(Text(line, "dim"), " " * len(number))
    for reason in result.passages:
        _print_wrapped(_marked(reason), f"{' ' * len(number)}› ")
    out.print()


def _print_wrapped(text: Text, first: str) -> None:
    """Print the text in lines of readable width: `first` before the first, the others indented."""
    width = min(out.width, MAX_LINE_WIDTH) - len(first)
    for place, line in enumerate(text.wrap(out, max(width, MIN_TEXT_WIDTH))):
        line.rstrip()
        out.print(Text.assemble(" " * len(first) if place else first, line), soft_wrap=True)


def _about(article: Article) -> str:
    about = (f"#{article.id}", article.source, article.day, article.language)
    return " · ".join(filter(None, about))


def _ranks(result: "SearchResult") -> str:
    label = match_label(result.match)
    parts = [word_for_terminal(label)] if label else []
    if result.keyword:
        parts.append(f"keyword {result.keyword.rank}")
    if result.semantic:
        parts += [f"meaning {result.semantic.rank}", f"{result.semantic.cosine:.2f}"]
    return ", ".join(parts)


def _marked(reason: "PassageReason") -> Text:
    """Return an excerpt from shortly before the first match, in whole words, matches marked."""
    whole = reason.passage.text
    text = Text(whole)
    for start, end in reason.marks:
        text.stylize(MARK_STYLE, start, end)
    start, end = _excerpt_bounds(whole, reason.marks[0][0] if reason.marks else 0)
    words = text[start:end].split("\n\n")
    shown = Text(" ").join(words)
    return Text.assemble("… " if start else "", shown, " …" if end < len(whole) else "")


def _excerpt_bounds(text: str, first: int) -> tuple[int, int]:
    """Return the start and end, between words, of an excerpt with the character `first`."""
    start = 0
    if first > LEAD_CHARACTERS:
        start = text.find(" ", first - LEAD_CHARACTERS // 2, first) + 1 or first
    end = start + PASSAGE_CHARACTERS
    if end >= len(text):
        return start, len(text)
    return start, max(text.rfind(" ", start, end), first + 1)
