"""Search, find similar passages, and measure rankings."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.messages import Message
from web.cli.commands.shared import (
    Composition,
    apply_options,
    filter_options,
    json_option,
    print_json,
    say,
    take_filter,
)
from web.wordings import ARCHIVE_EMPTY, CHANGES_WAIT

if TYPE_CHECKING:
    from indexer.evaluation.evaluation import Task
    from indexer.ranking.listing import Sort
    from indexer.ranking.request import Mode, SearchQuery
    from indexer.ranking.result_page import SearchPage
    from web.services import Services

query_options = apply_options(
    filter_options,
    click.option("-n", "--size", default=10, show_default=True, help="Results per page."),
    click.option("--page", default=1, show_default=True, help="Page of results to show."),
    json_option,
)


@click.command()
@click.argument("query")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "keyword", "semantic"]),
    default="hybrid",
    show_default=True,
    help="Search by words and meaning, words only, or meaning only.",
)
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="Order of the results: best, newest or oldest first.",
)
@click.option("--per-outlet", type=int, help="Maximum number of results from one outlet.")
@query_options
@click.pass_obj
def search(
    composition: Composition,
    /,
    query: str,
    mode: "Mode",
    sort: "Sort",
    per_outlet: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Search the archive. "Quoted words" must occur together, -word must not occur.

    \b
    hemero search "missiles moyenne portée" --after 2021 --language fr
    hemero search 'drones -livraison' --mode keyword
    """
    from web.cli.output.tables import waiting_for_model

    services = composition.services()
    request = replace(
        _search_query(**options), text=query, mode=mode, sort=sort, most_per_outlet=per_outlet
    )
    if _holds_articles(services):
        with waiting_for_model():
            page = services.search.search(request)
        _show_page(services, page, as_json)


@click.command()
@click.argument("article_ids", type=int, nargs=-1)
@click.option(
    "--passage", type=int, multiple=True, help="Similar to this passage, by its id; repeatable."
)
@click.option("--text", help="Similar to this text.")
@click.option(
    "--not", "not_articles", type=int, multiple=True, help="Unlike this article; repeatable."
)
@query_options
@click.pass_obj
def similar(
    composition: Composition,
    /,
    article_ids: tuple[int, ...],
    passage: tuple[int, ...],
    text: str | None,
    not_articles: tuple[int, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Find passages similar in meaning to articles or text.

    \b
    hemero similar 42
    hemero similar 42 57 --not 63
    hemero similar --passage 2752515
    hemero similar --text "Des drones turcs livrés à l'Ukraine"
    """
    if not article_ids and not passage and text is None:
        raise click.UsageError("give an article id, --passage or --text")
    from web.cli.output.tables import waiting_for_model
    from web.urls.similar_inputs import InputArguments, read_inputs

    services, request = composition.services(), _search_query(**options)
    if not _holds_articles(services):
        return
    with waiting_for_model():
        arguments = InputArguments(article_ids, passage, text, not_articles)
        inputs = read_inputs(arguments, services.store, services.search)
        page = services.search.similar(inputs.examples, request, inputs.counterexamples)
    _show_page(services, page, as_json)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--task",
    type=click.Choice(["search", "similar"]),
    default="search",
    show_default=True,
    help="Topics are queries, or texts to find similar articles for.",
)
@click.option(
    "--fusion",
    type=click.Choice(["convex", "rrf"]),
    default="convex",
    show_default=True,
    help="How the two lists are merged.",
)
@click.option(
    "--compare",
    is_flag=True,
    help="Compare with the usual ways to merge, with a significance test.",
)
@json_option
@click.pass_obj
def evaluate(
    composition: Composition,
    /,
    folder: Path,
    task: "Task",
    fusion: str,
    compare: bool,
    as_json: bool,
) -> None:
    """Measure rankings on topics with known answers.

    Uses a scratch archive. FOLDER contains articles.jsonl(.gz), topics.tsv and qrels.txt (TREC
    form).

    \b
    hemero evaluate sets/piaf
    hemero evaluate sets/piaf --compare
    hemero evaluate sets/translations --task similar
    """
    from web.cli.output.evaluation import evaluate_folder, evaluation_record, show_evaluation

    evaluation = evaluate_folder(composition.services(), folder, task, fusion, compare)
    print_json(evaluation_record(evaluation)) if as_json else show_evaluation(evaluation)


COMMANDS = (search, similar, evaluate)


def _search_query(size: int, page: int, **options: Any) -> "SearchQuery":
    from indexer.ranking.request import SearchQuery

    return SearchQuery(text="", filter=take_filter(options), page=page, page_size=size)


def _holds_articles(services: "Services") -> bool:
    """Return whether there is anything to search; if not, say what to do."""
    if services.store.count():
        return True
    say(ARCHIVE_EMPTY(), err=True)
    return False


def _waiting_changes(services: "Services") -> "tuple[Message, ...]":
    number = services.store.count_changes_after(services.engine.checkpoint())
    return (CHANGES_WAIT(number=number),) if number else ()


def _show_page(services: "Services", page: "SearchPage", as_json: bool) -> None:
    from web.cli.output.tables import show_results
    from web.records.results import Result

    for notice in (*page.notices, *_waiting_changes(services)):
        say(notice, err=True)
    if as_json:
        for result in page.results:
            print_json(Result.write(result))
    else:
        show_results(page)
