"""Keep the archive and its index consistent and current: index, doctor, reextract."""

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from archive.messages import Message
from web.cli.commands.shared import (
    Composition,
    audited,
    index_if_free,
    json_option,
    print_json,
    say,
)
from web.wordings import NOTHING_TO_REPAIR

if TYPE_CHECKING:
    from web.services import Services
    from web.upkeep.health import Health


@click.command()
@click.option("--rebuild", is_flag=True, help="Discard the index and rebuild it.")
@json_option
@click.pass_obj
def index(composition: Composition, /, rebuild: bool, as_json: bool) -> None:
    """Bring the index up to date with the archive.

    \b
    hemero index
    hemero index --rebuild
    """
    from web.cli.output.tables import index_progress, show_index_report

    services = composition.services()
    with index_progress() as on_progress:
        report = services.index(on_progress, rebuild=rebuild)
    show_index_report(report, as_json)


@click.command()
@click.option("--repair", is_flag=True, help="Repair the index from the archive, then check again.")
@json_option
@click.pass_obj
def doctor(composition: Composition, /, repair: bool, as_json: bool) -> None:
    """Check archive and index, and report the model.

    Checks that both are undamaged and agree. The exit code is 1 if something is wrong.

    \b
    hemero doctor
    hemero doctor --repair
    hemero doctor --json
    """
    from indexer.errors import ModelError
    from web.cli.output.tables import show_health
    from web.upkeep.health import check_health

    services = composition.services()
    repairs = _repair(services, as_json) if repair else None
    health = check_health(services, rows=True)
    try:
        model = services.embedder.describe()
    except ModelError as exc:
        model = {"name": services.embedder.name}
        health = replace(health, problems=(*health.problems, exc.message))
    if as_json:
        print_json(_doctor_record(health, model, repairs))
    else:
        show_health(health, model, services.settings)
    if not health.ok:
        sys.exit(1)


@click.command()
@click.argument("article_ids", type=int, nargs=-1)
@json_option
@click.pass_obj
@audited
def reextract(composition: Composition, /, article_ids: tuple[int, ...], as_json: bool) -> None:
    """Extract articles again from their kept pages.

    All articles, or the given ones. Nothing is fetched.

    \b
    hemero reextract
    hemero reextract 42 43
    """
    from archive.intake.reextract import reextract
    from archive.model import IngestReport
    from web.cli.output.tables import ItemPrinter

    services = composition.services()
    report, ids = IngestReport(), article_ids or services.store.ids_with_pages()
    with ItemPrinter(as_json) as printer:
        for outcome in reextract(ids, services.store, services.site_rules):
            report.count(outcome)
            printer.show(outcome)
    if report.counts["updated"]:
        index_if_free(services)
    printer.finish(report)
    if report.counts["rejected"]:
        sys.exit(1)


COMMANDS = (index, doctor, reextract)


def _repair(services: "Services", as_json: bool) -> "list[Message]":
    from web.cli.output.tables import index_progress
    from web.upkeep.health import repair

    with index_progress() as on_progress:
        repairs = repair(services, on_progress)
    for message in [] if as_json else repairs or [NOTHING_TO_REPAIR()]:
        say(message)
    return repairs


def _doctor_record(
    health: "Health", model: dict[str, str], repairs: "list[Message] | None"
) -> dict[str, Any]:
    """Return one object for monitors; it has `repairs` if they were requested."""
    from web.records.upkeep import HealthRecord

    counts = {"gaps": health.gaps, "ghosts": health.ghosts, "files": list(health.files)}
    damaged = {name: list(parts) for name, parts in asdict(health.damage).items()}
    repaired = {} if repairs is None else {"repairs": list(map(str, repairs))}
    return HealthRecord.write(health) | counts | {"damaged": damaged, "model": model} | repaired
