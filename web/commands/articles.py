"""Articles in and out: add, show, delete, export."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from web.commands.shared import Composition, index_if_free, json_option, print_json

if TYPE_CHECKING:
    from archive.model import Article, SourceItem


@click.command()
@click.argument("locations", nargs=-1, required=True)
@click.option("--source", help="Outlet of items that name none.")
@click.option("--language", help="Language of items that name none, e.g. fr.")
@click.option("--published", help="Date of items that name none, e.g. 2021-12-03.")
@click.option("--no-index", is_flag=True, help="Only store; index later with: hemero index")
@json_option
@click.pass_obj
def add(
    composition: Composition,
    /,
    locations: tuple[str, ...],
    no_index: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    """Add articles: text, HTML or JSON Lines files, folders, web addresses, or - (standard input).

    \b
    hemero add article.txt page.html dump.jsonl.gz folder/
    hemero add https://example.org/article
    """
    from archive.ingest import ingest
    from archive.model import IngestReport
    from archive.sources import read_location
    from web.console import ItemPrinter

    services = composition.services()
    report = IngestReport()
    with ItemPrinter(as_json) as printer:
        for location in locations:
            items = _complete(read_location(location), given)
            for outcome in ingest(items, services.store):
                report.count(outcome)
                printer.show(outcome)
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
    from web.console import show_article
    from web.records import article_record

    article = composition.services().store.get(article_id)
    print_json(article_record(article)) if as_json else show_article(article)


@click.command()
@click.argument("article_ids", type=int, nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def delete(
    composition: Composition, /, article_ids: tuple[int, ...], yes: bool, as_json: bool
) -> None:
    """Remove articles from the archive and its index, for good.

    \b
    hemero delete 42 43
    """
    services = composition.services()
    articles = [services.store.get(article_id) for article_id in dict.fromkeys(article_ids)]
    if not yes:
        _confirm_removal(articles)
    with services.store.transaction() as transaction:
        for article in articles:
            transaction.delete(article.id)
    for article in articles:
        print_json({"id": article.id, "deleted": True}) if as_json else click.echo(
            f"removed {article.id}  {article.headline}"
        )
    index_if_free(services)


@click.command()
@click.pass_obj
def export(composition: Composition, /) -> None:
    """Print every article as JSON Lines, which `hemero add` reads back.

    \b
    hemero export > articles.jsonl
    """
    from web.records import export_record

    for article in composition.services().store.each_article():
        print_json(export_record(article))


COMMANDS = (add, show, delete, export)


def _complete(
    items: "Iterable[SourceItem]", given: dict[str, str | None]
) -> "Iterator[SourceItem]":
    """The items, with what the command line gave where they are silent."""
    for item in items:
        draft = item.draft
        if draft is not None:
            missing: dict[str, Any] = {
                name: value for name, value in given.items() if value and not getattr(draft, name)
            }
            item = replace(item, draft=replace(draft, **missing))
        yield item


def _confirm_removal(articles: "list[Article]") -> None:
    """Raises click.Abort unless the reader agrees."""
    for article in articles:
        click.echo(f"{article.id}  {article.headline}", err=True)
    click.confirm("Remove for good?", abort=True, err=True)
