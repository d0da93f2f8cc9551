"""`flask privacy …`: keys, audit, erasure and retention; the commands of each subject are in a module of its own."""

import click

from webapp.cli.in_words import GroupInWords
from webapp.cli.privacy_audit import continue_audit_command, relay_audit_command, verify_audit_command
from webapp.cli.privacy_erasure import public_key, replay_erasures, resume_erasures, verify_receipt
from webapp.cli.privacy_keys import KEY_COMMANDS
from webapp.cli.privacy_retention import check_columns_command, dpia, purge, register
from webapp.cli.privacy_rights import export_schema
from webapp.cli.privacy_training import training_set


@click.group(cls=GroupInWords)
def privacy() -> None:
    """What protects the people whose photos are kept."""


_COMMANDS: tuple[click.Command, ...] = (
    check_columns_command,
    dpia,
    purge,
    *KEY_COMMANDS,
    register,
    resume_erasures,
    replay_erasures,
    verify_receipt,
    public_key,
    verify_audit_command,
    relay_audit_command,
    continue_audit_command,
    training_set,
    export_schema,
)
for command in _COMMANDS:
    privacy.add_command(command)
