"""`flask privacy …`: keys, audit, erasure and retention; the commands of each subject are in a module of its own."""

import click


@click.group()
def privacy() -> None:
    """What protects the people whose photos are kept."""


_COMMANDS: tuple[click.Command, ...] = ()
for command in _COMMANDS:
    privacy.add_command(command)
