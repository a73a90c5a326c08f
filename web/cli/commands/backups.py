"""Back up the archive while it is served, and restore it."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.messages import Message, Template
from web.cli.commands.shared import Composition, json_option, print_json, say
from web.wordings import (
    ALL_IS_WELL,
    BACKED_UP,
    INDEX_REBUILT,
    INTACT,
    MOVED_ASIDE,
    RESTORED,
    SEE_DOCTOR_REPAIR,
    SETTINGS_LEFT_OUT,
)

if TYPE_CHECKING:
    from web.upkeep.backup_files import BackupRecord

folder_type = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=folder_type)
@click.option(
    "--keep", type=click.IntRange(min=1), help="Keep only this many backups, the newest ones."
)
@click.option("--verify", is_flag=True, help="Only check that the backup FOLDER is intact.")
@json_option
@click.pass_obj
def backup(
    composition: Composition, /, folder: Path, keep: int | None, verify: bool, as_json: bool
) -> None:
    """Back up the archive into a dated folder below FOLDER.

    The server may run meanwhile. Files that have not changed since the last backup there are shared
    with it. The exit code is 1 if the index is damaged and was left out.

    \b
    hemero backup /mnt/disk/hemero --keep 7
    hemero backup --verify /mnt/disk/hemero
    """
    if verify:
        _verify(folder, as_json)
        return
    from web.upkeep.backups import make_backup

    made_in, record = make_backup(composition.services(), folder, keep)
    _show(BACKED_UP, made_in, record, as_json)
    if record.note:
        say(SEE_DOCTOR_REPAIR(reason=record.note), err=True)
        sys.exit(1)


@click.command()
@click.argument("folder", type=folder_type)
@click.option(
    "--home", type=folder_type, help="Folder to restore to; by default that of the archive."
)
@click.option(
    "--force", is_flag=True, help="Move the existing archive aside. Stop its server first."
)
@click.option(
    "--settings",
    "with_settings",
    is_flag=True,
    help="Restore the settings too, if you trust who made the backup.",
)
@json_option
@click.pass_obj
def restore(
    composition: Composition,
    /,
    folder: Path,
    home: Path | None,
    force: bool,
    with_settings: bool,
    as_json: bool,
) -> None:
    """Restore an archive from a backup and check it.

    FOLDER is a backup, or a folder of backups, of which the newest is restored. Every checksum is
    verified first; they show damage, not who made the backup. An index that cannot be opened is
    left out and rebuilt from the articles. The exit code is 1 if the check then finds a problem.

    \b
    hemero restore /mnt/disk/hemero/2026-11-24T020000Z --home ~/restored
    hemero restore /mnt/disk/hemero --force
    """
    from web.http.auditing import note_command
    from web.upkeep.backups import find_backup
    from web.upkeep.restoring import restore_backup

    chosen = replace(composition, home=home or composition.home)
    found = find_backup(folder)
    restored = restore_backup(found, chosen.settings(), force, with_settings)
    aside = str(restored.aside) if restored.aside else None
    _show(
        RESTORED,
        found,
        restored.record,
        as_json,
        {"aside": aside, "left_out": list(restored.left_out)},
    )
    if aside and not as_json:
        say(MOVED_ASIDE(folder=aside))
    if restored.left_out and not as_json:
        say(SETTINGS_LEFT_OUT(names=", ".join(restored.left_out)))
    note_command(chosen.services(), "hemero restore", [str(found)], 0)
    if restored.index_note:
        _rebuild_index(chosen, restored.index_note, as_json)
    _check(chosen, as_json)


COMMANDS = (backup, restore)


def _verify(folder: Path, as_json: bool) -> None:
    from web.upkeep.backup_files import verify_backup
    from web.upkeep.backups import find_backup

    found = find_backup(folder)
    _show(INTACT, found, verify_backup(found), as_json)


def _show(
    template: Template,
    folder: Path,
    record: "BackupRecord",
    as_json: bool,
    more: dict[str, Any] | None = None,
) -> None:
    size = sum(file.bytes for file in record.files)
    if not as_json:
        say(template(folder=folder, number=record.articles, size=f"{size / 1e6:.1f}"))
        return
    counts = {"articles": record.articles, "files": len(record.files), "bytes": size}
    origin = {"made": record.made, "seq": record.seq, "checkpoint": record.checkpoint}
    print_json(
        {"backup": str(folder)}
        | origin
        | counts
        | {"note": record.note and str(record.note)}
        | (more or {})
    )


def _rebuild_index(composition: Composition, reason: Message, as_json: bool) -> None:
    from web.cli.output.tables import index_progress

    if not as_json:
        say(reason)
    with index_progress() as on_progress:
        report = composition.services().index(on_progress)
    if not as_json:
        say(INDEX_REBUILT(number=report.indexed))


def _check(composition: Composition, as_json: bool) -> None:
    from web.records.upkeep import HealthRecord
    from web.upkeep.health import check_health

    health = check_health(composition.services())
    if as_json:
        print_json(HealthRecord.write(health))
    else:
        for line in health.problems or (ALL_IS_WELL(),):
            say(line)
    if not health.ok:
        sys.exit(1)
