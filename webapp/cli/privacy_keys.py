"""`flask privacy sweep`, `rotate-keys`, `back-up-keys`, `restore-keys`, `check-backup`: the vault and its keys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from webapp.cli.progress import progress_bar

if TYPE_CHECKING:
    from webapp.settings import Settings

_SHOWN = 5
_EVERYTHING = 10**9


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also when far more is left over than killed uploads leave.")
@with_appcontext
def sweep(everything: bool) -> None:
    """Take away keys and blobs of no photo, and finish erasures that were cut short (the server does so every hour)."""
    from webapp.jobs.vault import sweep_the_vault

    with _in_words():
        report = sweep_the_vault(at_most=_EVERYTHING) if everything else sweep_the_vault()
    click.echo(f"{report}.")


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Make a new master key and re-wrap every key with it, while the shop serves; run again, it goes on.

    The former master key is removed once nothing hangs on it: a key file is overwritten and deleted, a version in Key
    Vault is disabled (the application's identity needs the permissions rotate, list and update).
    """
    from webapp.jobs.vault import rotate_master_key
    from webapp.wiring import wiring

    with _in_words(), progress_bar("re-wrap keys", "key") as report_progress:
        report = rotate_master_key(report_progress)
    click.echo(f"The master key is {report.current}; {report.rewrapped} keys were re-wrapped.")
    for version in report.removed:
        click.echo(f"Nothing hangs on {version} any more: it is removed.")
    click.echo(_what_next(wiring().settings))
    if report.stuck:
        raise click.ClickException(_about_stuck(report.stuck))


def _what_next(settings: "Settings") -> str:
    kept = "Back the new key file up, apart from everything else"
    if settings.key_service != "local":
        kept = "Key Vault keeps the new version; the former one is disabled, and can be deleted with the whole key only"
        if settings.master_key_file:
            kept += (
                f". Nothing hangs on {settings.master_key_file} any more: unset MASTER_KEY_FILE, then destroy the file"
            )
    return f"{kept}. Key backups made before open with the former master key alone: run `flask privacy back-up-keys`."


def _about_stuck(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return (
        f"{len(names)} keys could not be opened and are as they were ({shown}): they are damaged, or their master key "
        "is missing. Restore that and run this again; keys of nothing go with `flask privacy sweep`."
    )


@click.command("back-up-keys")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def back_up_keys(folder: Path | None) -> None:
    """Write the wrapped keys, never the master key, to a file in FOLDER (or KEY_BACKUP_DIR) that says when it expires.

    Expired backups in the folder are deleted. Keep it apart from every backup of the databases, blobs and key file.
    """
    from webapp.jobs.vault import back_up_keys as write_backup
    from webapp.wiring import wiring

    settings = wiring().settings
    target = folder or settings.key_backup_dir
    if target is None:
        raise click.UsageError("name a FOLDER, or set KEY_BACKUP_DIR")
    with _in_words():
        made = write_backup(target)
    click.echo(f"{made.keys} wrapped keys are in {made.path}, which expires at {made.expires_at:%Y-%m-%d %H:%M} UTC.")
    if settings.key_backup_dir is None or target.resolve() != settings.key_backup_dir.resolve():
        click.echo("Expired files there go when this is run again; those in KEY_BACKUP_DIR go by themselves.")


@click.command("restore-keys")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@with_appcontext
def restore_keys(file: Path) -> None:
    """Put back the keys of a backup that the keys store lacks; destroyed ones stay destroyed."""
    from webapp.jobs.vault import restore_keys as restore

    with _in_words():
        report = restore(file)
    click.echo(
        f"{report.restored} keys were put back; {report.already_there} were there, "
        f"{report.destroyed} were destroyed since the backup and stay so."
    )


@click.command("check-backup")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def check_backup(folder: Path) -> None:
    """Say what of the shop a backup folder holds; fail when wrapped keys lie with what they open, or with their master.

    Looks into files as they are; unpack archives first.
    """
    from webapp.stores_apart import Kind, kinds_in, kinds_that_open_together
    from webapp.wiring import wiring

    found = kinds_in(folder, wiring().settings)
    for kind in Kind:
        for path in found.get(kind, [])[:_SHOWN]:
            click.echo(f"{kind.value}: {path}")
    if together := kinds_that_open_together(found):
        words = " and ".join(kind.value for kind in together)
        raise click.ClickException(f"{words} are in one backup: whoever has it reads everything. Keep them apart.")
    click.echo("Nothing here opens anything else here." if found else "Nothing of a shop is here.")


@contextmanager
def _in_words() -> Iterator[None]:
    """Show what cannot be done as one line."""
    from privacy.errors import PrivacyError

    try:
        yield
    except PrivacyError as error:
        raise click.ClickException(str(error)) from error


KEY_COMMANDS: tuple[click.Command, ...] = (back_up_keys, check_backup, restore_keys, rotate_keys, sweep)
