"""`flask privacy sweep`, `rotate-keys`, `back-up-keys`, `restore-keys`, `check-backup`: the vault and its keys."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

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


@contextmanager
def _in_words() -> Iterator[None]:
    """Show what cannot be done as one line."""
    from privacy.errors import PrivacyError

    try:
        yield
    except PrivacyError as error:
        raise click.ClickException(str(error)) from error
