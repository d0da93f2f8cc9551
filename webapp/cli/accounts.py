"""`flask accounts …`: a real shop's first staff, roles, and a lost telephone."""

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from webapp.cli.in_words import GroupInWords

if TYPE_CHECKING:
    from accounts.models import Account

_ROLES = click.Choice(["shopper", "merchandiser", "privacy_officer", "admin"])


@click.group(cls=GroupInWords)
def accounts() -> None:
    """People who can log in."""


@accounts.command()
@click.argument("email")
@click.option("--role", type=_ROLES, required=True, help="What the account may do.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of letters.")
@click.password_option(help="Left out, it is asked for: a command line is kept in the shell's history.")
@with_appcontext
def create(email: str, role: str, language: str, password: str) -> None:
    """Make an account whose address counts as confirmed, such as the first administrator's."""
    from accounts.addresses import email_address
    from accounts.errors import EmailTaken, NotAnEmail, PasswordTooWeak
    from accounts.login import create_account
    from accounts.models import Role
    from accounts.passwords import check_new_password
    from storage.database import db
    from webapp.wiring import wiring

    try:
        check_new_password(password, email=email_address(email))
        create_account(email=email, password=password, role=Role(role), language=language, keys=wiring().keys)
    except EmailTaken as error:
        raise click.ClickException("an account with this e-mail exists: `flask accounts role` changes its role") from (
            error
        )
    except (NotAnEmail, PasswordTooWeak) as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"The {role.replace('_', ' ')}'s account is made.")


@accounts.command()
@click.argument("email")
@click.argument("role", type=_ROLES)
@with_appcontext
def role(email: str, role: str) -> None:
    """Give an account another role; its sessions end."""
    from accounts.models import Role
    from accounts.roles import change_role
    from privacy.audit_notes import COMMAND_LINE
    from storage.database import db
    from webapp.wiring import wiring

    change_role(_found(email), Role(role), actor=COMMAND_LINE, keys=wiring().keys)
    db.session.commit()
    click.echo(f"The account's role is {role.replace('_', ' ')}; its sessions are ended.")


@accounts.command("remove-second-step")
@click.argument("email")
@with_appcontext
def remove_second_step(email: str) -> None:
    """For a lost telephone and lost recovery codes: the password alone logs in, and a letter tells the owner."""
    from accounts.second_step import turn_off_second_step
    from privacy.audit_notes import COMMAND_LINE
    from storage.database import db
    from webapp.wiring import wiring

    account = _found(email)
    if not account.has_second_step:
        raise click.ClickException("this account has no second step")
    turn_off_second_step(account, wiring().account_desk, actor=COMMAND_LINE)
    db.session.commit()
    click.echo("The second step is off; the next log-in of staff sets up another.")


def _found(email: str) -> "Account":
    from accounts.people import account_with_email
    from webapp.wiring import wiring

    account = account_with_email(email, wiring().keys)
    if account is None:
        raise click.ClickException("no account has this e-mail")
    return account
