"""`flask photos …`: retention from the command line."""

import click
from flask.cli import with_appcontext


@click.group()
def photos() -> None:
    """Kept photos of shoppers."""


@photos.command()
@with_appcontext
def purge() -> None:
    """Erase every photo past its time (the server does so every minute)."""
    from storage.database import now
    from webapp.wiring import wiring

    report = wiring().photo_purger.erase_lapsed(wiring().retention_policy, now())
    click.echo(f"{report.total} photos erased.")
