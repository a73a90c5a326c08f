"""Commands for articles: add, show, delete, export, versions."""

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.cli.commands.shared import (
    Composition,
    audited,
    index_if_free,
    json_option,
    print_json,
    say,
)
from web.wordings import ARTICLE_REMOVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive.intake.runs import PlacedOutcome
    from archive.model import IngestReport, SourceItem
    from web.cli.output.tables import ItemPrinter
    from web.services import Services

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("locations", nargs=-1)
@click.option("--source", help="Outlet of articles that name none.")
@click.option("--language", help="Language of articles that name none, e.g. fr.")
@click.option("--published", help="Date of articles that name none, e.g. 2021-12-03.")
@click.option("--columns", help="Columns of a table, e.g. title=Headline,text=Body.")
@click.option("--resume", is_flag=True, help="Continue where an earlier run stopped.")
@click.option("--failures", type=FILE, help="Write rejected items to this file, one per line.")
@click.option("--retry", type=FILE, help="Read only the items listed in such a file.")
@click.option("--no-index", is_flag=True, help="Store only; index later with: hemero index")
@json_option
@click.pass_obj
@audited
def add(
    composition: Composition,
    /,
    locations: tuple[str, ...],
    columns: str | None,
    resume: bool,
    failures: Path | None,
    retry: Path | None,
    no_index: bool,
    as_json: bool,
    **defaults: str | None,
) -> None:
    """Add articles from files, folders or web addresses.

    - reads standard input. Formats are text, HTML, JSON Lines, CSV and TSV, feeds, WARC, ninjs,
    NewsML-G2 and NITF, also packed in zip and tar.

    \b
    hemero add article.txt page.html dump.jsonl.gz folder/
    hemero add https://example.org/article
    hemero add crawl.warc.gz --resume --failures failed.jsonl
    hemero add --retry failed.jsonl --failures failed.jsonl
    hemero add table.csv --columns title=Headline,text=Body
    """
    from archive.intake.runs import add_location, read_failures, retry_failures, size_bytes
    from web.cli.output.tables import ItemPrinter

    if bool(locations) == bool(retry):
        raise click.UsageError("give what to add, or --retry FILE, one of them")
    services = composition.services()
    sizes = [size_bytes(location) for location in locations]
    printer = ItemPrinter(as_json, None if None in sizes else sum(filter(None, sizes)))
    options = services.read_options(_column_mapping(columns), printer.read)

    def prepare(item: "SourceItem") -> "SourceItem":
        return item.complete(**defaults)

    if retry:
        placed = retry_failures(read_failures(retry), services.store, options, prepare)
    else:
        runs = (
            add_location(location, services.store, options, prepare, resume=resume)
            for location in locations
        )
        placed = chain.from_iterable(runs)
    report = _add_all(placed, printer, failures, "a" if resume else "w")
    if not no_index and (report.counts["added"] or report.counts["updated"]):
        index_if_free(services)
    printer.finish(report)
    if report.counts["rejected"]:
        sys.exit(1)


@click.command()
@click.argument("article_id", type=int)
@json_option
@click.pass_obj
def show(composition: Composition, /, article_id: int, as_json: bool) -> None:
    """Read one article.

    \b
    hemero show 42
    """
    from web.cli.output.tables import show_article
    from web.records.articles import ArticleRecord
    from web.records.base import Extended

    services = composition.services()
    article = services.store.get(article_id)
    copies = services.clusters.copies_of(article_id)
    if as_json:
        print_json(ArticleRecord.write(Extended(article, copies=copies)))
    else:
        show_article(article)


@click.command()
@click.argument("article_ids", type=int, nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
@audited
def delete(
    composition: Composition, /, article_ids: tuple[int, ...], yes: bool, as_json: bool
) -> None:
    """Remove articles from the archive and its index permanently.

    \b
    hemero delete 42 43
    """
    services = composition.services()
    headlines = {article_id: _headline(services, article_id) for article_id in article_ids}
    if not yes:
        _confirm_removal(headlines)
    with services.store.transaction() as transaction:
        for article_id in headlines:
            transaction.delete(article_id)
    for article_id, headline in headlines.items():
        removed = ARTICLE_REMOVED(article=article_id, headline=headline)
        print_json({"id": article_id, "deleted": True}) if as_json else say(removed)
    index_if_free(services)


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines or a table.",
)
@click.pass_obj
def export(composition: Composition, /, form: str) -> None:
    """Print every article in a form that `hemero add` reads back.

    \b
    hemero export > articles.jsonl
    hemero export --format csv > articles.csv
    """
    from archive.sources.export import article_record, write_table

    articles = composition.services().store.each_article()
    if form == "csv":
        table = TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
        write_table(articles, table)
        table.detach()  # flush standard output and leave it open
        return
    for article in articles:
        print_json(article_record(article))


@click.command()
@click.argument("article_id", type=int)
@click.option("--old", type=int, help="Version to compare; by default the one before.")
@click.option("--new", type=int, help="Version to compare it with; by default the newest.")
@json_option
@click.pass_obj
def versions(
    composition: Composition, /, article_id: int, old: int | None, new: int | None, as_json: bool
) -> None:
    """List the versions of an article and what changed.

    \b
    hemero versions 42
    hemero versions 42 --old 1 --new 3
    """
    from archive.diff import pick_versions
    from web.cli.output.tables import show_versions
    from web.records.articles import VersionRecord

    known = composition.services().store.versions(article_id)
    if as_json:
        for version in known:
            print_json(VersionRecord.write(version))
    else:
        show_versions(known, pick_versions(known, old, new))


COMMANDS = (add, show, delete, export, versions)


def _add_all(
    placed: "Iterable[PlacedOutcome]", printer: "ItemPrinter", failures: Path | None, mode: str
) -> "IngestReport":
    """Show each outcome at once, and write failed items to the file of failures."""
    from archive.intake.runs import write_failure
    from archive.model import IngestReport

    report = IngestReport()
    with ExitStack() as opened:
        opened.enter_context(printer)
        file = opened.enter_context(failures.open(mode, encoding="utf-8")) if failures else None
        for each in placed:
            report.count(each.outcome)
            printer.show(each.outcome)
            if file and each.failure:
                print(write_failure(each.failure), file=file, flush=True)
    return report


def _column_mapping(text: str | None) -> dict[str, str]:
    """Read "title=Headline,text=Body" as a mapping of our field names to columns."""
    pairs = [pair.partition("=") for pair in (text or "").split(",") if pair.strip()]
    if any(not name.strip() or not column.strip() for name, _, column in pairs):
        raise click.UsageError("columns are given as title=Headline,text=Body")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _headline(services: "Services", article_id: int) -> str:
    """Return a headline even if the article is damaged. Raises ArticleNotFoundError."""
    from archive.errors import DamagedRowError

    try:
        return services.store.get(article_id).headline
    except DamagedRowError:
        return "damaged"


def _confirm_removal(headlines: "Mapping[int, str]") -> None:
    """Ask for confirmation. Raises click.Abort if it is refused."""
    for article_id, headline in headlines.items():
        click.echo(f"{article_id}  {headline}", err=True)
    click.confirm("Remove for good?", abort=True, err=True)
