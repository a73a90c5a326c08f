"""The command `hemero`. Imports stay inside the commands, so that help answers at once."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from web.errors import KNOWN_ERRORS, exit_code
from web.settings import Settings, load_settings

if TYPE_CHECKING:
    from archive.model import SourceItem
    from indexer.search import Mode, SearchPage, SearchQuery
    from web.services import Services

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
home_option = click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the archive (HEMERO_HOME)."
)


class HemeroGroup(click.Group):
    """Known errors become one line and an exit code; a reader who left is no error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except KNOWN_ERRORS as exc:
            click.echo(f"hemero: {exc}", err=True)
            ctx.exit(exit_code(exc))
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
            ctx.exit(0)


@click.group(
    cls=HemeroGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="hemero", prog_name="hemero")
@home_option
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """Hemero, a searchable news archive: by words and by meaning, on this machine.

    \b
    hemero add article.txt            add an article
    hemero search "missiles moyenne portée"
    hemero similar 42                 find passages like those of article 42
    hemero serve                      search in the browser
    """
    ctx.obj = home


@main.command()
@click.argument("locations", nargs=-1, required=True)
@click.option("--source", help="Outlet of items that name none.")
@click.option("--language", help="Language of items that name none, e.g. fr.")
@click.option("--published", help="Date of items that name none, e.g. 2021-12-03.")
@click.option("--no-index", is_flag=True, help="Only store; index later with: hemero index")
@json_option
@click.pass_obj
def add(
    home: Path | None,
    /,
    locations: tuple[str, ...],
    source: str | None,
    language: str | None,
    published: str | None,
    no_index: bool,
    as_json: bool,
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

    services = _services(home)
    given = {"source": source, "language": language, "published": published}
    report = IngestReport()
    with ItemPrinter(as_json) as printer:
        for location in locations:
            items = _complete(read_location(location), given)
            for outcome in ingest(items, services.store):
                report.count(outcome)
                printer.show(outcome)
    if not no_index and (report.counts["added"] or report.counts["updated"]):
        _index_if_free(services)
    printer.finish(report)
    if report.counts["rejected"]:
        sys.exit(1)


@main.command()
@click.option("--rebuild", is_flag=True, help="Forget the index and build it anew.")
@json_option
@click.pass_obj
def index(home: Path | None, /, rebuild: bool, as_json: bool) -> None:
    """Bring the index up to the archive.

    \b
    hemero index
    hemero index --rebuild
    """
    from web.console import index_progress, show_index_report

    services = _services(home)
    with index_progress() as on_progress:
        report = services.index(on_progress, rebuild=rebuild)
    show_index_report(report, as_json)


def query_options(command: Callable[..., None]) -> Callable[..., None]:
    """Filters and paging, alike for every command that lists results."""
    options = (
        click.option("--source", multiple=True, help="Only this outlet; repeatable."),
        click.option("--language", multiple=True, help="Only this language, e.g. fr; repeatable."),
        click.option("--after", help="Published in or after this year, month or day."),
        click.option("--before", help="Published in or before this year, month or day."),
        click.option("-n", "--size", default=10, show_default=True, help="Results per page."),
        click.option("--page", default=1, show_default=True, help="Page of the results."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.argument("query")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "keyword", "semantic"]),
    default="hybrid",
    show_default=True,
    help="Both lists, words alone, or meaning alone.",
)
@query_options
@click.pass_obj
def search(home: Path | None, /, query: str, mode: "Mode", as_json: bool, **options: Any) -> None:
    """Search the archive. "Quoted words" must occur together, -word must not.

    \b
    hemero search "missiles moyenne portée" --after 2021 --language fr
    hemero search 'drones -livraison' --mode keyword
    """
    services = _services(home)
    wanted = replace(_search_query(**options), text=query, mode=mode)
    _show_page(services.search.search(wanted), as_json)


@main.command()
@click.argument("article_id", type=int, required=False)
@click.option("--passage", type=int, help="A passage id, as results give it.")
@click.option("--text", help="Any text.")
@query_options
@click.pass_obj
def similar(
    home: Path | None,
    /,
    article_id: int | None,
    passage: int | None,
    text: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find passages near in meaning to an article, a passage or any text.

    \b
    hemero similar 42
    hemero similar --passage 2752515
    hemero similar --text "Des drones turcs livrés à l'Ukraine"
    """
    if sum(given is not None for given in (article_id, passage, text)) != 1:
        raise click.UsageError("give an article id, --passage or --text, one of them")
    find, wanted = _services(home).search, _search_query(**options)
    if article_id is not None:
        page = find.similar_to_article(article_id, wanted)
    elif passage is not None:
        page = find.similar_to_passage(passage, wanted)
    else:
        page = find.similar_to_text(text or "", wanted)
    _show_page(page, as_json)


@main.command()
@click.argument("article_id", type=int)
@json_option
@click.pass_obj
def show(home: Path | None, /, article_id: int, as_json: bool) -> None:
    """Read one article.

    \b
    hemero show 42
    """
    from web.console import show_article
    from web.records import article_record

    article = _services(home).store.get(article_id)
    _print_json(article_record(article)) if as_json else show_article(article)


@main.command()
@click.argument("article_ids", type=int, nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def delete(home: Path | None, /, article_ids: tuple[int, ...], yes: bool, as_json: bool) -> None:
    """Remove articles from the archive and its index, for good.

    \b
    hemero delete 42 43
    """
    services = _services(home)
    articles = [services.store.get(article_id) for article_id in article_ids]
    if not yes:
        for article in articles:
            click.echo(f"{article.id}  {article.headline}", err=True)
        click.confirm("Remove for good?", abort=True, err=True)
    with services.store.transaction() as transaction:
        for article in articles:
            transaction.delete(article.id)
    for article in articles:
        _print_json({"id": article.id, "deleted": True}) if as_json else click.echo(
            f"removed {article.id}  {article.headline}"
        )
    _index_if_free(services)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@click.pass_obj
def evaluate(home: Path | None, /, folder: Path, as_json: bool) -> None:
    """Measure the rankings on topics with known answers, in a scratch archive.

    FOLDER holds articles.jsonl(.gz), topics.tsv and qrels.txt (TREC form).

    \b
    hemero evaluate sets/piaf
    """
    from web.console import evaluate_folder, show_evaluation
    from web.records import evaluation_record

    evaluation = evaluate_folder(_services(home), folder)
    _print_json(evaluation_record(evaluation)) if as_json else show_evaluation(evaluation)


@main.command()
@json_option
@click.pass_obj
def doctor(home: Path | None, /, as_json: bool) -> None:
    """Check that archive and index agree, and say what runs the model.

    \b
    hemero doctor
    """
    from indexer.errors import ModelError
    from web.console import show_health
    from web.health import check_health
    from web.records import health_record

    services = _services(home)
    health = check_health(services)
    try:
        model = services.embedder.describe()
    except ModelError as exc:
        model = {"name": services.embedder.name}
        health = replace(health, problems=(*health.problems, str(exc)))
    if as_json:
        _print_json(health_record(health) | {"model": model})
    else:
        show_health(health, model, services.settings)
    if not health.ok:
        sys.exit(1)


@main.command()
@click.pass_obj
def export(home: Path | None, /) -> None:
    """Print every article as JSON Lines, which `hemero add` reads back.

    \b
    hemero export > articles.jsonl
    """
    from web.records import export_record

    for article in _services(home).store.each_article():
        _print_json(export_record(article))


def serve_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--threads", type=int, help="Requests answered at once (HEMERO_THREADS)."),
        click.option("--port", type=int, help="Port (HEMERO_PORT, 8000)."),
        click.option("--host", help="Address to listen on (HEMERO_HOST, 127.0.0.1)."),
    ):
        command = option(command)
    return command


@main.command()
@serve_options
@click.option("--read-only", is_flag=True, default=None, help="Take no articles.")
@click.pass_obj
def serve(home: Path | None, /, **flags: Any) -> None:
    """Serve the pages and the API. Writes are taken from this machine alone, or with a token.

    \b
    hemero serve --port 8123
    HEMERO_TOKEN=secret hemero serve --host 0.0.0.0
    """
    from web.serving import run_server

    run_server(_services(home, **flags))


@main.command()
@serve_options
@click.option("--no-serve", is_flag=True, help="Only fill and index the sample archive.")
@click.pass_obj
def demo(home: Path | None, /, no_serve: bool, **flags: Any) -> None:
    """Serve a sample archive of its own; yours is not touched.

    \b
    hemero demo --port 8123
    """
    from web.serving import fill_demo, run_server

    settings = _settings(home, **flags)
    services = _services(settings.home / "demo", **flags)
    fill_demo(services)
    if not no_serve:
        run_server(services)


def _settings(home: Path | None, **flags: Any) -> Settings:
    return load_settings(flags={"home": home, **flags})


def _services(home: Path | None, **flags: Any) -> "Services":
    from web.services import Services

    return Services(_settings(home, **flags))


def _search_query(
    source: tuple[str, ...],
    language: tuple[str, ...],
    after: str | None,
    before: str | None,
    size: int,
    page: int,
) -> "SearchQuery":
    from indexer.filters import make_filter
    from indexer.search import SearchQuery

    return SearchQuery(
        text="",
        filter=make_filter(source, language, after, before),
        page=page,
        page_size=size,
    )


def _show_page(page: "SearchPage", as_json: bool) -> None:
    from web.console import show_results
    from web.records import result_record

    for notice in page.notices:
        click.echo(notice, err=True)
    if as_json:
        for result in page.results:
            _print_json(result_record(result))
    else:
        show_results(page)


def _complete(
    items: "Iterable[SourceItem]", given: dict[str, str | None]
) -> "Iterator[SourceItem]":
    """The items, with what the command line gave where they are silent."""
    for item in items:
        draft = item.draft
        if draft is not None:
            missing: dict[str, Any] = {
                k: v for k, v in given.items() if v and not getattr(draft, k)
            }
            item = replace(item, draft=replace(draft, **missing))
        yield item


def _index_if_free(services: "Services") -> None:
    """Index what is new; where another process holds the index, it does so itself."""
    from indexer.errors import IndexLockedError
    from web.console import index_progress

    try:
        with index_progress() as on_progress:
            services.index(on_progress)
    except IndexLockedError as exc:
        click.echo(f"stored, not yet indexed: {exc}", err=True)


def _print_json(record: dict[str, Any]) -> None:
    click.echo(json.dumps(record, ensure_ascii=False))
