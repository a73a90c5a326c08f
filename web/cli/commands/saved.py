"""Saved searches: list, add, check, remove."""

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

from web.cli.commands.shared import (
    Composition,
    audited,
    filter_options,
    json_option,
    print_json,
    say,
)
from web.i18n.catalogue import word_for_terminal
from web.wordings import CHECK_FAILED, CHECKED, NO_SAVED_SEARCHES, REMOVED, SAVED, SIGNED_WITH

if TYPE_CHECKING:
    from archive.store.saved_searches import SavedSearch


@click.group()
def saved() -> None:
    """Save searches and learn of new matches.

    New matches are counted, and sent by feed, e-mail or webhook.

    \b
    hemero saved add "missiles moyenne portée" --email desk@example.org
    hemero saved check
    hemero saved list
    """


@saved.command("list")
@json_option
@click.pass_obj
def list_saved(composition: Composition, /, as_json: bool) -> None:
    """List the saved searches and how many new matches each has.

    \b
    hemero saved list
    """
    from web.records.saved import SavedRecord

    searches = composition.services().saved.searches()
    if as_json:
        for each in searches:
            print_json(SavedRecord.write(each))
        return
    _show_searches(searches)


@saved.command("add")
@click.argument("query")
@click.option("--name", default="", help="Its name, instead of the query.")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "keyword", "semantic"]),
    default="hybrid",
    show_default=True,
    help="Search by words and meaning, words only, or meaning only.",
)
@filter_options
@click.option("--email", default="", help="Send new matches to this address.")
@click.option("--webhook", default="", help="POST new matches to this address.")
@json_option
@click.pass_obj
@audited
def add_saved(
    composition: Composition,
    /,
    query: str,
    name: str,
    email: str,
    webhook: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Save a search. Only articles that match later count as new.

    \b
    hemero saved add "missiles moyenne portée" --language fr
    hemero saved add "Who builds dams in the delta?" --mode semantic --name Dams
    """
    from web.actions.alerts import email_problem
    from web.actions.saving import save_search
    from web.cli.output.tables import waiting_for_model
    from web.records.saved import SavedRecord

    services = composition.services()
    filters = {name: value for name, value in options.items() if value}
    arguments = urlencode({"q": query, **filters}, doseq=True)
    with waiting_for_model():
        search = save_search(services, name, arguments, email, webhook)
    if as_json:
        print_json(SavedRecord.write(search))
    else:
        say(SAVED(saved=search.id, name=search.name))
        if search.webhook:
            say(SIGNED_WITH(secret=search.secret))
    problem = email_problem(services.settings) if search.email else None
    if problem:
        say(problem, err=True)


@saved.command("check")
@json_option
@click.pass_obj
def check_saved(composition: Composition, /, as_json: bool) -> None:
    """Look for new matches and send waiting messages.

    hemero serve does this automatically.

    \b
    hemero index && hemero saved check
    """
    from web.actions.saved_checks import check_all
    from web.cli.output.tables import waiting_for_model

    services = composition.services()
    with waiting_for_model():
        reports = list(check_all(services))
    for each in reports:
        if as_json:
            counts = {"id": each.saved.id, "new": each.new, "sent": each.sent}
            print_json(counts | {"problem": each.problem and str(each.problem)})
            continue
        done = CHECKED(name=each.saved.name, number=each.new, sent=each.sent)
        say(done if each.problem is None else CHECK_FAILED(checked=done, problem=each.problem))
    if any(each.problem for each in reports):
        sys.exit(1)


@saved.command("remove")
@click.argument("saved_ids", type=int, nargs=-1, required=True)
@click.pass_obj
@audited
def remove_saved(composition: Composition, /, saved_ids: tuple[int, ...]) -> None:
    """Remove saved searches; articles are kept.

    \b
    hemero saved remove 3
    """
    store = composition.services().saved
    for saved_id in saved_ids:
        store.remove(saved_id)
        say(REMOVED(name=saved_id))


COMMANDS = (saved,)


def _show_searches(searches: "list[SavedSearch]") -> None:
    from rich.table import Table
    from rich.text import Text

    from web.cli.output.tables import out

    if not searches:
        out.print(word_for_terminal(NO_SAVED_SEARCHES()))
        return
    table = Table(box=None)
    for column in ("", "search", "new", "matches", "sent to", "what went wrong"):
        table.add_column(column, overflow="fold")
    for each in searches:
        to = ", ".join(filter(None, (each.email, each.webhook)))
        table.add_row(
            str(each.id),
            Text(each.name),
            Text(str(each.unread), "bold green" if each.unread else "dim"),
            str(each.total),
            Text(to),
            Text(word_for_terminal(each.outcome) if each.outcome else "", "red"),
        )
    out.print(table)
