"""`flask privacy …`: keys, audit, erasure and retention; the commands of each subject are in a module of its own."""

import click

from webapp.cli.privacy_keys import sweep


@click.group()
def privacy() -> None:
    """What protects the people whose photos are kept."""


_COMMANDS: tuple[click.Command, ...] = (sweep,)
for command in _COMMANDS:
    privacy.add_command(command)
