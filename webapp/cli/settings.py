"""`flask settings …`: what can be set."""

import click

from webapp.settings import Settings

_HEAD = """# Settings

Read once at the start, from the environment or from `.env`; a value that cannot be used stops the start with its name.
This page is what `flask settings document` prints.

| variable | default | meaning |
|---|---|---|
"""


@click.group()
def settings() -> None:
    """The settings of this application."""


@settings.command()
def document() -> None:
    """Print docs/SETTINGS.md."""
    click.echo(settings_page(), nl=False)


def settings_page() -> str:
    """Return the page of all settings as Markdown."""
    rows = [
        f"| `{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "".join(rows)


def _default(value: object) -> str:
    return "" if value in (None, "") else f"`{value}`"
