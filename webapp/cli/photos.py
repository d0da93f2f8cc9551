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
    from storage.database import db
    from webapp.wiring import wiring

    purged = wiring().vault.purge_expired_photos()
    db.session.commit()
    click.echo(f"{purged} photos erased.")
