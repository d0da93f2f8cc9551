"""`flask …` commands."""

from flask import Flask


def register_commands(app: Flask) -> None:
    """Add the command groups; their heavy imports happen when a command runs (`vision` is a plugin: pyproject.toml)."""
    from webapp.cli.access import access
    from webapp.cli.accounts import accounts
    from webapp.cli.catalog import catalog
    from webapp.cli.demo import demo
    from webapp.cli.index import index
    from webapp.cli.photos import photos
    from webapp.cli.privacy import privacy
    from webapp.cli.settings import settings

    for group in (access, accounts, catalog, demo, index, photos, privacy, settings):
        app.cli.add_command(group)
